import * as z from "zod";
import type { FactValues, FactVocabulary } from "../../model/facts.ts";
import { IsoInstant, Level, SignalState } from "../../model/scalars.ts";
import { backtestRules } from "../../rules/backtest.ts";
import { explainSignal } from "../../rules/explain.ts";
import { FactsInput, givenFacts } from "../../rules/given-facts.ts";
import type { LoadResult } from "../../rules/load.ts";
import { type Ruleset, scoreRules } from "../../rules/score.ts";
import { type ApiRoute, route } from "../route.ts";
import { type CanaryPorts, RulesSummary, summaryOf } from "./canary.ts";
import { EXAMPLE_RULES } from "./examples.ts";
import { MAX_RULES_BODY, unprocessable, WarningShown, withMend } from "./rules-shown.ts";
import { ExplanationShown, ScoreShown } from "./signals.ts";

export type RulesTryPorts = Pick<CanaryPorts, "current" | "now" | "backtestRows"> & {
  /** Reads a rules file with this server's settings and facts. */
  load(text: string): LoadResult;
  /** The facts that this server knows. */
  vocabulary: FactVocabulary;
};

const MAX_BACKTEST = 10_000;
const WEEK_MS = 7 * 86_400_000;

const Given = z.strictObject({
  facts: FactsInput,
  rules: z.string().optional(),
  previous_state: SignalState.optional(),
  explain: z.boolean().default(false),
});
const Backtested = z.strictObject({
  rules: z.string(),
  since: IsoInstant.optional(),
  limit: z.number().int().min(1).max(MAX_BACKTEST).default(MAX_BACKTEST),
});
const Standing = z.object({ score: z.number(), level: Level, state: SignalState });
const Moves = z.object({
  count: z.number().int(),
  examples: z.array(z.object({ eventKey: z.string(), before: Standing, after: Standing })),
});
const BacktestShown = z.object({
  rulesVersion: z.string(),
  since: z.string(),
  signals: z.number().int(),
  appear: Moves,
  vanish: Moves,
  levelChanges: Moves,
  stateChanges: Moves,
  scoreChanges: z.number().int(),
  rules: z.array(
    z.object({
      rule: z.string(),
      matchedBefore: z.number().int(),
      matched: z.number().int(),
      pointsBefore: z.number(),
      points: z.number(),
      errors: z.number().int(),
      moved: z.number().int(),
      examples: z.array(z.string()),
    }),
  ),
});

/** Trying rules, which changes nothing. */
export const rulesTryRoutes = (ports: RulesTryPorts): ApiRoute[] => [
  route({
    method: "POST",
    path: "/rules/check",
    access: "operations",
    tenants: "shared",
    tag: "rules",
    operationId: "checkRules",
    effect: "none",
    heavy: true,
    summary: "Checks a rules text without using it; 422 names line and column.",
    body: z.strictObject({ rules: z.string() }),
    maxBytes: MAX_RULES_BODY,
    answer: RulesSummary.extend({ warnings: z.array(WarningShown) }),
    status: 200,
    example: { body: { rules: EXAMPLE_RULES } },
    handle({ body: { rules } }) {
      const loaded = ports.load(rules);
      return loaded.kind === "rejected"
        ? unprocessable(loaded.problems)
        : { ...summaryOf(loaded.rules), warnings: loaded.warnings.map(withMend) };
    },
  }),
  route({
    method: "POST",
    path: "/rules/eval",
    access: "operations",
    tenants: "shared",
    tag: "rules",
    operationId: "evaluateRules",
    heavy: true,
    effect: "none",
    summary: "Scores given facts without storing anything.",
    body: Given,
    maxBytes: MAX_RULES_BODY,
    answer: ScoreShown.extend({
      rulesVersion: z.string(),
      warnings: z.array(WarningShown),
      explanation: ExplanationShown.optional(),
    }),
    status: 200,
    example: { body: { facts: { mentions: 3, symbol: "DEMO" }, explain: true } },
    handle: ({ body }) => evaluate(body, ports),
  }),
  route({
    method: "POST",
    path: "/rules/backtest",
    access: "write",
    tenants: "shared",
    tag: "rules",
    operationId: "backtestRules",
    heavy: true,
    effect: "none",
    summary: "Replays stored signals through other rules.",
    body: Backtested,
    maxBytes: MAX_RULES_BODY,
    answer: BacktestShown,
    status: 200,
    example: { body: { rules: EXAMPLE_RULES, since: "2026-01-01T00:00:00Z" } },
    async handle({ body }) {
      const loaded = ports.load(body.rules);
      if (loaded.kind === "rejected") return unprocessable(loaded.problems);
      const since = body.since ?? new Date(ports.now() - WEEK_MS).toISOString();
      const stored = await ports.backtestRows(since, body.limit);
      return { rulesVersion: loaded.rules.sha, since, ...backtestRules(loaded.rules, stored) };
    },
  }),
];

async function evaluate(input: z.output<typeof Given>, ports: RulesTryPorts) {
  const loaded = input.rules === undefined ? undefined : ports.load(input.rules);
  if (loaded?.kind === "rejected") return unprocessable(loaded.problems);
  const rules = loaded?.rules ?? (await ports.current());
  const { facts, ignored } = givenFacts(input.facts, ports.vocabulary);
  return {
    rulesVersion: rules.sha,
    ...scoreRules(rules, facts, input.previous_state),
    warnings: ignored.map(({ name, ...said }) => withMend({ path: `facts.${name}`, ...said })),
    ...(input.explain && {
      explanation: explained(rules, facts, input.previous_state, ports.now()),
    }),
  };
}

/** Facts that were given by hand have no provider and no age. */
function explained(
  rules: Ruleset,
  facts: FactValues,
  previous: SignalState | undefined,
  now: number,
) {
  const evaluatedAt = new Date(now).toISOString();
  return explainSignal(
    rules,
    { evaluatedAt, values: facts, origin: {}, degraded: [], notes: [] },
    previous,
  );
}
