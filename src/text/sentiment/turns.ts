import { hashOf } from "../hashing/feature-hash.ts";
import type { Tokens } from "../tokenize/tokenize.ts";
import { MOVEMENT_TRIGGERS, movementIn } from "./movements.ts";
import { OTHER_TURNS, OWN_TURNS, type TurnPattern } from "./turn-patterns.ts";

/** A turn of speech by which a text takes a side: +1 good for holders, -1 bad, and its words. */
export type Turn = { side: 1 | -1; words: string };

/** The first that a text has decides. */
const TURNS = [...OWN_TURNS, ...OTHER_TURNS];
/** Stands for the quantities that move, in TRIGGERS. */
const MOVEMENT = -1;

/** By the hash of a word: the patterns that it triggers, as indexes. */
const TRIGGERS = new Map<number, number[]>();
for (const [i, triggers] of [
  [MOVEMENT, MOVEMENT_TRIGGERS] as const,
  ...TURNS.map(({ triggers }, i) => [i, triggers] as const),
])
  for (const word of triggers.split(/\s+/)) {
    const known = TRIGGERS.get(hashOf(word));
    if (known) known.push(i);
    else TRIGGERS.set(hashOf(word), [i]);
  }

/** Characters of a text that are read. */
const MAX_READ = 600;
/** A price that changes by less may be anything. */
const MARKED_CHANGE = 1.3;
const MAGNITUDES: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, b: 1e9 };

function amountOf(written: string | undefined): number {
  const [, digits = "", unit = ""] = /^([\d,.]*)\s?([kmb]?)/.exec(written ?? "") ?? [];
  return Number(digits.replaceAll(",", "").replace(/\.$/, "")) * (MAGNITUDES[unit] ?? 1);
}

function sideOf({ side }: TurnPattern, found: RegExpExecArray): 1 | -1 | undefined {
  if (side !== "numbers") return side;
  const [before, after] = [amountOf(found[1]), amountOf(found[2])];
  if (before > 0 && after >= MARKED_CHANGE * before) return 1;
  return after > 0 && before >= MARKED_CHANGE * after ? -1 : undefined;
}

/** The turn by which a text about a market takes a side; undefined where it has none. */
export function turnIn({ hashes, count, lower }: Readonly<Tokens>): Turn | undefined {
  const asked = new Set<number>();
  for (let i = 0; i < count; i++)
    for (const turn of TRIGGERS.get(hashes[i] ?? 0) ?? []) asked.add(turn);
  if (asked.size === 0) return undefined;
  const text = lower.slice(0, MAX_READ).replaceAll("’", "'");
  for (const [i, turn] of TURNS.entries()) {
    if (i === OWN_TURNS.length && asked.has(MOVEMENT)) {
      const movement = movementIn(text);
      if (movement) return movement;
    }
    if (!asked.has(i)) continue;
    const found = turn.pattern.exec(text);
    const side = found ? sideOf(turn, found) : undefined;
    if (found && side !== undefined) return { side, words: found[0] };
  }
  return undefined;
}
