import type { FactVocabulary } from "../model/facts.ts";
import { readCondition } from "./condition.ts";
import { fixExpression } from "./fix.ts";
import type { CheckScope } from "./language/check.ts";
import { walkNodes } from "./language/syntax.ts";
import { scopeOf } from "./load.ts";
import { isAllowed } from "./variables.ts";
import { negativeDefault } from "./warnings/shell-defaults.ts";

/** How the texts of a foreign file become ours. What was changed by guess is said in the notes. */
export type TextConverter = {
  /** A condition or a number expression. */
  expression(text: string): string;
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
    if (isAllowed(name)) return value === undefined ? `\${${name}}` : `\${${name}:${value}}`;
    notes.push(`\${${name}}: rules may not read this setting; its default was written in`);
    return value ?? "0";
  };

  const turn = ({ name, fallback }: Reference): void => {
    if (turned.has(name)) return;
    turned.add(name);
    notes.push(`\${${name}:${fallback}}: read as the default ${fallback?.slice(1)}`);
  };

  return {
    expression(text) {
      const references: Reference[] = [];
      const opened = text.trim().replace(REFERENCE, (_, name: string, fallback?: string) => {
        if (isShellText(fallback)) turn({ name, fallback });
        return String(STAND_IN + references.push({ name, fallback }) - 1);
      });
      const fixed = fixExpression(opened, scope);
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
}

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
