import type { Evaluate, Frame } from "./compile.ts";
import { type Comparison, type Expression, numeral } from "./syntax.ts";

/** A fact compared with a value that is written out. */
type Test = { slot: number; operator: Comparison; value: number | string };
/** Tests that must all hold, or of which one must. */
type Joint = { every: boolean; tests: Test[] };

const MIRRORED: Partial<Record<Comparison, Comparison>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!=" };

/**
 * The shape of nearly every condition: facts compared with values that are written out, joined by one `and` or one `or`. It is decided in one loop
 * over a flat table, where closures would call each other; undefined for any other shape. A fact of another type than its value, null
 * above all, is left to the general closures, which are made when they are first needed.
 */
export function joint(node: Expression, slot: (name: string) => number, makeGeneral: () => Evaluate): Evaluate | undefined {
  const found = node.kind === "or" ? anyOf(node, slot) : everyOf(node, slot);
  if (!found) return undefined;
  const table = tableOf(found);
  let general: Evaluate | undefined;
  return (frame) => {
    const answer = decide(table, frame);
    if (answer !== undefined) return answer;
    general ??= makeGeneral();
    return general(frame);
  };
}

/** `a < b < c` is `a < b and b < c`. */
function everyOf(node: Expression, slot: (name: string) => number): Joint | undefined {
  if (node.kind === "and") return joined(true, everyOf(node.left, slot), everyOf(node.right, slot));
  if (node.kind !== "relation") return undefined;
  const tests = node.rest.map(({ operator, right }, i) => testOf(node.rest[i - 1]?.right ?? node.first, operator, right, slot));
  return tests.every((test) => test !== undefined) ? { every: true, tests } : undefined;
}

function anyOf(node: Expression, slot: (name: string) => number): Joint | undefined {
  if (node.kind === "or") return joined(false, anyOf(node.left, slot), anyOf(node.right, slot));
  const single = everyOf(node, slot);
  return single?.tests.length === 1 ? single : undefined;
}

const joined = (every: boolean, left: Joint | undefined, right: Joint | undefined): Joint | undefined =>
  left && right && { every, tests: [...left.tests, ...right.tests] };

function testOf(left: Expression, written: Comparison, right: Expression, slot: (name: string) => number): Test | undefined {
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

const NUMERIC: readonly Comparison[] = ["<", "<=", ">=", ">", "==", "!="];
const TEXT_EQUAL = NUMERIC.length;
const TEXT_UNEQUAL = TEXT_EQUAL + 1;

/** One list per column: the loop reads nothing that can have another shape. */
type Table = { every: boolean; slots: number[]; codes: number[]; numbers: number[]; texts: string[] };

function tableOf({ every, tests }: Joint): Table {
  return {
    every,
    slots: tests.map(({ slot }) => slot),
    codes: tests.map(({ operator, value }) =>
      typeof value === "number" ? NUMERIC.indexOf(operator) : operator === "==" ? TEXT_EQUAL : TEXT_UNEQUAL,
    ),
    numbers: tests.map(({ value }) => (typeof value === "number" ? value : Number.NaN)),
    texts: tests.map(({ value }) => (typeof value === "string" ? value : "")),
  };
}

function decide({ every, slots, codes, numbers, texts }: Table, frame: Frame): boolean | undefined {
  for (let i = 0; i < slots.length; i++) {
    const fact = frame[slots[i] as number];
    const code = codes[i] as number;
    let holds: boolean;
    if (code < TEXT_EQUAL) {
      if (typeof fact !== "number") return undefined;
      holds = compares(code, fact, numbers[i] as number);
    } else {
      if (typeof fact !== "string") return undefined;
      holds = (fact === texts[i]) === (code === TEXT_EQUAL);
    }
    if (holds !== every) return !every;
  }
  return every;
}

/** By place in NUMERIC. */
function compares(code: number, fact: number, value: number): boolean {
  switch (code) {
    case 0:
      return fact < value;
    case 1:
      return fact <= value;
    case 2:
      return fact >= value;
    case 3:
      return fact > value;
    case 4:
      return fact === value;
    default:
      return fact !== value;
  }
}
