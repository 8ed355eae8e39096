import type { FactVocabulary } from "../model/facts.ts";
import { readCondition } from "./condition.ts";
import { MAX_EXPRESSION } from "./document.ts";
import { fixExpression } from "./fix.ts";
import type { CheckScope } from "./language/check.ts";
import { walkNodes } from "./language/syntax.ts";
import { scopeOf } from "./load.ts";
import type { PythonNode } from "./python/tree.ts";
import { fromPython } from "./python/write.ts";
import { isAllowed } from "./variables.ts";
import { negativeDefault } from "./warnings/shell-defaults.ts";

/** How the texts of a foreign file become ours. What was changed by guess is said in the notes. */
export type TextConverter = {
  /** A condition or a number expression. */
  expression(text: string, wanted?: "truth" | "number"): string;
  /** A number expression that reads a fact; undefined where the text is none. */
  number(text: string): string | undefined;
  /** A text for people, or a value: only its settings are converted. */
  text(text: string): string;
};

/** A setting, as the file writes it. */
type Reference = { name: string; fallback: string | undefined };

/**
 * Settings stand for numbers; while an expression is fixed, numbers that nobody writes stand for
 * them.
 */
const STAND_IN = 900_000_001;
const REFERENCE = /\$\{([A-Za-z0-9_]+)(?::([^}]*))?\}/g;
const NEGATIVE = /^-\d+(\.\d+)?$/;

export function textConverter(vocabulary: FactVocabulary, notes: string[]): TextConverter {
  const scope = new Map([...scopeOf(vocabulary), ["score", "number"], ["level", "text"]] as const);
  /** The settings whose minus was the shell's sign for a default. */
  const turned = new Set<string>();

  const written = ({ name, fallback }: Reference): string => {
    const value = fallback !== undefined && turned.has(name) ? fallback.slice(1) : fallback;
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

  const converter: TextConverter = {
    number(text) {
      const words = text.match(/[A-Za-z_]\w*/g) ?? [];
      if (!words.some((word) => scope.has(word))) return undefined;
      const written = converter.expression(text, "number");
      const read = readCondition(written, scope, "number", () => 0);
      return read.kind === "condition" && read.condition.names.length > 0 ? written : undefined;
    },
    expression(text, wanted = "truth") {
      const references: Reference[] = [];
      const stand = (reference: Reference): string => {
        if (isShellText(reference.fallback)) turn(reference);
        return String(STAND_IN + references.push(reference) - 1);
      };
      const opened = text
        .trim()
        .replace(REFERENCE, (_, name: string, fallback?: string) => stand({ name, fallback }));
      const fixed = ours(opened, wanted, scope, vocabulary, stand, notes);
      for (const reference of shellDefaults(fixed, references, scope, vocabulary)) turn(reference);
      return references.reduce(
        (done, reference, i) => done.replaceAll(String(STAND_IN + i), written(reference)),
        fixed,
      );
    },
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
  notes: string[],
): string {
  const reads = (each: string) => readCondition(each, scope, wanted, () => 0).kind === "condition";
  // What is longer is refused in any case, and would only cost time here.
  if (text.length > MAX_EXPRESSION || reads(text)) return text;
  const python = fromPython(text, wanted, {
    vocabulary,
    scope,
    setting: (name, fallback) => stand({ name, fallback: literalText(fallback) }),
  });
  if (python.kind === "written" && reads(python.text)) {
    notes.push(...python.notes);
    return python.text;
  }
  const fixed = fixExpression(text, scope);
  if (python.kind === "inexpressible" && !reads(fixed))
    notes.push(`${JSON.stringify(text)} cannot be said here: ${python.why}`);
  return fixed;
}

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
