import { type RuleCondition, rewriteCondition } from "../condition.ts";
import type { ComparisonNode, ComparisonOperator, ExpressionNode } from "../language/syntax.ts";
import { walkNodes } from "../language/syntax.ts";
import { type Ruleset, withRules } from "../score.ts";
import type { RuleCase } from "./cases.ts";
import { casePasses } from "./run.ts";

/** A ruleset with one threshold moved. Tests that still pass do not guard that threshold. */
type Mutant = { owner: string; change: string; rules: Ruleset };
export type MutationReport = {
  killed: number;
  total: number;
  survivors: { owner: string; change: string }[];
};

/**
 * Moves every number that decides, a little up, a little down and across its boundary, and asks
 * whether any test notices.
 */
export function mutationScore(rules: Ruleset, cases: readonly RuleCase[]): MutationReport {
  const survivors: MutationReport["survivors"] = [];
  let total = 0;
  for (const { owner, change, rules: mutant } of mutants(rules)) {
    total += 1;
    if (cases.every((test) => casePasses(mutant, test))) survivors.push({ owner, change });
  }
  return { killed: total - survivors.length, total, survivors };
}

function* mutants(rules: Ruleset): Generator<Mutant> {
  for (const rule of rules.rules) {
    for (const { change, condition } of conditionMutants(rule.condition)) {
      const changed = rules.rules.map((other) => (other === rule ? { ...rule, condition } : other));
      yield { owner: rule.key, change, rules: withRules(rules, changed) };
    }
  }
  for (const state of ["verified", "downgraded"] as const) {
    for (const { change, condition } of conditionMutants(rules.states[state]))
      yield {
        owner: `states.${state}`,
        change,
        rules: { ...rules, states: { ...rules.states, [state]: condition } },
      };
  }
  yield* levelMutants(rules);
}

function* levelMutants(rules: Ruleset): Generator<Mutant> {
  const { thresholds } = rules.document.scoring;
  for (const name of ["opportunity", "caution"] as const) {
    for (const by of [-1, 1]) {
      const moved = { ...thresholds, [name]: thresholds[name] + by };
      const document = { ...rules.document, scoring: { thresholds: moved } };
      yield {
        owner: "scoring",
        change: `${name}: ${thresholds[name]} -> ${moved[name]}`,
        rules: { ...rules, document },
      };
    }
  }
}

const ACROSS: Partial<Record<ComparisonOperator, ComparisonOperator>> = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
};

function* conditionMutants(
  condition: RuleCondition,
): Generator<{ change: string; condition: RuleCondition }> {
  for (const node of walkNodes(condition.expression)) {
    if (node.kind !== "relation") continue;
    for (const mutant of leadMutants(node)) {
      const change =
        `${said(condition, node)} -> ${numberIn(mutant.first)} ` + `${mutant.rest[0]?.operator}`;
      yield { change, condition: rewriteCondition(condition, node, mutant) };
    }
    for (const [index, link] of node.rest.entries()) {
      const k = numberIn(link.right);
      if (k === undefined || !ACROSS[link.operator]) continue;
      for (const mutant of linkMutants(link, k)) {
        const rest = node.rest.with(index, mutant);
        const change = `${said(condition, node)} -> ${mutant.operator} ${numberIn(mutant.right)}`;
        yield { change, condition: rewriteCondition(condition, node, { ...node, rest }) };
      }
    }
  }
}

type Relation = Extract<ExpressionNode, { kind: "relation" }>;

/** The number that a comparison begins with, as in `10 <= mentions < 50`. */
function leadMutants(node: Relation): Relation[] {
  const k = numberIn(node.first);
  const [link] = node.rest;
  const across = link && ACROSS[link.operator];
  if (k === undefined || !across) return [];
  const moved = neighbours(k, node.first).map((first) => ({ ...node, first }));
  return [{ ...node, rest: node.rest.with(0, { ...link, operator: across }) }, ...moved];
}

function linkMutants({ operator, right }: ComparisonNode, k: number): ComparisonNode[] {
  const moved = neighbours(k, right).map((by) => ({ operator, right: by }));
  return [{ operator: ACROSS[operator] ?? operator, right }, ...moved];
}

/** A little more, a little less. */
function neighbours(k: number, { at }: ExpressionNode): ExpressionNode[] {
  const step = k === 0 ? 0.1 : Math.abs(k) / 10;
  return [step, -step].map((by) => literal(Number((k + by).toPrecision(12)), at));
}

/** 5 and -5; anything else is computed. */
function numberIn(node: ExpressionNode): number | undefined {
  if (node.kind === "number") return Number(node.digits);
  return node.kind === "negative" && node.value.kind === "number"
    ? -Number(node.value.digits)
    : undefined;
}

function literal(value: number, at: ExpressionNode["at"]): ExpressionNode {
  const digits: ExpressionNode = { kind: "number", digits: String(Math.abs(value)), at };
  return value < 0 ? { kind: "negative", value: digits, at } : digits;
}

const said = ({ text }: RuleCondition, { at }: ExpressionNode): string => text.slice(...at);
