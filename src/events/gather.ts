import type { Mention } from "../model/mention.ts";
import { asciiKey, type DraftRows, draftRows, type RowReader } from "./rows.ts";
import { addOriginal, addPost, newTally, type Tally } from "./tally.ts";
import { eventTexts, orderOf, type SameText, type TextLikeness } from "./texts.ts";

export type { SameText };

/** The evidence of one event, each id once, as sums and rows. */
export type GatheredEvidence = { rows: RowReader };

/** `gathered`: on top of what was there before; `fresh`: the mentions that were new. */
export type GatherResult = { gathered: { rows: DraftRows }; fresh: Mention[] };

const TALLY = ["tally", "event"] as const;

export const NOTHING: GatheredEvidence = {
  rows: { get: () => undefined, scan: () => [], scanEach: (groups) => groups.map(() => []) },
};

/** The sums of the evidence; undefined when there is none. */
export const tallyOf = ({ rows }: GatheredEvidence): Tally | undefined =>
  rows.get(...TALLY) as Tally | undefined;

/** Compares each text with each. */
const pairwise = (same: SameText): TextLikeness => ({
  same,
  bandsOf: () => ["all"],
  bounds: { compared: Number.POSITIVE_INFINITY, inBand: Number.MAX_SAFE_INTEGER },
});

/**
 * Adds mentions to an event; those already there are left out. The result depends on the set of
 * evidence alone, never on the order in which it came, and `before` stays as it is. A bare
 * comparison is made between all texts.
 */
export function gather(
  before: GatheredEvidence,
  mentions: readonly Mention[],
  likeness: TextLikeness | SameText,
): GatherResult {
  const rows = draftRows(before.rows);
  const fresh: Mention[] = [];
  const held = tallyOf(before);
  const earliest = mentions[0];
  if (earliest === undefined) return { gathered: { rows }, fresh };
  const tally = held === undefined ? newTally(earliest) : { ...held };
  const texts = eventTexts(rows, typeof likeness === "function" ? pairwise(likeness) : likeness, {
    tally,
    count: (id, text) => addOriginal(rows, tally, { id, text, by: 1 }),
    uncount: (id, text) => addOriginal(rows, tally, { id, text, by: -1 }),
  });
  for (const mention of inEventTime(mentions)) {
    const id = asciiKey(mention.evidenceId);
    if (rows.get("id", id) !== undefined) continue;
    rows.put("id", id, 1);
    fresh.push(mention);
    addPost(rows, tally, mention);
    texts.add(mention);
  }
  if (fresh.length > 0) rows.put(...TALLY, tally);
  return { gathered: { rows }, fresh };
}

/** In this order a post touches no later text. */
const inEventTime = (mentions: readonly Mention[]): Mention[] =>
  mentions
    .map((mention) => ({ mention, order: orderOf(mention) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ mention }) => mention);
