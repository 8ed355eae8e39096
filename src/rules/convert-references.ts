import type { FactVocabulary } from "../model/facts.ts";
import { readCondition } from "./condition.ts";
import { MAX_EXPRESSION } from "./document.ts";
import { fixExpression } from "./fix.ts";
import type { CheckScope } from "./language/check.ts";
import { type ExpressionNode, walkNodes } from "./language/syntax.ts";
import { scopeOf } from "./load.ts";
import type { PythonNode } from "./python/tree.ts";
import { fromPython } from "./python/write.ts";
import { isAllowed } from "./variables.ts";
import { NEGATIVE, negativeDefault } from "./warnings/shell-defaults.ts";

/** How the texts of a foreign file become ours. What was changed by guess is said in the notes. */
export type TextConverter = {
  /** A condition or a number expression. */
  expression(text: string, wanted?: "truth" | "number"): string;
  /** A number expression that reads a fact; undefined where the text is none. */
  number(text: string): string | undefined;
  /** A text for people, or a value: only its settings are converted. */
  text(text: string): string;
  /** The same converter, whose notes on expressions name the rule. */
  named(rule: string): TextConverter;
};

/** A setting, as the file writes it. */
type Reference = { name: string; fallback: string | undefined };

/**
 * Settings stand for numbers; while an expression is fixed, numbers that nobody writes stand for
 * them.
 */
const STAND_IN = 900_000_001;
const REFERENCE = /\$\{([A-Za-z0-9_]+)(?::([^}]*))?\}/g;

export function textConverter(vocabulary: FactVocabulary, notes: string[]): TextConverter {
  const scope = new Map([...scopeOf(vocabulary), ["score", "number"], ["level", "text"]] as const);
  /** The settings whose minus was the shell's sign for a default. */
  const turned = new Set<string>();

  const written = ({ name, fallback }: Reference): string => {
    const given = fallback !== undefined && turned.has(name) ? fallback.slice(1) : fallback;
    const value = given !== undefined && ODD_NUMBER.test(given) ? plainNumber(given) : given;
    // Without a default nothing can stand for it: the file is refused where it is read.
    if (isAllowed(name) || value === undefined)
      return value === undefined ? `\${${name}}` : `\${${name}:${value}}`;
    notes.push(`\${${name}}: rules may not read this setting; its default was written in`);
    return value;
  };

  const turn = ({ name, fallback }: Reference): void => {
    if (turned.has(name)) return;
    turned.add(name);
    notes.push(`\${${name}:${fallback}}: read as the default ${fallback?.slice(1)}`);
  };

  const convertedExpression = (
    text: string,
    wanted: "truth" | "number" | undefined,
    where: string,
  ): string => {
    const references: Reference[] = [];
    const stand = (reference: Reference): string => {
      if (isShellText(reference.fallback)) turn(reference);
      return String(STAND_IN + references.push(reference) - 1);
    };
    const opened = text
      .trim()
      .replace(REFERENCE, (_, name: string, fallback?: string) => stand({ name, fallback }));
    const say = (note: string) => notes.push(`${where}${note}`);
    const fixed = ours(opened, wanted ?? "truth", scope, vocabulary, stand, say);
    for (const reference of shellDefaults(fixed, references, scope, vocabulary)) turn(reference);
    return references.reduce(
      (done, reference, i) => done.replaceAll(String(STAND_IN + i), written(reference)),
      fixed,
    );
  };

  const numberExpression = (text: string, where: string): string | undefined => {
    const words = text.match(/[A-Za-z_]\w*/g) ?? [];
    if (!words.some((word) => scope.has(word))) return undefined;
    const found = convertedExpression(text, "number", where);
    const read = readCondition(found, scope, "number", () => 0);
    return read.kind === "condition" && read.condition.names.length > 0 ? found : undefined;
  };

  const converter: TextConverter = {
    named: (rule) => ({
      ...converter,
      expression: (text, wanted) => convertedExpression(text, wanted, `${rule}: `),
      number: (text) => numberExpression(text, `${rule}: `),
    }),
    expression: (text, wanted) => convertedExpression(text, wanted, ""),
    number: (text) => numberExpression(text, ""),
    text: (text) =>
      text.replace(REFERENCE, (_, name: string, fallback?: string) => {
        if (isShellText(fallback)) turn({ name, fallback });
        return written({ name, fallback });
      }),
  };
  return converter;
}

/** The text as it stands where it reads; else as Python means it; else with what is sure fixed. */
function ours(
  text: string,
  wanted: "truth" | "number",
  scope: CheckScope,
  vocabulary: FactVocabulary,
  stand: (reference: Reference) => string,
  say: (note: string) => void,
): string {
  const read = (each: string) => readCondition(each, scope, wanted, () => 0);
  const reads = (each: string) => read(each).kind === "condition";
  // What is longer is refused in any case, and would only cost time here.
  if (text.length > MAX_EXPRESSION) return text;
  const own = read(text);
  const isPart = own.kind === "condition" && asksForPart(own.condition.expression);
  if (own.kind === "condition" && !isPart) {
    for (const note of otherMeanings(own.condition.expression)) say(note);
    return text;
  }
  const python = fromPython(text, wanted, {
    vocabulary,
    scope,
    setting: (name, fallback) => stand({ name, fallback: literalText(fallback) }),
  });
  if (python.kind === "written" && reads(python.text)) {
    python.notes.forEach(say);
    const expression = read(python.text);
    if (expression.kind === "condition")
      for (const note of otherMeanings(expression.condition.expression)) say(note);
    return python.text;
  }
  const why = python.kind === "inexpressible" ? python.why : "it is neither Python nor ours";
  // As it stands it would read, and ask something else.
  if (isPart) {
    say(`${JSON.stringify(text)} cannot be said here: ${why}${MEND}`);
    return `${text} # not converted`;
  }
  const fixed = fixExpression(text, scope);
  if (!reads(fixed)) say(`${JSON.stringify(text)} cannot be said here: ${why}${MEND}`);
  return fixed;
}

const MEND = ": rewrite the condition, or leave the rule out";

/** `symbol in "BTC ETH"`: in Python a part of the text, with brackets around it or not. */
const asksForPart = (expression: ExpressionNode): boolean =>
  walkNodes(expression).some((node) => node.kind === "in" && node.right.kind === "text");

/** What reads here as it does in Python, and is computed otherwise. */
function otherMeanings(expression: ExpressionNode): string[] {
  const nodes = walkNodes(expression);
  const isPower = nodes.some((node) => node.kind === "arithmetic" && node.operator === "^");
  const isRound = nodes.some((node) => node.kind === "call" && node.name === "round");
  return [
    ...(isPower ? ["^ is a power here; where Python's xor was meant, rewrite the condition"] : []),
    ...(isRound ? ["round() takes 2.5 to 3 here; Python takes it to 2"] : []),
  ];
}

/** Numbers that our language writes otherwise: -.5, 5e-1. */
const ODD_NUMBER = /^-?(?:\.\d+|\d+\.|(?:\d+(?:\.\d*)?|\.\d+)e[+-]?\d+)$/i;
const plainNumber = (text: string): string =>
  Number(text).toLocaleString("en", { useGrouping: false, maximumFractionDigits: 20 });

const literalText = (node: PythonNode | undefined): string | undefined =>
  node?.kind === "number" || node?.kind === "text" ? String(node.value) : undefined;

/** `${NAME:-green}` can only be the shell's way; `${NAME:-2}` may be minus two. */
const isShellText = (fallback: string | undefined): boolean =>
  fallback?.startsWith("-") === true && !NEGATIVE.test(fallback);

/** Settings with a negative default that are compared with what is never negative. */
function shellDefaults(
  text: string,
  references: readonly Reference[],
  scope: CheckScope,
  vocabulary: FactVocabulary,
): Reference[] {
  if (!references.some(({ fallback }) => NEGATIVE.test(fallback ?? ""))) return [];
  const read = readCondition(text, scope, "truth", () => 0);
  if (read.kind === "refused") return [];
  const { expression } = read.condition;
  return walkNodes(expression).flatMap((node) => {
    const reference = node.kind === "number" && references[Number(node.digits) - STAND_IN];
    if (!reference) return [];
    const found = negativeDefault({ ...reference, span: node.at }, expression, vocabulary);
    return found.length > 0 ? [reference] : [];
  });
}
