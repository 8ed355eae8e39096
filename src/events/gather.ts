import type { Mention } from "../model/mention.ts";

/** Says whether two fingerprints are of the same text, noise aside. */
export type SameText = (a: string, b: string) => boolean;

/**
 * One text of an event: the first post that said it, in event time, and the distinct fingerprints
 * seen of it.
 */
export type GatheredText = { first: Mention; fingerprints: readonly string[] };

/** The evidence of one event, each id once, in event time; and the texts that it is made of. */
export type GatheredEvidence = {
  ids: ReadonlySet<string>;
  evidence: readonly Mention[];
  texts: readonly GatheredText[];
};

export const NOTHING: GatheredEvidence = { ids: new Set(), evidence: [], texts: [] };

/**
 * Adds mentions to an event; those already there are left out. Texts are the connected components
 * of "same text": a newcomer that resembles two texts joins them. So the grouping depends on the
 * set of evidence alone, never on the order in which it came.
 */
export function gather(
  before: GatheredEvidence,
  mentions: readonly Mention[],
  sameText: SameText,
): { gathered: GatheredEvidence; fresh: Mention[] } {
  const ids = new Set(before.ids);
  const evidence = [...before.evidence];
  let texts = [...before.texts];
  const fresh: Mention[] = [];
  for (const mention of mentions) {
    if (ids.has(mention.evidenceId)) continue;
    ids.add(mention.evidenceId);
    fresh.push(mention);
    evidence.splice(placeOf(mention, evidence), 0, mention);
    texts = join(texts, mention, sameText);
  }
  return { gathered: { ids, evidence, texts }, fresh };
}

function join(texts: GatheredText[], mention: Mention, sameText: SameText): GatheredText[] {
  const { fingerprint } = mention;
  const known = texts.findIndex((text) => text.fingerprints.includes(fingerprint));
  const held = texts[known];
  if (held)
    return isBefore(mention, held.first) ? texts.with(known, { ...held, first: mention }) : texts;
  const alike = texts.filter((text) =>
    text.fingerprints.some((print) => sameText(print, fingerprint)),
  );
  const joined: GatheredText = {
    first: alike.reduce(
      (first, text) => (isBefore(text.first, first) ? text.first : first),
      mention,
    ),
    fingerprints: [...alike.flatMap((text) => text.fingerprints), fingerprint],
  };
  return alike.length === 0
    ? [...texts, joined]
    : [...texts.filter((text) => !alike.includes(text)), joined];
}

const isBefore = (a: Mention, b: Mention): boolean =>
  a.postedAt < b.postedAt || (a.postedAt === b.postedAt && a.evidenceId < b.evidenceId);

/** Where a mention belongs among those in event time. Most are the latest. */
function placeOf(mention: Mention, evidence: readonly Mention[]): number {
  let [low, high] = [0, evidence.length];
  for (let middle = high - 1; low < high; middle = (low + high) >> 1) {
    const there = evidence[middle];
    if (there && isBefore(mention, there)) high = middle;
    else low = middle + 1;
  }
  return low;
}
