/// <reference path="./filtrex.d.ts" />
import {
  type Lexer,
  type Production,
  parser,
  type TableAction,
} from "filtrex/dist/esnext/parser.mjs";
import { buildString, type LexerToken, type SymbolValue, tokenAt } from "./lexer.ts";
import type {
  ArithmeticNode,
  ComparisonNode,
  ComparisonOperator,
  ExpressionNode,
  SourceSpan,
} from "./syntax.ts";

export type ParseResult =
  | { kind: "parsed"; expression: ExpressionNode }
  | { kind: "refused"; message: string; at: SourceSpan };

/**
 * Reads one expression with filtrex's own lexer rules and LALR tables, so that what is accepted,
 * how tightly operators bind and the wording of syntax errors are filtrex's by construction. Only
 * the semantic actions are ours: they build a tree where filtrex writes JavaScript, which Workers
 * forbid. grammar.test.ts fails when the tables are not the ones the actions are numbered for.
 */
export function parseExpression(text: string): ParseResult {
  const expression = read(text);
  return expression ? { kind: "parsed", expression } : refusal(text);
}

/**
 * Walks the tables, shifting tokens and reducing them to parts of the tree; undefined where they
 * know no way on.
 */
function read(text: string): ExpressionNode | undefined {
  const states = [0];
  const values: unknown[] = [];
  const places: SourceSpan[] = [];
  let at = 0;
  let token: LexerToken | undefined;
  for (;;) {
    const state = states.at(-1) as number;
    let action = defaultActions[state];
    if (!action) {
      token ??= tokenAt(text, at);
      action = token && (table[state]?.[token.symbol] as TableAction | undefined);
    }
    if (!action) return undefined;
    const [kind, target] = action;
    if (kind === SHIFT && token) {
      states.push(target);
      values.push(token.value);
      places.push(token.at);
      at = token.at[1];
      token = undefined;
      continue;
    }
    if (target === WHOLE) return values[0] as ExpressionNode;
    const [result, length] = productions[target] as Production;
    const build = ACTIONS[target];
    if (!build) throw new Error(`filtrex's grammar has an unknown production ${target}`);
    const place: SourceSpan = [places[places.length - length]?.[0] ?? 0, places.at(-1)?.[1] ?? 0];
    const value = build(values.splice(-length), place);
    states.length -= length;
    places.length -= length;
    states.push(table[states.at(-1) as number]?.[result] as number);
    values.push(value);
    places.push(place);
  }
}

const { table, defaultActions, productions_: productions } = parser;
const SHIFT = 1;
/** The production of a whole expression. */
const WHOLE = 1;

/** filtrex's own parser fails at the same place: it knows the words for it. */
function refusal(text: string): ParseResult {
  const lexer: Lexer = Object.assign(Object.create(parser.lexer), { options: { ranges: true } });
  const reader = Object.assign(Object.create(parser), {
    yy: { buildString },
    lexer,
    performAction: () => undefined,
    parseError(message: string, fault: { loc?: { range?: [number, number] } }): never {
      const start = fault.loc?.range?.[1] ?? lexer.offset;
      throw new SyntaxFault(
        message,
        fault.loc ? [lexer.offset - lexer.yyleng, lexer.offset] : [start, start + 1],
      );
    },
  });
  try {
    reader.parse(text);
  } catch (fault) {
    if (!(fault instanceof SyntaxFault)) throw fault;
    return { kind: "refused", message: fault.message, at: fault.at };
  }
  throw new Error(`filtrex reads ${JSON.stringify(text)}, and we do not`);
}

class SyntaxFault extends Error {
  readonly at: SourceSpan;
  constructor(message: string, at: SourceSpan) {
    super(message);
    this.at = at;
  }
}

/** Builds the value of a production from those of its symbols. */
type Action = (v: unknown[], at: SourceSpan) => unknown;
const node = (value: unknown) => value as ExpressionNode;

const arithmetic: Action = (v, at) => ({
  kind: "arithmetic",
  operator: (v[1] === "%" || String(v[1]).startsWith("mod") ? "mod" : v[1]) as ArithmeticNode,
  left: node(v[0]),
  right: node(v[2]),
  deprecated: v[1] === "%",
  at,
});
const logic =
  (kind: "and" | "or"): Action =>
  (v, at) => ({ kind, left: node(v[0]), right: node(v[2]), at });
const membership =
  (negated: boolean): Action =>
  (v, at) => ({ kind: "in", negated, left: node(v[0]), right: node(v[2]), at });
const conditional =
  ([test, yes, no]: readonly [number, number, number], deprecated: boolean): Action =>
  (v, at) => ({
    kind: "if",
    test: node(v[test]),
    consequent: node(v[yes]),
    alternative: node(v[no]),
    deprecated,
    at,
  });
const operator: Action = (v) => v[0];
const named = (value: unknown) => value as SymbolValue;
type Chain = { first: ExpressionNode; rest: ComparisonNode[] };

/**
 * One action for each production but that of the whole, of filtrex 3.1.0's grammar
 * (src/generateParser.mjs there), by number.
 */
const ACTIONS: Record<number, Action> = {
  2: (v, at) => ({ kind: "negative", value: node(v[1]), at }),
  3: arithmetic,
  4: arithmetic,
  5: arithmetic,
  6: arithmetic,
  7: arithmetic,
  8: arithmetic,
  9: logic("and"),
  10: logic("or"),
  11: (v, at) => ({ kind: "not", value: node(v[1]), at }),
  12: conditional([1, 3, 5], false),
  13: membership(false),
  14: membership(true),
  15: (v) => v[1],
  16: (v, at) => ({ kind: "list", items: [...(v[1] as ExpressionNode[]), node(v[3])], at }),
  17: (v, at) => ({ kind: "number", digits: String(v[0]), at }),
  18: (v, at) => ({ kind: "name", ...named(v[0]), at }),
  19: (v, at) => ({ kind: "text", value: String(v[0]), at }),
  20: (v, at) => ({ kind: "property", ...named(v[0]), of: node(v[2]), at }),
  21: (v, at) => ({ kind: "call", name: named(v[0]).name, args: [], at }),
  22: (v, at) => ({ kind: "call", name: named(v[0]).name, args: v[2] as ExpressionNode[], at }),
  23: (v, at) => ({ kind: "relation", ...(v[0] as Chain), at }),
  24: arithmetic,
  25: conditional([0, 2, 4], true),
  26: operator,
  27: operator,
  28: operator,
  29: operator,
  30: operator,
  31: operator,
  32: operator,
  33: (v): Chain => {
    const tail = v[2] as Chain;
    return {
      first: node(v[0]),
      rest: [{ operator: v[1] as ComparisonOperator, right: tail.first }, ...tail.rest],
    };
  },
  34: (v): Chain => ({
    first: node(v[0]),
    rest: [{ operator: v[1] as ComparisonOperator, right: node(v[2]) }],
  }),
  35: (v) => [node(v[0])],
  36: (v) => [...(v[0] as ExpressionNode[]), node(v[2])],
};
