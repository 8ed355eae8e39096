import type { EventFacts } from "../model/facts.ts";
import type { SignalState } from "../model/scalars.ts";
import type { Signal } from "../model/signal.ts";
import { canonicalNames, partsOf, type RuleCondition } from "./condition.ts";
import { freshBudget, withSharedBudget } from "./language/budget.ts";
import type { EvaluationFrame } from "./language/dialect.ts";
import {
  evaluateRule,
  frameOf,
  type LiveRule,
  type Ruleset,
  type ScoreResult,
  scoreRules,
  stateFrame,
} from "./score.ts";

/** A fact as a rule saw it. */
export type FactSeen = {
  name: string;
  value: unknown;
  provider: string | null;
  asOf: string | null;
  ageSeconds: number | null;
};

/** A part of a condition with its value; null is "not known". */
export type PartSeen = { text: string; value: unknown; error?: string };

export type RuleExplained = {
  rule: string;
  group: string;
  stage: "live" | "shadow";
  outcome: "matched" | "unmatched" | "failed";
  /** What it added; for a shadow rule, what it would have. */
  score: number;
  reason: string;
  condition: string;
  /** Why it did not match, in one line; empty when it did. */
  why: string;
  parts: PartSeen[];
  facts: FactSeen[];
};

/**
 * A plain JSON value that follows from its arguments alone: the same rules and stored facts give
 * the same bytes.
 */
export type SignalExplanation = {
  rulesVersion: string;
  evaluatedAt: string;
  verdict: ScoreResult;
  rules: RuleExplained[];
  states: StateExplained[];
};

export type StateExplained = {
  state: "downgraded" | "verified";
  condition: string;
  value: unknown;
  /**
   * True when the signal is in this state from before: the condition does not hold now, and facts
   * that it needs are missing, so that it cannot be judged again.
   */
  held: boolean;
  /** Why the condition is not true, or what holds the state; empty when it is true. */
  why: string;
  parts: PartSeen[];
};

/** The figures that a signal's row stores. */
export type StoredFigures = Pick<Signal, "score" | "level" | "riskLevel" | "state">;

/**
 * `recomputed`: what the rules of the signal make of its stored facts now. `agree` is false when
 * somebody changed the row, or when this code scores otherwise than the code that stored it.
 */
export type StoredExplanation = SignalExplanation & {
  stored: StoredFigures;
  recomputed: StoredFigures;
  agree: boolean;
};

const figuresOf = ({ score, level, riskLevel, state }: StoredFigures): StoredFigures => ({
  score,
  level,
  riskLevel,
  state,
});

/** `rules`: those that scored the signal. */
export function explainStored(rules: Ruleset, signal: Signal): StoredExplanation {
  const explanation = explainSignal(rules, signal.facts, signal.previousState);
  const stored = figuresOf(signal);
  const recomputed = figuresOf(explanation.verdict);
  return {
    ...explanation,
    stored,
    recomputed,
    agree: JSON.stringify(stored) === JSON.stringify(recomputed),
  };
}

/** Of all rules together: each part of a condition is asked again, so more than a scoring has. */
const EXPLAIN_STEPS = 1_000_000;

/**
 * Every rule, matched or not, with the value of each part of its condition and where each fact came
 * from.
 */
export function explainSignal(
  rules: Ruleset,
  facts: EventFacts,
  previous: SignalState | null = null,
): SignalExplanation {
  const verdict = scoreRules(rules, facts.values, previous);
  const frame = frameOf(rules, facts.values);
  const scored = stateFrame(frameOf(rules, facts.values), verdict.score, verdict.level);
  return {
    rulesVersion: rules.sha,
    evaluatedAt: facts.evaluatedAt,
    verdict,
    rules: withSharedBudget(EXPLAIN_STEPS, () =>
      rules.rules.map((rule) => explainRule(rule, frame, facts)),
    ),
    states: (["downgraded", "verified"] as const).map((state) =>
      explainState(state, rules.states[state], scored, {
        current: verdict.state,
        since: facts.stateSince,
      }),
    ),
  };
}

function explainRule(rule: LiveRule, frame: EvaluationFrame, facts: EventFacts): RuleExplained {
  freshBudget();
  const outcome = evaluateRule(rule, frame);
  const parts = look(rule.condition, frame);
  const times = rule.per ? look(rule.per, frame) : [];
  const names = new Set([...rule.condition.names, ...(rule.per?.names ?? [])]);
  return {
    rule: rule.key,
    group: rule.group,
    stage: rule.shadow ? "shadow" : "live",
    outcome: outcome.kind,
    score: outcome.kind === "matched" ? outcome.reason.score : 0,
    reason: rule.reason,
    condition: rule.condition.text,
    why: whyNot(outcome, rule, parts, times),
    parts: [...parts, ...times],
    facts: [...names].map((name) => seen(name, facts)),
  };
}

function explainState(
  state: StateExplained["state"],
  condition: RuleCondition,
  frame: EvaluationFrame,
  { current, since }: { current: SignalState; since: EventFacts["stateSince"] },
): StateExplained {
  const parts = look(condition, frame);
  const value = parts[0]?.value ?? null;
  const held = current === state && value !== true;
  return {
    state,
    condition: condition.text,
    value,
    held,
    why:
      value === true
        ? ""
        : held
          ? whyHeld(state, { condition, parts, since })
          : why(condition, parts),
    parts,
  };
}

function whyNot(
  outcome: ReturnType<typeof evaluateRule>,
  rule: LiveRule,
  parts: PartSeen[],
  times: PartSeen[],
): string {
  if (outcome.kind === "matched") return "";
  if (outcome.kind === "failed") return outcome.message;
  return rule.per && parts[0]?.value === true ? why(rule.per, times) : why(rule.condition, parts);
}

const look = (condition: RuleCondition, frame: EvaluationFrame): PartSeen[] =>
  partsOf(condition).map(({ text, evaluate }) => {
    try {
      return { text, value: writable(evaluate(frame)) };
    } catch (fault) {
      return { text, value: null, error: fault instanceof Error ? fault.message : String(fault) };
    }
  });

/** JSON knows no NaN and no infinity. */
const writable = (value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : value;

const missingNames = (condition: RuleCondition, parts: PartSeen[]): string[] =>
  condition.names.filter((name) => parts.some((part) => part.text === name && part.value === null));

/** "2026-11-20T02:10:33.000Z" as "2026-11-20 02:10 UTC". */
const minute = (time: string): string => `${time.slice(0, 16).replace("T", " ")} UTC`;

type HeldState = {
  condition: RuleCondition;
  parts: PartSeen[];
  since: EventFacts["stateSince"];
};

/**
 * Since when and by what the state holds, and what would judge it again. The comparisons that are
 * false now do not matter: a missing fact alone holds a state.
 */
function whyHeld(state: StateExplained["state"], { condition, parts, since }: HeldState): string {
  const missing = missingNames(condition, parts);
  const until = missing.length > 0 ? ` until ${missing.join(" and ")} is known` : "";
  const began = since && `was ${state} at ${minute(since.at)} by ${since.by}`;
  return `${began ?? "held from before"}; it cannot be judged again${until}`;
}

/**
 * The comparisons by which the facts put a signal into a state, such as `score < -5`; the whole
 * condition when none of them is true by itself.
 */
export function stateCause(
  rules: Ruleset,
  values: EventFacts["values"],
  { state, score, level }: Pick<ScoreResult, "state" | "score" | "level">,
): string {
  if (state === "candidate") return "no condition";
  const condition = rules.states[state];
  const parts = look(condition, stateFrame(frameOf(rules, values), score, level));
  const hold = parts.filter(({ text, value }) => value === true && !isJoint(text));
  return [...new Set(hold.map(({ text }) => text))].join(" and ") || condition.text;
}

/** The comparisons that kept a condition from being true, and the facts they lacked. */
function why(condition: RuleCondition, parts: PartSeen[]): string {
  const missing = missingNames(condition, parts);
  const said = [
    ...new Set(
      parts
        .filter((part) => part.value === false && !isJoint(part.text))
        .map((part) => `${part.text} is false`),
    ),
  ];
  return [...said, ...missing.map((name) => `${name} is missing`)].join("; ");
}

/** A part made of other conditions says nothing that they do not say better. */
const isJoint = (text: string) => /\s(?:and|or)\s/.test(text);

function seen(name: string, facts: EventFacts): FactSeen {
  const fact = canonicalNames(name);
  const origin = facts.origin[fact];
  const asOf = origin?.asOf ?? null;
  const age =
    asOf === null
      ? null
      : Math.max(0, Math.round((Date.parse(facts.evaluatedAt) - Date.parse(asOf)) / 1000));
  return {
    name,
    value: facts.values[fact] ?? null,
    provider: origin?.provider ?? null,
    asOf,
    ageSeconds: age,
  };
}
