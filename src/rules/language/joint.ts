import type { Frame } from "./compile.ts";
import { type Comparison, type Expression, numeral } from "./syntax.ts";

/** A fact compared with a value that is written out. */
type Test = { slot: number; operator: Comparison; value: number | string };
/** Tests that must all hold, or of which one must: the shape of nearly every condition. */
export type Joint = { every: boolean; tests: Test[] };
type Slot = (name: string) => number;

const MIRRORED: Partial<Record<Comparison, Comparison>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!=" };

/** The expression as one `and` or one `or` of tests; undefined when it has another shape. */
export const jointOf = (node: Expression, slot: Slot): Joint | undefined =>
  node.kind === "or" ? anyOf(node, slot) : everyOf(node, slot);

/** `a < b < c` is `a < b and b < c`. */
function everyOf(node: Expression, slot: Slot): Joint | undefined {
  if (node.kind === "and") return joined(true, everyOf(node.left, slot), everyOf(node.right, slot));
  if (node.kind !== "relation") return undefined;
  const tests = node.rest.map(({ operator, right }, i) => testOf(node.rest[i - 1]?.right ?? node.first, operator, right, slot));
  return tests.every((test) => test !== undefined) ? { every: true, tests } : undefined;
}

function anyOf(node: Expression, slot: Slot): Joint | undefined {
  if (node.kind === "or") return joined(false, anyOf(node.left, slot), anyOf(node.right, slot));
  const single = everyOf(node, slot);
  return single?.tests.length === 1 ? single : undefined;
}

const joined = (every: boolean, left: Joint | undefined, right: Joint | undefined): Joint | undefined =>
  left && right && { every, tests: [...left.tests, ...right.tests] };

function testOf(left: Expression, written: Comparison, right: Expression, slot: Slot): Test | undefined {
  const turned = left.kind !== "name";
  const operator = turned ? MIRRORED[written] : written;
  const [fact, value] = turned ? [right, literal(left)] : [left, literal(right)];
  if (fact.kind !== "name" || value === undefined || operator === undefined || operator === "~=") return undefined;
  if (typeof value === "string" && operator !== "==" && operator !== "!=") return undefined;
  return { slot: slot(fact.name), operator, value };
}

function literal(node: Expression): number | string | undefined {
  if (node.kind === "text") return node.value;
  if (node.kind === "number") return numeral(node.digits);
  return node.kind === "negative" && node.value.kind === "number" ? -numeral(node.value.digits) : undefined;
}

/** How a fact is compared; a test with the opposite operator wants the answer to be no. Opposites for numbers alone: NaN is left to the closures. */
const BELOW = 0;
const AT_MOST = 1;
const SAME_NUMBER = 2;
const SAME_TEXT = 3;

function codeOf({ operator, value }: Test): number {
  if (operator === "<" || operator === ">=") return BELOW;
  if (operator === "<=" || operator === ">") return AT_MOST;
  return typeof value === "number" ? SAME_NUMBER : SAME_TEXT;
}
const isWanted = ({ operator }: Test): boolean => operator === "<" || operator === "<=" || operator === "==";

/** The tests of all conditions, one after another, in a column each: scoring reads memory in a row and calls nothing. */
export type Table = {
  /** Condition -> its first test; the next condition's first is the end. A condition that is no joint has none. */
  starts: Int32Array;
  every: boolean[];
  slots: Int32Array;
  codes: Uint8Array;
  wanted: boolean[];
  numbers: Float64Array;
  texts: string[];
};

export function tableOf(joints: readonly (Joint | undefined)[]): Table {
  const tests = joints.flatMap((joint) => joint?.tests ?? []);
  const starts = new Int32Array(joints.length + 1);
  for (const [i, joint] of joints.entries()) starts[i + 1] = (starts[i] ?? 0) + (joint?.tests.length ?? 0);
  return {
    starts,
    every: joints.map((joint) => joint?.every ?? true),
    slots: Int32Array.from(tests, ({ slot }) => slot),
    codes: Uint8Array.from(tests, codeOf),
    wanted: tests.map(isWanted),
    numbers: Float64Array.from(tests, ({ value }) => (typeof value === "number" ? value : Number.NaN)),
    texts: tests.map(({ value }) => (typeof value === "string" ? value : "")),
  };
}

/**
 * What condition `index` of the table answers; undefined where its closures must be asked: no joint, or a fact that is null, NaN or of another type
 * than its value. Written without a switch: a jump through a table costs more than all the rest.
 */
export function decide(table: Table, index: number, frame: Frame): boolean | undefined {
  const { starts, every, slots, codes, wanted, numbers, texts } = table;
  const end = starts[index + 1] as number;
  const all = every[index] as boolean;
  let at = starts[index] as number;
  if (at === end) return undefined;
  for (; at < end; at++) {
    const fact = frame[slots[at] as number];
    const code = codes[at] as number;
    let holds: boolean;
    if (code === SAME_TEXT) {
      if (typeof fact !== "string") return undefined;
      holds = fact === texts[at];
    } else {
      if (typeof fact !== "number" || Number.isNaN(fact)) return undefined;
      const value = numbers[at] as number;
      holds = code === BELOW ? fact < value : code === AT_MOST ? fact <= value : fact === value;
    }
    if ((holds === wanted[at]) !== all) return !all;
  }
  return all;
}
