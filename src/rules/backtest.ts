import type { FactValues } from "../model/facts.ts";
import type { Level, SignalState } from "../model/scalars.ts";
import type { SignalReason } from "../model/signal.ts";
import { withSharedBudget } from "./language/budget.ts";
import { type Ruleset, type ScoreResult, scoreRules } from "./score.ts";

/** A stored signal: what it was scored from, and what came of it then. */
export type StoredSignal = Standing & {
  eventKey: string;
  previousState: SignalState | null;
  facts: { values: FactValues };
  reasons: readonly Pick<SignalReason, "rule" | "score">[];
};

type Standing = { score: number; level: Level; state: SignalState };
export type StateMove = { eventKey: string; before: Standing; after: Standing };
/** What a rule gave to the stored verdicts, and what it gives now. */
export type RuleTally = {
  rule: string;
  matchedBefore: number;
  matched: number;
  pointsBefore: number;
  points: number;
  errors: number;
  /** Signals that appear, vanish or change level, and to which the rule now gives other points. */
  moved: number;
  /** Signals that the rule treats otherwise, first of all those that moved. */
  examples: string[];
};

export type BacktestReport = {
  signals: number;
  /** People would hear of it and did not before; and the other way round. */
  appear: BacktestTally;
  vanish: BacktestTally;
  levelChanges: BacktestTally;
  stateChanges: BacktestTally;
  scoreChanges: number;
  rules: RuleTally[];
};
export type BacktestTally = { count: number; examples: StateMove[] };

const EXAMPLES = 5;
/** Of all signals together: a second or two of patterns. Rules that run out of it fail. */
const BACKTEST_STEPS = 5_000_000;

/**
 * Scores stored signals anew by a candidate ruleset. The stored facts are what was known then, so
 * the answer does not depend on what the providers say today. A signal "appears" when it would be
 * notified under the candidate's `notify` and is not under its stored score and state.
 */
export function backtestRules(candidate: Ruleset, stored: Iterable<StoredSignal>): BacktestReport {
  const report: BacktestReport = {
    signals: 0,
    appear: tally(),
    vanish: tally(),
    levelChanges: tally(),
    stateChanges: tally(),
    scoreChanges: 0,
    rules: [],
  };
  const byRule = new Map(candidate.rules.map(({ key }) => [key, emptyRow(key)]));
  withSharedBudget(BACKTEST_STEPS, () => {
    for (const signal of stored) {
      const verdict = scoreRules(candidate, signal.facts.values, signal.previousState);
      report.signals += 1;
      const moved = compare(report, signal, verdict, candidate.notify);
      count(byRule, verdict, signal, moved);
    }
  });
  return { ...report, rules: [...byRule.values()] };
}

const tally = (): BacktestTally => ({ count: 0, examples: [] });

function add(into: BacktestTally, move: StateMove): void {
  into.count += 1;
  if (into.examples.length < EXAMPLES) into.examples.push(move);
}

/** True when people would see another signal than before. */
function compare(
  report: BacktestReport,
  signal: StoredSignal,
  verdict: ScoreResult,
  notify: Ruleset["notify"],
): boolean {
  const standing = ({ score, level, state }: Standing): Standing => ({ score, level, state });
  const move = { eventKey: signal.eventKey, before: standing(signal), after: standing(verdict) };
  const notified =
    notify.on.includes(signal.state) &&
    (signal.score >= notify.minScore || signal.state === "downgraded");
  if (verdict.notify && !notified) add(report.appear, move);
  if (!verdict.notify && notified) add(report.vanish, move);
  if (verdict.level !== signal.level) add(report.levelChanges, move);
  if (verdict.state !== signal.state) add(report.stateChanges, move);
  if (verdict.score !== signal.score) report.scoreChanges += 1;
  return verdict.notify !== notified || verdict.level !== signal.level;
}

const emptyRow = (rule: string): RuleTally => ({
  ...{ rule, matchedBefore: 0, matched: 0, pointsBefore: 0, points: 0, errors: 0, moved: 0 },
  examples: [],
});

/**
 * Rules that are gone from the candidate are counted too: what they used to match is what is lost.
 */
function count(
  rows: Map<string, RuleTally>,
  verdict: ScoreResult,
  { eventKey, reasons }: StoredSignal,
  moved: boolean,
): void {
  const row = (rule: string): RuleTally => {
    const known = rows.get(rule) ?? emptyRow(rule);
    rows.set(rule, known);
    return known;
  };
  const before = pointsOf(reasons);
  const live = pointsOf(verdict.reasons);
  const after = new Map([...live, ...pointsOf(verdict.shadow)]);
  for (const rule of new Set([...before.keys(), ...after.keys()])) {
    const tally = row(rule);
    const [was, is] = [before.get(rule), after.get(rule)];
    if (was !== undefined) tally.matchedBefore += 1;
    if (is !== undefined) tally.matched += 1;
    tally.pointsBefore = twoDecimals(tally.pointsBefore + (was ?? 0));
    tally.points = twoDecimals(tally.points + (is ?? 0));
    const hasMoved = moved && was !== live.get(rule);
    if (hasMoved) tally.moved += 1;
    if (was !== is) exemplify(tally, eventKey, hasMoved);
  }
  for (const { rule } of verdict.errors) row(rule).errors += 1;
}

const pointsOf = (reasons: readonly Pick<SignalReason, "rule" | "score">[]) =>
  new Map(reasons.map(({ rule, score }) => [rule, score]));
const twoDecimals = (n: number): number => Math.round(n * 100) / 100;

/** The latest of those that moved come first. */
function exemplify({ examples }: RuleTally, eventKey: string, hasMoved: boolean): void {
  if (hasMoved) examples.unshift(eventKey);
  else if (examples.length < EXAMPLES) examples.push(eventKey);
  if (examples.length > EXAMPLES) examples.pop();
}
