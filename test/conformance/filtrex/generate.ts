import type { Random } from "../../../src/kit/time.ts";
import type { Data } from "./native.ts";

const pick = <T>(random: Random, from: readonly T[]): T => {
  const chosen = from[Math.floor(random() * from.length)];
  if (chosen === undefined && from.length === 0) throw new Error("nothing to pick from");
  return chosen as T;
};

type Wanted = "number" | "text" | "truth" | "list";
const WANTED: readonly Wanted[] = ["number", "text", "truth", "list"];

const NUMBERS = [
  "0",
  "1",
  "2",
  "3",
  "10",
  "0.5",
  "1.25",
  "100000",
  "09.5",
  "010",
  "08",
  "007",
  "00",
  "0777",
  "01.5",
  "999999999999999999999",
];
const TEXTS = [
  '""',
  '"a"',
  '"b"',
  '"green"',
  '"ab"',
  '"a\\"b"',
  '"\\\\"',
  '"é"',
  '"a\nb"',
  '"and"',
];
const PATTERNS = ['"a"', '"^a"', '"b$"', '"[ab]+"', '"("', '"a|b"', '"^(a|b)*$"', '"."'];
const COMPARISONS = ["<", "<=", ">", ">=", "==", "!="];
const NAMES: Record<Wanted, readonly string[]> = {
  number: ["n", "m", "n.x", "'n'", "$n", "_n"],
  text: ["t", "u", "'a b'"],
  truth: ["yes", "no"],
  list: ["l", "one", "none"],
};
const STRANGERS = [
  "missing",
  "nothing",
  "undef",
  "'no such'",
  "toString",
  "__proto__",
  "o",
  "boxed",
  "hasOwnProperty",
  "and",
  "'and'",
  "nota",
];
const SPACES = [" ", " ", " ", " ", "  ", "\t", "\n", ""];

/** A value for each name that expressions use, now and then of another type, null or absent. */
export function data(random: Random): Data {
  const number = () => pick(random, [0, 1, 2, -1, 0.5, 10, 1e21, Number.NaN, -0]);
  const text = () => pick(random, ["", "a", "b", "green", "ab", "é"]);
  const odd = () =>
    pick<unknown>(random, [
      null,
      undefined,
      true,
      "a",
      3,
      [1],
      ["a"],
      [[2]],
      {},
      Object(5),
      Object("a"),
    ]);
  const or = (usual: () => unknown) => (random() < 0.08 ? odd() : usual());
  const values: Data = {
    n: or(number),
    m: or(number),
    "n.x": or(number),
    $n: or(number),
    _n: or(number),
    t: or(text),
    u: or(text),
    "a b": or(text),
    yes: or(() => true),
    no: or(() => false),
    l: or(() => [1, "a", "green", 2]),
    one: or(() => [number()]),
    none: or(() => []),
    nothing: null,
    undef: undefined,
    boxed: Object(7),
    o: { n: number(), t: text(), yes: true },
  };
  if (random() < 0.05) delete values[pick(random, Object.keys(values))];
  return values;
}

/**
 * An expression that mostly has the wanted type: one in twenty parts has another, so that type
 * errors are met but do not drown the rest.
 */
export function expression(
  random: Random,
  wanted: Wanted = pick(random, WANTED),
  depth = 4,
): string {
  const type = random() < 0.05 ? pick(random, WANTED) : wanted;
  const space = () => pick(random, SPACES);
  const inner = (of: Wanted, less = 1) => expression(random, of, depth - less);
  const joined = (left: string, operator: string, right: string) =>
    `${left}${spaced(operator, space)}${right}`;
  if (depth <= 0 || random() < 0.15) return leaf(random, type);
  if (random() < 0.12) return `(${space()}${inner(type)}${space()})`;
  if (random() < 0.05)
    return `if ${inner("truth", 2)} then ${inner(type, 2)} else ${inner(type, 2)}`;
  if (random() < 0.02) return `${inner("truth", 2)} ? ${inner(type, 2)} : ${inner(type, 2)}`;
  switch (type) {
    case "number":
      return pick(random, [
        () =>
          joined(
            inner("number"),
            pick(random, ["+", "-", "*", "/", "^", "mod", "%"]),
            inner("number"),
          ),
        () =>
          joined(
            inner("number"),
            pick(random, ["+", "-", "*", "/", "^", "mod", "%"]),
            inner("number"),
          ),
        () => `-${space()}${inner("number")}`,
        () =>
          pick(random, ["abs", "ceil", "floor", "log", "log2", "log10", "round", "sqrt"]) +
          `(${inner("number")})`,
        () => `${pick(random, ["max", "min"])}(${inner("number")},${space()}${inner("number")})`,
        () =>
          `${pick(random, ["n", "t", "missing"])} of ` +
          `${pick(random, ["o", "o", "nothing", "undef", "n"])}`,
      ])();
    case "text":
      return random() < 0.5 ? joined(inner("text"), "+", inner("text")) : leaf(random, "text");
    case "list": {
      const values = [inner("number", 2), inner("text", 2), inner("number", 3)];
      const kept = values.slice(0, 2 + Math.floor(random() * 2));
      return `(${kept.join(`,${space()}`)})`;
    }
    case "truth":
      return pick(random, [
        () => joined(inner("number"), pick(random, COMPARISONS), inner("number")),
        () => joined(leaf(random, "number"), pick(random, COMPARISONS), leaf(random, "number")),
        () => itself(inner("number", 2), pick(random, COMPARISONS)),
        () =>
          joined(
            joined(inner("number", 2), pick(random, ["<", "<=", "=="]), inner("number", 2)),
            pick(random, ["<", ">", "!="]),
            inner("number", 2),
          ),
        () => joined(inner("text"), pick(random, ["==", "!="]), inner("text")),
        () =>
          joined(
            leaf(random, "text"),
            "~=",
            random() < 0.9 ? pick(random, PATTERNS) : inner("text"),
          ),
        () => joined(inner("truth"), pick(random, ["and", "or"]), inner("truth")),
        () => joined(inner("truth"), pick(random, ["and", "or"]), inner("truth")),
        () => `not${random() < 0.9 ? " " : ""}${inner("truth")}`,
        () =>
          joined(
            inner(pick(random, ["number", "text"])),
            pick(random, ["in", "not in"]),
            inner("list"),
          ),
        () => joined(inner("list", 2), pick(random, ["in", "not in", "not  in"]), inner("list", 2)),
        () => `${pick(random, ["exists", "empty"])}(${inner(pick(random, WANTED), 2)})`,
        () =>
          pick(random, ["exists", "empty", "unheardOf", "max"]) +
          `(${random() < 0.5 ? "" : leaf(random, "number")})`,
      ])();
  }
}

/** Equal on both sides, where < and <= part ways. */
const itself = (operand: string, operator: string) => `${operand} ${operator} ${operand}`;

/** Words need a character after them that filtrex swallows; mostly it is a space. */
function spaced(operator: string, space: () => string): string {
  return /\w$/.test(operator)
    ? `${space() || " "}${operator}${space()}`
    : `${space()}${operator}${space()}`;
}

function leaf(random: Random, type: Wanted): string {
  if (random() < 0.06) return pick(random, STRANGERS);
  if (type === "number" && random() < 0.5) return pick(random, NUMBERS);
  if (type === "text" && random() < 0.5) return pick(random, TEXTS);
  return pick(random, NAMES[type]);
}

const DEBRIS = [
  "(",
  ")",
  ",",
  "and",
  "and(",
  "not",
  "in",
  "of",
  "==",
  "~=",
  "'",
  '"',
  "!",
  ".",
  ".5",
  "1e6",
  "\\",
  "if",
  "then",
  "?",
  ":",
  "&",
  "é",
  " ",
];

/** Breaks an expression in one place, to see that both refuse the same things in the same words. */
export function damaged(random: Random, text: string): string {
  const at = Math.floor(random() * (text.length + 1));
  const cut = random() < 0.5 ? Math.ceil(random() * 3) : 0;
  return text.slice(0, at) + (random() < 0.7 ? pick(random, DEBRIS) : "") + text.slice(at + cut);
}
