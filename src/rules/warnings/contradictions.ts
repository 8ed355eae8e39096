import type { FactKind, FactVocabulary } from "../../model/facts.ts";
import { Level } from "../../model/scalars.ts";
import { canonicalNames, languageOf } from "../condition.ts";
import { type ClauseTest, singleTest } from "../language/clauses.ts";
import type { Evaluate } from "../language/dialect.ts";
import type { ExpressionNode } from "../language/syntax.ts";
import type { ExpressionFault } from "../language/traps.ts";
import { chainOf } from "./meaning.ts";

/**
 * Conditions on one fact that never hold together, such as
 * `mentions > 9 and mentions < 3`. Give it each node that is no part of a longer `and`.
 */
export function contradictions(
  node: ExpressionNode,
  text: string,
  vocabulary: FactVocabulary,
): ExpressionFault[] {
  if (node.kind !== "and" && node.kind !== "relation") return [];
  const byFact = Map.groupBy(
    chainOf(node, "and").flatMap((part) => singleTest(part) ?? []),
    ({ name }) => canonicalNames(name),
  );
  return [...byFact].flatMap(([fact, tests]) => {
    const values = tests.flatMap((test) => test.values);
    const isOne = tests.length === 1 && values.length < 2;
    if (isOne || canHold(fact, tests, values, vocabulary)) return [];
    const parts = tests.map((test) => text.slice(...test.node.at));
    const message =
      parts.length === 1 ? `${parts[0]} never holds` : `${parts.join(" and ")} never hold together`;
    return [{ message, at: node.at }];
  });
}

function canHold(
  fact: string,
  tests: readonly ClauseTest[],
  values: readonly (number | string)[],
  vocabulary: FactVocabulary,
): boolean {
  const kind = kindOf(fact, vocabulary);
  const language = languageOf([fact]);
  const holds = tests.map(({ node }) => language.compile(node));
  return [null, ...standsOf(values, kind)].some((value) => holds.every((test) => is(test, value)));
}

/** A test that fails says nothing: another check reports it. */
function is(test: Evaluate, value: unknown): boolean {
  try {
    return test([value]) === true;
  } catch {
    return true;
  }
}

function kindOf(fact: string, vocabulary: FactVocabulary): FactKind {
  if (Object.hasOwn(vocabulary, fact) && vocabulary[fact]) return vocabulary[fact];
  return fact === "level"
    ? { type: "string", provider: "rules", values: Level.options }
    : { type: "number", provider: "rules" };
}

/** For each stretch in which no test changes its answer, a value that the fact can have. */
function standsOf(values: readonly (number | string)[], kind: FactKind): unknown[] {
  if (kind.type === "list") return [[]];
  if (kind.type === "string")
    return kind.values ? [...kind.values] : [...values, `other than ${values.join()}`];
  const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY, whole } = kind;
  const ends = [least, ...values, most].filter((end) => Number.isFinite(end)) as number[];
  const sorted = [...new Set(ends)].sort((a, b) => a - b);
  const [first = 0] = sorted;
  const last = sorted.at(-1) ?? 0;
  const between = sorted.slice(1).map((end, i) => middleOf(sorted[i] as number, end, whole));
  return [Math.floor(first) - 1, ...sorted, ...between, Math.ceil(last) + 1].filter(
    (value) => value >= least && value <= most && (!whole || Number.isInteger(value)),
  );
}

const middleOf = (a: number, b: number, whole: boolean | undefined): number =>
  whole ? Math.floor(a) + 1 : a / 2 + b / 2;
