import type { FactValue, FactValues } from "../model/facts.ts";
import { type Level, RiskLevel, type SignalState } from "../model/scalars.ts";
import type { SignalReason } from "../model/signal.ts";
import { languageOf, type RuleCondition } from "./condition.ts";
import type { RulesDocument } from "./document.ts";
import { bitmapOf, matchRules, type RuleBitmap, undecidedBits } from "./language/bitmap.ts";
import { freshBudget } from "./language/budget.ts";
import type { EvaluationFrame } from "./language/dialect.ts";

/**
 * A rule ready to be asked. `key` is its id, else its name, made unique: what reasons, tests and
 * metrics call it.
 */
export type LiveRule = {
  key: string;
  group: string;
  weight: number;
  condition: RuleCondition;
  per: RuleCondition | null;
  reason: string;
  /**
   * What a match answers, made once: most rules say the same thing every time, and scoring
   * allocates next to nothing.
   */
  match: { kind: "matched"; reason: SignalReason };
  shadow: boolean;
};

/** A rules file that may go live: immutable, and named by what is in it. */
export type Ruleset = {
  /** SHA-256 of the text and of the settings that it reads. */
  sha: string;
  text: string;
  variables: Record<string, string>;
  document: RulesDocument;
  /** In the order of the reasons: by the group's priority, then as written. */
  rules: LiveRule[];
  /** Which rules can match at all, by their conditions, in their order. */
  bitmap: RuleBitmap;
  /** What a match says, for the rules that need not be asked once the bitmap has left them. */
  plain: readonly (SignalReason | undefined)[];
  states: { verified: RuleCondition; downgraded: RuleCondition };
  notify: { minScore: number; on: readonly SignalState[] };
  /** What to say when none of these facts is known. */
  missing: { text: string; facts: string[] }[];
  /** Slot -> the fact that stands in it. Begins with STATE_SLOTS. */
  slots: string[];
};

export type RuleError = { rule: string; message: string };

/**
 * What the rules say about a set of facts. The same rules, facts and previous state give the same
 * verdict, always.
 */
export type ScoreResult = {
  /** Two decimals. */
  score: number;
  level: Level;
  state: SignalState;
  riskLevel: RiskLevel;
  reasons: SignalReason[];
  /** What is not known, in the words of the rules' `missing` table. */
  missing: string[];
  /** Rules that failed. They add nothing; the others count. */
  errors: RuleError[];
  /** Rules on trial that matched, with what they would have added. */
  shadow: SignalReason[];
  /** Whether `notify` lets people hear of a change to this state. */
  notify: boolean;
};

export function scoreRules(
  rules: Ruleset,
  facts: FactValues,
  previous: SignalState | null = null,
): ScoreResult {
  freshBudget();
  const frame = frameOf(rules, facts);
  const { total, reasons, shadow, errors } = tallied(rules, frame);
  const points = twoDecimals(total);
  const level = levelOf(points, rules.document.scoring.thresholds);
  const state = stateOf(rules, stateFrame(frame, points, level), errors, previous);
  return {
    score: points,
    level,
    state,
    riskLevel: riskOf(facts.goplus_risk),
    reasons,
    missing: missingOf(rules, facts),
    errors,
    shadow,
    notify: notifies(rules.notify, points, state),
  };
}

type Tally = {
  total: number;
  reasons: SignalReason[];
  shadow: SignalReason[];
  errors: RuleError[];
};

/** Asks the rules that can match, in their order; all of them where the index has no say. */
function tallied({ rules, bitmap, plain }: Ruleset, frame: EvaluationFrame): Tally {
  const tally: Tally = { total: 0, reasons: [], shadow: [], errors: [] };
  if (!matchRules(bitmap, frame)) {
    for (const rule of rules) count(tally, rule, evaluateRule(rule, frame));
    return tally;
  }
  const { owners, words } = bitmap;
  let last = -1;
  for (let word = 0; word < words; word++) {
    for (let open = undecidedBits(bitmap, word); open !== 0; open &= open - 1) {
      const owner = owners[(word << 5) + 31 - Math.clz32(open & -open)] as number;
      if (owner === last) continue;
      last = owner;
      const reason = plain[owner];
      if (reason === undefined) {
        const rule = rules[owner] as LiveRule;
        count(tally, rule, evaluateRule(rule, frame));
      } else {
        tally.reasons.push(reason);
        tally.total += reason.score;
      }
    }
  }
  return tally;
}

function count(tally: Tally, rule: LiveRule, outcome: RuleOutcome): void {
  if (outcome.kind === "unmatched") return;
  if (outcome.kind === "failed") tally.errors.push({ rule: rule.key, message: outcome.message });
  else if (rule.shadow) tally.shadow.push(outcome.reason);
  else {
    tally.reasons.push(outcome.reason);
    tally.total += outcome.reason.score;
  }
}

export type RuleOutcome =
  | { kind: "matched"; reason: SignalReason }
  | { kind: "unmatched" }
  | { kind: "failed"; message: string };

/** A ruleset with these rules, in this order. */
export function withRules(
  rest: Omit<Ruleset, "rules" | "bitmap" | "plain">,
  rules: LiveRule[],
): Ruleset {
  const conditions = rules.map(({ condition }) => condition.clauses);
  const bitmap = bitmapOf(conditions, languageOf(rest.slots));
  const plain = rules.map(({ per, shadow, match }, i) =>
    bitmap.whole[i] && !per && !shadow ? match.reason : undefined,
  );
  return { ...rest, rules, bitmap, plain };
}

/**
 * Asks one rule. Only `true` matches: not known is no match, and an error is never taken for a yes.
 */
export function evaluateRule(rule: LiveRule, frame: EvaluationFrame): RuleOutcome {
  try {
    if (rule.condition.evaluate(frame) !== true) return UNMATCHED;
    return rule.per ? multiplied(rule, rule.per.evaluate(frame)) : rule.match;
  } catch (fault) {
    return { kind: "failed", message: messageOf(fault) };
  }
}

function multiplied({ weight, match }: LiveRule, times: unknown): RuleOutcome {
  if (times === null || (typeof times === "number" && !Number.isFinite(times))) return UNMATCHED;
  if (typeof times !== "number")
    return { kind: "failed", message: `per is ${String(times)}, not a number` };
  return { kind: "matched", reason: { ...match.reason, score: twoDecimals(weight * times) } };
}

/** The facts in the order of the rules' slots, so that a condition reads them by number. */
export function frameOf({ slots }: Ruleset, facts: FactValues): unknown[] {
  const frame: unknown[] = new Array(slots.length);
  for (let i = 0; i < slots.length; i++) frame[i] = known(facts[slots[i] as string]);
  return frame;
}

/** Null for what is not known, not a number or not finite. */
const known = (fact: FactValue | undefined): FactValue =>
  fact === undefined || (typeof fact === "number" && !Number.isFinite(fact)) ? null : fact;

/**
 * The slots that every ruleset begins with: the conditions of the states also read the score and
 * the level.
 */
export const STATE_SLOTS = ["score", "level"] as const;

/** Puts the score and the level into a frame that holds only facts so far. */
export function stateFrame(frame: unknown[], points: number, level: Level): EvaluationFrame {
  frame[0] = points;
  frame[1] = level;
  return frame;
}

function missingOf({ missing }: Ruleset, facts: FactValues): string[] {
  const said: string[] = [];
  for (const entry of missing)
    if (entry.facts.every((name) => known(facts[name]) === null)) said.push(entry.text);
  return said;
}

const RISKS: ReadonlySet<unknown> = new Set(RiskLevel.options);
const riskOf = (fact: unknown): RiskLevel => (RISKS.has(fact) ? (fact as RiskLevel) : "unknown");

const messageOf = (fault: unknown): string =>
  fault instanceof Error ? fault.message : String(fault);

const UNMATCHED: RuleOutcome = { kind: "unmatched" };

const twoDecimals = (n: number): number => Math.round(n * 100) / 100 + 0;

const levelOf = (
  points: number,
  { opportunity, caution }: { opportunity: number; caution: number },
): Level => (points >= opportunity ? "opportunity" : points <= caution ? "caution" : "observe");

/**
 * downgraded wins over verified. When neither holds, a state is left only if its own condition is
 * surely false: a scan that is missing today neither clears a token nor takes its verification
 * back.
 */
function stateOf(
  { states }: Ruleset,
  scored: EvaluationFrame,
  errors: RuleError[],
  previous: SignalState | null,
): SignalState {
  const holds = (name: "verified" | "downgraded"): unknown => {
    try {
      return states[name].evaluate(scored);
    } catch (fault) {
      errors.push({ rule: `states.${name}`, message: messageOf(fault) });
      return null;
    }
  };
  const downgraded = holds("downgraded");
  if (downgraded === true) return "downgraded";
  const verified = holds("verified");
  if (verified === true) return "verified";
  if (previous === "downgraded" && downgraded === null) return "downgraded";
  return previous === "verified" && verified === null ? "verified" : "candidate";
}

/**
 * The minimum score holds for good news alone. A downgrade is notified at any score, so that
 * readers of an earlier "verified" learn that it no longer holds.
 */
const notifies = (
  { minScore, on }: Ruleset["notify"],
  points: number,
  state: SignalState,
): boolean => on.includes(state) && (points >= minScore || state === "downgraded");
