/// <reference path="./filtrex.d.ts" />
import { type Lexer, parser } from "filtrex/dist/esnext/parser.mjs";
import type { Arithmetic, Compared, Comparison, Expression, Span } from "./syntax.ts";

export type Parsed = { kind: "parsed"; expression: Expression } | { kind: "refused"; message: string; at: Span };

/** What filtrex's lexer puts on the stack for a symbol: JSON of its name and how it was written. */
type SymbolToken = { name: string; type: "unescaped" | "single-quoted" };

class SyntaxFault extends Error {
  readonly at: Span;
  constructor(message: string, at: Span) {
    super(message);
    this.at = at;
  }
}

/**
 * Reads one expression with filtrex's own lexer and LALR tables, so that what is accepted, how tightly operators bind and the
 * wording of syntax errors are filtrex's by construction. Only the semantic actions are ours: they build a tree where filtrex
 * writes JavaScript, which Workers forbid. grammar.test.ts fails when the tables are not the ones the actions are numbered for.
 */
export function parse(text: string): Parsed {
  const lexer: Lexer = Object.assign(Object.create(parser.lexer), { options: { ranges: true }, _currentRules: possibleRules });
  const reader = Object.assign(Object.create(parser), {
    yy: { buildString },
    lexer,
    performAction: reduce,
    parseError(message: string, fault: { loc?: { range?: [number, number] } }): never {
      const start = fault.loc?.range?.[1] ?? lexer.offset;
      throw new SyntaxFault(message, fault.loc ? [lexer.offset - lexer.yyleng, lexer.offset] : [start, start + 1]);
    },
  });
  try {
    return { kind: "parsed", expression: reader.parse(text) };
  } catch (fault) {
    if (!(fault instanceof SyntaxFault)) throw fault;
    return { kind: "refused", message: fault.message, at: fault.at };
  }
}

/** What a rule of the lexer begins with, where that is one written-out character. */
const BEGINNINGS = parser.lexer.rules.map(({ source }) => /^\^\(\?:(?:\\(\W)|([^\\[$]))/.exec(source)?.slice(1).join(""));
const POSSIBLE = new Map<string, readonly number[]>();
const ANYTHING_ELSE = rulesFor("");
for (const begins of BEGINNINGS) if (begins !== undefined) POSSIBLE.set(begins, rulesFor(begins));

/** By their places, which decide who comes first: the rules that can match text beginning with this character. */
function rulesFor(character: string): number[] {
  return [...BEGINNINGS.keys()].filter((rule) => (BEGINNINGS[rule] ?? character) === character);
}

/** filtrex's lexer tries all of its 34 rules on each token: half of what reading a condition costs. */
function possibleRules(this: Lexer): readonly number[] {
  return POSSIBLE.get(this._input.charAt(0)) ?? ANYTHING_ELSE;
}

/** The lexer has checked the quotes and that only a quote or a backslash is escaped. */
const buildString = (_quote: string, literal: string): string => literal.slice(1, -1).replace(/\\(.)/gs, "$1");

type Stack = unknown[];
type Locations = { range: [number, number] }[];
type Reduction = { $: unknown };

/** jison's calling convention: `production` numbers the grammar rule, the top of both stacks is its last symbol. */
function reduce(
  this: Reduction,
  _text: string,
  _length: number,
  _line: number,
  _yy: unknown,
  production: number,
  values: Stack,
  places: Locations,
) {
  const action = ACTIONS[production];
  if (!action) throw new Error(`filtrex's grammar has an unknown production ${production}`);
  if (production === 1) return values.at(-2);
  const [length, build] = action;
  const start = places[places.length - length]?.range[0] ?? 0;
  const end = places.at(-1)?.range[1] ?? 0;
  this.$ = build(values.slice(-length), [start, end]);
  return undefined;
}

type Action = readonly [length: number, build: (v: Stack, at: Span) => unknown];
const node = (value: unknown) => value as Expression;

const arithmetic: Action = [
  3,
  (v, at) => ({
    kind: "arithmetic",
    operator: (v[1] === "%" || String(v[1]).startsWith("mod") ? "mod" : v[1]) as Arithmetic,
    left: node(v[0]),
    right: node(v[2]),
    deprecated: v[1] === "%",
    at,
  }),
];
const logic = (kind: "and" | "or"): Action => [3, (v, at) => ({ kind, left: node(v[0]), right: node(v[2]), at })];
const membership = (negated: boolean): Action => [
  3,
  (v, at) => ({ kind: "in", negated, left: node(v[0]), right: node(v[2]), at }),
];
const conditional = (length: 5 | 6): Action => [
  length,
  (v, at) => {
    const [test, yes, no] = length === 6 ? [v[1], v[3], v[5]] : [v[0], v[2], v[4]];
    return { kind: "if", test: node(test), consequent: node(yes), alternative: node(no), deprecated: length === 5, at };
  },
];
const operator: Action = [1, (v) => v[0]];
const symbol = (value: unknown): SymbolToken => JSON.parse(String(value));
const named = (value: unknown) => {
  const { name, type } = symbol(value);
  return { name, quoted: type === "single-quoted" };
};
type Chain = { first: Expression; rest: Compared[] };

/** One action for each production of filtrex 3.1.0's grammar (src/generateParser.mjs there), by number. */
const ACTIONS: Record<number, Action> = {
  1: [2, (v) => v[0]],
  2: [2, (v, at) => ({ kind: "negative", value: node(v[1]), at })],
  3: arithmetic,
  4: arithmetic,
  5: arithmetic,
  6: arithmetic,
  7: arithmetic,
  8: arithmetic,
  9: logic("and"),
  10: logic("or"),
  11: [2, (v, at) => ({ kind: "not", value: node(v[1]), at })],
  12: conditional(6),
  13: membership(false),
  14: membership(true),
  15: [3, (v) => v[1]],
  16: [5, (v, at) => ({ kind: "list", items: [...(v[1] as Expression[]), node(v[3])], at })],
  17: [1, (v, at) => ({ kind: "number", digits: String(v[0]), at })],
  18: [1, (v, at) => ({ kind: "name", ...named(v[0]), at })],
  19: [1, (v, at) => ({ kind: "text", value: JSON.parse(String(v[0])), at })],
  20: [3, (v, at) => ({ kind: "property", ...named(v[0]), of: node(v[2]), at })],
  21: [3, (v, at) => ({ kind: "call", name: symbol(v[0]).name, args: [], at })],
  22: [4, (v, at) => ({ kind: "call", name: symbol(v[0]).name, args: v[2] as Expression[], at })],
  23: [1, (v, at) => ({ kind: "relation", ...(v[0] as Chain), at })],
  24: arithmetic,
  25: conditional(5),
  26: operator,
  27: operator,
  28: operator,
  29: operator,
  30: operator,
  31: operator,
  32: operator,
  33: [
    3,
    (v): Chain => {
      const tail = v[2] as Chain;
      return { first: node(v[0]), rest: [{ operator: v[1] as Comparison, right: tail.first }, ...tail.rest] };
    },
  ],
  34: [3, (v): Chain => ({ first: node(v[0]), rest: [{ operator: v[1] as Comparison, right: node(v[2]) }] })],
  35: [1, (v) => [node(v[0])]],
  36: [3, (v) => [...(v[0] as Expression[]), node(v[2])]],
};
