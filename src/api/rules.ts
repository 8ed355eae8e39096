import { Hono } from "hono";
import * as z from "zod";
import { snakeCased } from "../kit/case.ts";
import { FactValue, type FactVocabulary } from "../model/facts.ts";
import { IsoInstant, SignalState } from "../model/scalars.ts";
import { type BacktestReport, backtestRules, type StoredSignal } from "../rules/backtest.ts";
import { explainSignal } from "../rules/explain.ts";
import type { LoadResult } from "../rules/load.ts";
import { type Ruleset, scoreRules } from "../rules/score.ts";
import { unknownFact } from "../rules/unknown-fact.ts";
import type { YamlProblem } from "../rules/yaml.ts";
import type { RulesVersion } from "../store/admin.ts";
import { type ApiEnv, keyIdOf } from "./access.ts";
import { boundedText, jsonBody } from "./body.ts";
import { fieldErrors, problem } from "./problem.ts";
import { jsonReply, readReply } from "./reply.ts";

export type RulesPorts = {
  current(): Promise<Ruleset>;
  /** A version by its sha; undefined when unknown. */
  version(sha: string): Promise<Ruleset | undefined>;
  /** When the rules in force were loaded, and what was wrong with a version that would not load. */
  status(): { loadedAt: string | null; rejected: string | null };
  /** Reads a rules file with this server's settings and facts. */
  load(text: string): LoadResult;
  /** Makes loaded rules the ones in force. Throws StoreUnavailable. */
  publish(rules: Ruleset, author: string): Promise<void>;
  versions(limit: number): Promise<RulesVersion[]>;
  /** Stored signals since an instant, newest first. */
  backtestRows(since: string, limit: number): Promise<StoredSignal[]>;
  /** The facts that this server knows. */
  vocabulary: FactVocabulary;
  now(): number;
};

/** Room for JSON around a file of 64 KB, whose every character may be escaped. */
const MAX_BODY = 500_000;
const MAX_BACKTEST = 10_000;
const WEEK_MS = 7 * 86_400_000;

/** Flags are 1 or 0; JSON's own true and false are taken for them. */
const FactInput = z.union([FactValue, z.boolean().transform(Number)]);
const Given = z.strictObject({
  facts: z.record(z.string(), FactInput),
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

/**
 * Reading, trying and changing the rules. What does not load changes nothing, and is answered with
 * line and column.
 */
export function rulesRoutes(ports: RulesPorts): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();

  app.get("/rules", async (c) => {
    const rules = await ports.current();
    const { loadedAt, rejected } = ports.status();
    return readReply(c, { ...shown(rules), loadedAt, rejected });
  });

  app.get("/rules/versions", async (c) => {
    const [versions, current] = await Promise.all([ports.versions(100), ports.current()]);
    return readReply(c, {
      versions: versions.map((version) => ({ ...version, current: version.sha === current.sha })),
    });
  });

  app.get("/rules/versions/:sha", async (c) => {
    const found = await byPrefix(c.req.param("sha"), ports);
    return found ? readReply(c, shown(found)) : unknownVersion(c.req.param("sha"));
  });

  app.put("/rules", async (c) => {
    const document = await documentIn(c.req.raw);
    if (document instanceof Response) return document;
    const loaded = ports.load(document);
    if (loaded.kind === "rejected") return unprocessable(loaded.problems);
    if (c.req.query("dry_run") === undefined)
      await ports.publish(loaded.rules, keyIdOf(c.get("caller")));
    return jsonReply(200, { ...summary(loaded.rules), warnings: loaded.warnings });
  });

  app.post("/rules/rollback", async (c) => {
    const input = await read(c.req.raw, Rollback);
    if (input instanceof Response) return input;
    const found = await byPrefix(input.sha, ports);
    if (!found) return unknownVersion(input.sha);
    await ports.publish(found, keyIdOf(c.get("caller")));
    return jsonReply(200, summary(found));
  });

  app.post("/rules/eval", async (c) => {
    const input = await read(c.req.raw, Given);
    if (input instanceof Response) return input;
    const loaded = input.rules === undefined ? undefined : ports.load(input.rules);
    if (loaded?.kind === "rejected") return unprocessable(loaded.problems);
    const rules = loaded?.rules ?? (await ports.current());
    const verdict = scoreRules(rules, input.facts, input.previous_state);
    return jsonReply(200, {
      rulesVersion: rules.sha,
      ...verdict,
      warnings: Object.keys(input.facts).flatMap((name) => {
        const unknown = unknownFact(name, ports.vocabulary);
        return unknown ? [{ path: `facts.${name}`, ...unknown }] : [];
      }),
      ...(input.explain && { explanation: explained(rules, input, ports.now()) }),
    });
  });

  app.post("/rules/backtest", async (c) => {
    const input = await read(c.req.raw, Backtested);
    if (input instanceof Response) return input;
    const loaded = ports.load(input.rules);
    if (loaded.kind === "rejected") return unprocessable(loaded.problems);
    const since = input.since ?? new Date(ports.now() - WEEK_MS).toISOString();
    const report: BacktestReport = backtestRules(
      loaded.rules,
      await ports.backtestRows(since, input.limit),
    );
    return jsonReply(200, { rulesVersion: loaded.rules.sha, since, ...report });
  });

  return app;
}

const summary = ({ sha, document, rules }: Ruleset) => ({
  sha,
  version: document.version,
  rules: rules.length,
});
const shown = (rules: Ruleset) => ({
  ...summary(rules),
  document: rules.text,
  variables: rules.variables,
});

const unknownVersion = (sha: string): Response =>
  problem(
    404,
    `There is no rules version ${JSON.stringify(sha.slice(0, 64))}; GET /rules/versions lists them.`,
  );

/** 422 with line and column, and with what to write instead where that is known. */
function unprocessable(problems: readonly YamlProblem[]): Response {
  const [first] = problems;
  const detail = first
    ? `Line ${first.line}, column ${first.column}: ` +
      `${first.path && `${first.path}: `}${first.message}${first.suggestion ? `; ${first.suggestion}` : ""}.`
    : "";
  return problem(422, `The rules were refused and nothing was changed. ${detail}`.trim(), {
    errors: problems.map(({ edit: _, ...said }) => said),
  });
}

/** The file itself (text/yaml, text/plain), or JSON that holds it. */
async function documentIn(request: Request): Promise<string | Response> {
  if (/^application\/json/i.test(request.headers.get("Content-Type") ?? "")) {
    const input = await read(request, Put);
    return input instanceof Response ? input : input.document;
  }
  const body = await boundedText(request, MAX_BODY);
  return body.kind === "refused" ? body.response : body.text;
}

async function read<T>(request: Request, schema: z.ZodType<T>): Promise<T | Response> {
  const body = await jsonBody(request, MAX_BODY);
  if (body.kind === "refused") return body.response;
  const input = schema.safeParse(body.value);
  return input.success
    ? input.data
    : problem(422, "The request cannot be read like this.", { errors: fieldErrors(input.error) });
}

async function byPrefix(sha: string, ports: RulesPorts): Promise<Ruleset | undefined> {
  if (sha.length === 64) return ports.version(sha);
  const matching = (await ports.versions(100)).filter((version) => version.sha.startsWith(sha));
  const [only, ...more] = matching;
  return only && more.length === 0 ? ports.version(only.sha) : undefined;
}

/** Facts that were given by hand have no provider and no age. */
function explained(rules: Ruleset, { facts, previous_state }: z.infer<typeof Given>, now: number) {
  const evaluatedAt = new Date(now).toISOString();
  return snakeCased(
    explainSignal(
      rules,
      { evaluatedAt, values: facts, origin: {}, degraded: [], notes: [] },
      previous_state,
    ),
  );
}
