/// <reference path="./filtrex.d.ts" />
import { parser } from "filtrex/dist/esnext/parser.mjs";
import type { SourceSpan } from "./syntax.ts";

/**
 * A token by filtrex's number for it. Names and texts have lost their quotes; the rest is as
 * written.
 */
export type LexerToken = { symbol: number; value: string | SymbolValue; at: SourceSpan };
export type SymbolValue = { name: string; quoted: boolean };

/** The lexer's rules have checked the quotes and that only a quote or a backslash is escaped. */
export const buildString = (_quote: string, literal: string): string =>
  literal.slice(1, -1).replace(/\\(.)/gs, "$1");

/**
 * A rule of filtrex's lexer: what it matches, the token it makes (none of white space), and its
 * first character where that is written out.
 */
type Rule = { pattern: RegExp; name: string | undefined; begins: string | undefined };

const RULES: Rule[] = parser.lexer.rules.map(({ source }, rule) => ({
  pattern: new RegExp(source.replace("^", ""), "y"),
  name: parser.lexer.performAction({ buildString }, { yytext: "" }, rule, "INITIAL"),
  begins: /^\^\(\?:(?:\\(\W)|([^\\[$]))/.exec(source)?.slice(1).join(""),
}));

/**
 * filtrex tries all of its 34 rules in order. Those that can match at all depend on the next
 * character.
 */
const POSSIBLE = new Map(RULES.map(({ begins = "" }) => [begins, rulesFor(begins)]));
const ANYTHING_ELSE = rulesFor("");

function rulesFor(character: string): readonly Rule[] {
  return RULES.filter(({ begins = character }) => begins === character);
}

/** The token that begins here, after white space; undefined where no rule matches. */
export function tokenAt(text: string, from: number): LexerToken | undefined {
  for (let at = from; ; ) {
    const rule = matching(text, at);
    if (!rule) return undefined;
    const end = rule.pattern.lastIndex;
    if (rule.name !== undefined) return tokenOf(rule.name, text.slice(at, end), [at, end]);
    at = end;
  }
}

/** The first rule that matches here; its pattern has moved to the end of the match. */
function matching(text: string, at: number): Rule | undefined {
  for (const rule of POSSIBLE.get(text.charAt(at)) ?? ANYTHING_ELSE) {
    rule.pattern.lastIndex = at;
    if (rule.pattern.test(text)) return rule;
  }
  return undefined;
}

function tokenOf(name: string, written: string, at: SourceSpan): LexerToken {
  const symbol = parser.symbols_[name] as number;
  if (name === "String") return { symbol, value: buildString('"', written), at };
  if (name !== "Symbol") return { symbol, value: written, at };
  const quoted = written.startsWith("'");
  return { symbol, value: { name: quoted ? buildString("'", written) : written, quoted }, at };
}
