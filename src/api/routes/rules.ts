import * as z from "zod";
import { parseJson } from "../../kit/parse-json.ts";
import type { FactValues, FactVocabulary } from "../../model/facts.ts";
import { IsoInstant, Level, SignalState } from "../../model/scalars.ts";
import { backtestRules } from "../../rules/backtest.ts";
import { parseShare, RulesCanary } from "../../rules/canary.ts";
import { explainSignal } from "../../rules/explain.ts";
import { FactsInput, givenFacts } from "../../rules/given-facts.ts";
import type { LoadResult } from "../../rules/load.ts";
import { type Ruleset, scoreRules } from "../../rules/score.ts";
import type { YamlProblem } from "../../rules/yaml.ts";
import type { RulesVersion } from "../../store/rules-versions.ts";
import { fieldErrors, problem } from "../problem.ts";
import { type ApiRoute, route } from "../route.ts";
import {
  type CanaryPorts,
  canaryRoutes,
  canaryShown,
  RulesSummary,
  rulesChange,
  summaryOf,
} from "./canary.ts";
import { EXAMPLE_RULES, EXAMPLE_SHA } from "./examples.ts";
import { ExplanationShown, ScoreShown } from "./signals.ts";

export type RulesPorts = CanaryPorts & {
  /** A version by its sha; undefined when unknown. */
  version(sha: string): Promise<Ruleset | undefined>;
  /** When the rules in force were loaded, and what was wrong with a version that would not load. */
  status(): { loadedAt: string | null; rejected: string | null };
  /** Reads a rules file with this server's settings and facts. */
  load(text: string): LoadResult;
  /** Hears of each push that was refused. */
  refused(): void;
  versions(limit: number): Promise<RulesVersion[]>;
  /** The facts that this server knows. */
  vocabulary: FactVocabulary;
};

/** Room for JSON around a file of 64 KB, whose every character may be escaped. */
const MAX_BODY = 500_000;
const MAX_BACKTEST = 10_000;
const WEEK_MS = 7 * 86_400_000;

const Given = z.strictObject({
  facts: FactsInput,
  rules: z.string().optional(),
  previous_state: SignalState.optional(),
  explain: z.boolean().default(false),
});
const Put = z.strictObject({ document: z.string() });
const Backtested = z.strictObject({
  rules: z.string(),
  since: IsoInstant.optional(),
  limit: z.number().int().min(1).max(MAX_BACKTEST).default(MAX_BACKTEST),
});
const Rollback = z.strictObject({
  sha: z.string().regex(/^[0-9a-f]{6,64}$/, "must be a sha, or its first 6 digits or more"),
});

const WarningShown = z.looseObject({ path: z.string(), message: z.string() });
const RulesShown = RulesSummary.extend({
  document: z.string(),
  variables: z.record(z.string(), z.string()),
});
const Version = z.object({
  sha: z.string(),
  author: z.string(),
  createdAt: z.string(),
  activatedAt: z.string(),
  current: z.boolean(),
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

/**
 * Reading, trying and changing the rules. What does not load changes nothing, and is answered with
 * line and column.
 */
export const rulesRoutes = ({ rules: ports }: { rules: RulesPorts }): ApiRoute[] => [
  route({
    method: "GET",
    path: "/rules",
    access: "operations",
    tag: "rules",
    operationId: "getRules",
    summary: "The rules in force and their sha.",
    answer: RulesShown.extend({
      loadedAt: z.string().nullable(),
      rejected: z.string().nullable(),
      canary: RulesCanary.nullable(),
    }),
    status: 200,
    async handle() {
      const [rules, canary] = await Promise.all([ports.current(), ports.canary()]);
      const { loadedAt, rejected } = ports.status();
      return { ...shown(rules), loadedAt, rejected, canary: canary && canaryShown(canary) };
    },
  }),
  route({
    method: "GET",
    path: "/rules/versions",
    access: "operations",
    tag: "rules",
    operationId: "listRulesVersions",
    summary: "Versions, the latest activated first.",
    answer: z.object({ versions: z.array(Version) }),
    status: 200,
    async handle() {
      const [versions, current] = await Promise.all([ports.versions(100), ports.current()]);
      return {
        versions: versions.map((version) => ({ ...version, current: version.sha === current.sha })),
      };
    },
  }),
  route({
    method: "GET",
    path: "/rules/versions/:sha",
    access: "operations",
    tag: "rules",
    operationId: "getRulesVersion",
    summary: "One version.",
    params: z.object({ sha: z.string() }),
    answer: RulesShown,
    status: 200,
    example: { params: { sha: EXAMPLE_SHA } },
    async handle({ params: { sha } }) {
      const found = await byPrefix(sha, ports);
      return found ? shown(found) : unknownVersion(sha);
    },
  }),
  ...canaryRoutes(ports),
  route({
    method: "PUT",
    path: "/rules",
    access: "write",
    tag: "rules",
    operationId: "putRules",
    summary:
      "Replaces the rules when they load; 422 names line and column. ?dry_run only checks, " +
      "?canary=10% scores a share of the events by them.",
    query: z.object({ dry_run: z.string().optional(), canary: z.string().optional() }),
    bodyType: "text/yaml",
    body: z.string(),
    maxBytes: MAX_BODY,
    answer: RulesSummary.extend({ warnings: z.array(WarningShown) }),
    status: 200,
    example: { query: { dry_run: "true" }, body: EXAMPLE_RULES },
    async handle({ query, text, change, context }) {
      const document = documentIn(text, context.req.header("Content-Type") ?? "");
      if (document instanceof Response) return document;
      const share = query.canary === undefined ? undefined : parseShare(query.canary);
      if (query.canary !== undefined && share === undefined) return noShare(query.canary);
      const loaded = ports.load(document);
      const isPush = query.dry_run === undefined;
      if (loaded.kind === "rejected") {
        if (isPush) ports.refused();
        return unprocessable(loaded.problems);
      }
      if (share !== undefined && loaded.rules.sha === (await ports.current()).sha)
        return problem(409, "These rules are in force for all events already.");
      if (isPush) {
        const entry = await rulesChange(loaded.rules, change, ports, {
          ...(share !== undefined && { canary: share }),
        });
        await (share === undefined
          ? ports.publish(loaded.rules, entry)
          : ports.startCanary(loaded.rules, share, entry));
      }
      return { ...summaryOf(loaded.rules), warnings: loaded.warnings.map(withMend) };
    },
  }),
  route({
    method: "POST",
    path: "/rules/rollback",
    access: "write",
    tag: "rules",
    operationId: "rollbackRules",
    summary: "Puts an earlier version in force.",
    body: Rollback,
    maxBytes: MAX_BODY,
    answer: RulesSummary,
    status: 200,
    example: { body: { sha: EXAMPLE_SHA } },
    async handle({ body: { sha }, change }) {
      const found = await byPrefix(sha, ports);
      if (!found) return unknownVersion(sha);
      await ports.publish(found, await rulesChange(found, change, ports));
      return summaryOf(found);
    },
  }),
  route({
    method: "POST",
    path: "/rules/check",
    access: "operations",
    tag: "rules",
    operationId: "checkRules",
    effect: "none",
    heavy: true,
    summary: "Checks a rules text without using it; 422 names line and column.",
    body: z.strictObject({ rules: z.string() }),
    maxBytes: MAX_BODY,
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
    tag: "rules",
    operationId: "evaluateRules",
    heavy: true,
    effect: "none",
    summary: "Scores given facts without storing anything.",
    body: Given,
    maxBytes: MAX_BODY,
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
    tag: "rules",
    operationId: "backtestRules",
    heavy: true,
    effect: "none",
    summary: "Replays stored signals through other rules.",
    body: Backtested,
    maxBytes: MAX_BODY,
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

async function evaluate(input: z.output<typeof Given>, ports: RulesPorts) {
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

/** `mend` is the former name of `suggestion`, sent beside it for one release. */
const withMend = <T extends { suggestion?: string }>(found: T): T & { mend?: string } => ({
  ...found,
  ...(found.suggestion !== undefined && { mend: found.suggestion }),
});

const shown = (rules: Ruleset) => ({
  ...summaryOf(rules),
  document: rules.text,
  variables: rules.variables,
});

const noShare = (given: string): Response =>
  problem(422, `${JSON.stringify(given.slice(0, 20))} is no share: write 10% or 0.1.`, {
    errors: [{ path: "canary", message: "must be above 0% and below 100%" }],
  });

const unknownVersion = (sha: string): Response =>
  problem(
    404,
    `There is no rules version ${JSON.stringify(sha.slice(0, 64))}; ` +
      "GET /rules/versions lists them.",
  );

/** 422 with line and column, and with what to write instead where that is known. */
function unprocessable(problems: readonly YamlProblem[]): Response {
  const [first] = problems;
  const detail = first
    ? [`Line ${first.line}, column ${first.column}`, first.path, first.message]
        .filter((part) => part !== "")
        .join(": ") + (first.suggestion ? `; ${first.suggestion}.` : ".")
    : "";
  return problem(422, `The rules were refused and nothing was changed. ${detail}`.trim(), {
    errors: problems.map(({ edit: _, ...shown }) => withMend(shown)),
  });
}

/** The file itself (text/yaml, text/plain), or JSON that holds it. */
function documentIn(text: string, type: string): string | Response {
  if (!/^application\/json/i.test(type)) return text;
  const parsed = parseJson(text);
  if (parsed.kind === "malformed") return problem(400, `The body is ${parsed.message}.`);
  const input = Put.safeParse(parsed.value);
  return input.success
    ? input.data.document
    : problem(422, "The request cannot be read like this.", { errors: fieldErrors(input.error) });
}

async function byPrefix(sha: string, ports: RulesPorts): Promise<Ruleset | undefined> {
  if (sha.length === 64) return ports.version(sha);
  const matching = (await ports.versions(100)).filter((version) => version.sha.startsWith(sha));
  const [only, ...more] = matching;
  return only && more.length === 0 ? ports.version(only.sha) : undefined;
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
