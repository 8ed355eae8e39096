import type { FactValues } from "../model/facts.ts";
import type { Level, SignalState } from "../model/scalars.ts";
import type { Reason } from "../model/signal.ts";
import { type Ruleset, score, type Verdict } from "./score.ts";

/** A stored signal: what it was scored from, and what came of it then. */
export type StoredSignal = Standing & {
  eventKey: string;
  previousState: SignalState | null;
  facts: { values: FactValues };
  reasons: readonly Pick<Reason, "rule">[];
};

type Standing = { score: number; level: Level; state: SignalState };
export type Move = { eventKey: string; before: Standing; after: Standing };
/** `matchedBefore` counts the signals whose stored reasons name the rule. The examples are signals where that changed. */
export type RuleTally = {
  rule: string;
  matchedBefore: number;
  matched: number;
  points: number;
  errors: number;
  examples: string[];
};

export type BacktestReport = {
  signals: number;
  /** People would hear of it and did not before; and the other way round. */
  appear: Tally;
  vanish: Tally;
  levelChanges: Tally;
  stateChanges: Tally;
  scoreChanges: number;
  rules: RuleTally[];
};
export type Tally = { count: number; examples: Move[] };

const EXAMPLES = 5;

/**
 * Scores stored signals anew by a candidate ruleset. The stored facts are what was known then, so the answer does not depend on what the providers
 * say today. A signal "appears" when it would be told about under the candidate's `notify` and is not under its stored score and state.
 */
export function backtest(candidate: Ruleset, stored: Iterable<StoredSignal>): BacktestReport {
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
  for (const signal of stored) {
    const verdict = score(candidate, signal.facts.values, signal.previousState);
    report.signals += 1;
    count(byRule, verdict, signal);
    compare(report, signal, verdict, candidate.notify);
  }
  return { ...report, rules: [...byRule.values()] };
}

const tally = (): Tally => ({ count: 0, examples: [] });

function add(into: Tally, move: Move): void {
  into.count += 1;
  if (into.examples.length < EXAMPLES) into.examples.push(move);
}

function compare(report: BacktestReport, signal: StoredSignal, verdict: Verdict, notify: Ruleset["notify"]): void {
  const standing = ({ score, level, state }: Standing): Standing => ({ score, level, state });
  const move = { eventKey: signal.eventKey, before: standing(signal), after: standing(verdict) };
  const told = notify.on.includes(signal.state) && (signal.score >= notify.minScore || signal.state === "downgraded");
  if (verdict.notify && !told) add(report.appear, move);
  if (!verdict.notify && told) add(report.vanish, move);
  if (verdict.level !== signal.level) add(report.levelChanges, move);
  if (verdict.state !== signal.state) add(report.stateChanges, move);
  if (verdict.score !== signal.score) report.scoreChanges += 1;
}

const emptyRow = (rule: string): RuleTally => ({ rule, matchedBefore: 0, matched: 0, points: 0, errors: 0, examples: [] });

/** Rules that are gone from the candidate are counted too: what they used to match is what is lost. */
function count(rows: Map<string, RuleTally>, verdict: Verdict, { eventKey, reasons }: StoredSignal): void {
  const row = (rule: string): RuleTally => {
    const known = rows.get(rule) ?? emptyRow(rule);
    rows.set(rule, known);
    return known;
  };
  const before = new Set(reasons.map(({ rule }) => rule));
  const after = new Map([...verdict.reasons, ...verdict.shadow].map((reason) => [reason.rule, reason.score]));
  for (const rule of before) row(rule).matchedBefore += 1;
  for (const [rule, points] of after) {
    row(rule).matched += 1;
    row(rule).points = Math.round((row(rule).points + points) * 100) / 100;
  }
  for (const rule of new Set([...before, ...after.keys()])) {
    const { examples } = row(rule);
    if (before.has(rule) !== after.has(rule) && examples.length < EXAMPLES) examples.push(eventKey);
  }
  for (const { rule } of verdict.errors) row(rule).errors += 1;
}
