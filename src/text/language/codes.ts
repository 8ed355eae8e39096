/** Codes that say that there is no language, or that none was recognised. X's own begin with q. */
const NO_LANGUAGE = /^(?:und|zxx|mul|mis|art|nqo|q[a-z]{2}|)$/;

/** Codes of the same language under another name, after canonicalisation: what our models say. */
const SAME: Readonly<Record<string, string>> = { fil: "tl", no: "nb", sh: "sr" };

/** Answers so far: sources repeat a few codes, and canonicalising one takes a microsecond. */
const known = new Map<string, string | undefined>();
const MOST_KNOWN = 1_000;

/**
 * The language of a code that a source states, in the codes that the models use: ISO 639-1 where
 * there is one ("eng" and "en-US" are "en", "fil" is "tl" and not "fi"), else the three letters.
 * Undefined when the code names no language or is none.
 */
export function languageCode(stated: string): string | undefined {
  if (!known.has(stated)) {
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(stated, mapped(stated));
  }
  return known.get(stated);
}

function mapped(stated: string): string | undefined {
  const base = (stated.trim().split(/[-_]/)[0] ?? "").toLowerCase();
  if (!/^[a-z]{2,3}$/.test(base) || NO_LANGUAGE.test(base)) return undefined;
  const canonical = Intl.getCanonicalLocales(base)[0]?.split("-")[0] ?? base;
  return SAME[canonical] ?? canonical;
}
