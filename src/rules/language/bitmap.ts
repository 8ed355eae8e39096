import type { ClauseTable, ClauseTest } from "./clauses.ts";
import type { Evaluate, EvaluationFrame } from "./dialect.ts";
import type { ExpressionNode } from "./syntax.ts";

/** More than any sensible file has; a condition with values beyond them is simply asked. */
const MAX_VALUES_OF_A_FACT = 128;

/**
 * A bitmap index of conditions. The written-out values part what a fact may be into stretches in
 * which no test changes its answer; for each stretch a bit per clause says whether the fact rules
 * that clause out. What no fact rules out can be true.
 */
export type RuleBitmap = {
  facts: readonly Column[];
  /** Words of 32 bits a stretch. */
  words: number;
  bits: Int32Array;
  /** Clause -> its condition. The clauses of a condition stand side by side. */
  owners: Int32Array;
  /** Condition -> whether a clause that is left answers for all of it; else it must be asked. */
  whole: readonly boolean[];
  /**
   * Where the stretch of each fact begins in `bits`: written anew by each search, which nothing can
   * interrupt.
   */
  found: Int32Array;
};

/**
 * Stretch 0 is "not known". Then between and on the numbers, by turns; or any other text, and each
 * text that is written out.
 */
type Column = {
  slot: number;
  start: number;
  numbers: Float64Array | undefined;
  texts: ReadonlyMap<unknown, number> | undefined;
};
type Language = { slot(name: string): number; compile(node: ExpressionNode): Evaluate };
type Values = { numbers: Set<number>; texts: Set<string> };

export function bitmapOf(conditions: readonly ClauseTable[], language: Language): RuleBitmap {
  const values = new Map<string, Values>();
  const whole: boolean[] = [];
  const kept = conditions.flatMap(({ clauses, whole: all }, owner) => {
    whole.push(all);
    return clauses.map((clause) => ({
      owner,
      tests: clause.filter((test) => {
        const taken = take(test, values);
        if (!taken) whole[owner] = false;
        return taken;
      }),
    }));
  });
  const words = Math.ceil(kept.length / 32);
  const columns = new Map<string, { column: Column; stands: readonly unknown[] }>();
  let size = 0;
  for (const [name, seen] of values) {
    const placed = columnOf(language.slot(name), size, seen);
    columns.set(name, placed);
    size += placed.stands.length * words;
  }
  const bits = new Int32Array(size);
  for (const [clause, { owner, tests }] of kept.entries()) {
    for (const test of tests) {
      const placed = columns.get(test.name);
      if (!placed) continue;
      for (const [stretch, holds] of answers(test, placed, language).entries()) {
        const word = placed.column.start + stretch * words + (clause >> 5);
        if (holds === undefined) whole[owner] = false;
        else if (!holds) bits[word] = (bits[word] ?? 0) | (1 << (clause & 31));
      }
    }
  }
  const facts = [...columns.values()].map(({ column }) => column);
  const owners = Int32Array.from(kept, ({ owner }) => owner);
  return { facts, words, bits, owners, whole, found: new Int32Array(facts.length) };
}

/** Whether the fact of a test has room for its values, and all are of one type. */
function take({ name, values: own }: ClauseTest, all: Map<string, Values>): boolean {
  const { numbers, texts } = all.get(name) ?? { numbers: new Set(), texts: new Set() };
  const newNumbers = own.filter((value) => typeof value === "number" && !numbers.has(value));
  const newTexts = own.filter((value) => typeof value === "string" && !texts.has(value));
  const mixed =
    (numbers.size > 0 || newNumbers.length > 0) && (texts.size > 0 || newTexts.length > 0);
  if (
    mixed ||
    numbers.size + texts.size + newNumbers.length + newTexts.length > MAX_VALUES_OF_A_FACT
  )
    return false;
  for (const value of newNumbers) numbers.add(value as number);
  for (const value of newTexts) texts.add(value as string);
  all.set(name, { numbers, texts });
  return true;
}

/** `stands`: for each stretch, a value that stands for all of it. */
function columnOf(
  slot: number,
  start: number,
  { numbers, texts }: Values,
): { column: Column; stands: readonly unknown[] } {
  if (numbers.size === 0) {
    const written = [...texts];
    const stands = [null, `other than ${written.join()}`, ...written];
    const places = texts.size > 0 ? new Map(written.map((text, i) => [text, i + 2])) : undefined;
    return { column: { slot, start, numbers: undefined, texts: places }, stands };
  }
  const sorted = Float64Array.from(numbers).sort();
  const stands = [...sorted].flatMap((value, i) => [
    value,
    between(value, sorted[i + 1] ?? Number.MAX_VALUE),
  ]);
  return {
    column: { slot, start, numbers: sorted, texts: undefined },
    stands: [null, -Number.MAX_VALUE, ...stands],
  };
}

/** Finite, and never `a` itself, also where nothing lies between the two. */
function between(a: number, b: number): number {
  const middle = finite(a) / 2 + finite(b) / 2;
  return middle === a ? b : middle;
}

const finite = (n: number): number => Math.max(-Number.MAX_VALUE, Math.min(n, Number.MAX_VALUE));

/**
 * Whether the test holds in each stretch of its fact, as its closures say; undefined where they
 * fail. They are asked only where the answer may change.
 */
function answers(
  { values, node }: ClauseTest,
  { column, stands }: { column: Column; stands: readonly unknown[] },
  language: Language,
) {
  const evaluate = language.compile(node);
  const own = new Set<unknown>(values);
  const frame: unknown[] = [];
  let holds: boolean | undefined;
  return stands.map((stand, stretch) => {
    if (stretch > 1 && !own.has(stand) && !own.has(stands[stretch - 1])) return holds;
    frame[column.slot] = stand;
    holds = asked(evaluate, frame);
    return holds;
  });
}

function asked(evaluate: Evaluate, frame: EvaluationFrame): boolean | undefined {
  try {
    return evaluate(frame) === true;
  } catch {
    return undefined;
  }
}

/**
 * Finds the stretch of each fact. False when a fact is of another type than the values it is
 * compared with, or NaN: then the index says nothing.
 */
export function matchRules({ facts, words, found }: RuleBitmap, frame: EvaluationFrame): boolean {
  for (let i = 0; i < facts.length; i++) {
    const { slot, start, numbers, texts } = facts[i] as Column;
    const fact = frame[slot];
    let stretch = 0;
    if (numbers !== undefined) {
      if (typeof fact === "number" && !Number.isNaN(fact)) stretch = 1 + placeIn(numbers, fact);
      else if (fact !== null) return false;
    } else if (texts === undefined) stretch = fact === null ? 0 : 1;
    else if (typeof fact === "string") stretch = texts.get(fact) ?? 1;
    else if (fact !== null) return false;
    found[i] = start + stretch * words;
  }
  return true;
}

/** Few enough that comparing with each, without a branch to mispredict, is quicker than halving. */
const RUN = 16;

/** Even below, between and above the sorted numbers, odd on them. */
function placeIn(numbers: Float64Array, fact: number): number {
  let low = 0;
  let high = numbers.length;
  while (high - low > RUN) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] as number) < fact) low = middle + 1;
    else high = middle + 1;
  }
  let place = 2 * low;
  for (; low < high; low++) {
    const number = numbers[low] as number;
    place += Number(number < fact) + Number(number <= fact);
  }
  return place;
}

/** The clauses of a word that no fact rules out, after a search: a bit each. */
export function undecidedBits({ facts, bits, found, owners }: RuleBitmap, word: number): number {
  let out = 0;
  for (let i = 0; i < facts.length; i++) out |= bits[(found[i] as number) + word] as number;
  const rest = owners.length - (word << 5);
  return rest >= 32 ? ~out : ~out & ((1 << rest) - 1);
}
