import type { Mention } from "../model/mention.ts";

/** Says whether two fingerprints are of the same text, noise aside. */
export type SameText = (a: string, b: string) => boolean;

/** One text of an event: its evidence, and the distinct fingerprints seen of it. */
export type Text = { evidence: Mention[]; fingerprints: string[] };

/** The evidence of one event, each id once, grouped into texts. */
export type Gathered = { ids: ReadonlySet<string>; texts: readonly Text[] };

export const NOTHING: Gathered = { ids: new Set(), texts: [] };

/**
 * Adds mentions to an event; those already there are left out. Texts are the connected components of "same text": a newcomer that resembles two
 * texts joins them. So the grouping depends on the set of evidence alone, never on the order in which it came.
 */
export function gather(
  before: Gathered,
  mentions: readonly Mention[],
  sameText: SameText,
): { gathered: Gathered; fresh: Mention[] } {
  const ids = new Set(before.ids);
  let texts = [...before.texts];
  const fresh: Mention[] = [];
  for (const mention of mentions) {
    if (ids.has(mention.evidenceId)) continue;
    ids.add(mention.evidenceId);
    fresh.push(mention);
    texts = join(texts, mention, sameText);
  }
  return { gathered: { ids, texts }, fresh };
}

function join(texts: Text[], mention: Mention, sameText: SameText): Text[] {
  const known = texts.findIndex((text) => text.fingerprints.includes(mention.fingerprint));
  if (known >= 0) return texts.map((text, i) => (i === known ? { ...text, evidence: [...text.evidence, mention] } : text));
  const alike = texts.filter((text) => text.fingerprints.some((print) => sameText(print, mention.fingerprint)));
  const joined: Text = {
    evidence: [...alike.flatMap((text) => text.evidence), mention],
    fingerprints: [...alike.flatMap((text) => text.fingerprints), mention.fingerprint],
  };
  return alike.length === 0 ? [...texts, joined] : [...texts.filter((text) => !alike.includes(text)), joined];
}
