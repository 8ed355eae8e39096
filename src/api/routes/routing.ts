import * as z from "zod";
import { sha256Hex } from "../../kit/hash.ts";
import { type Clock, iso } from "../../kit/time.ts";
import type { FactVocabulary } from "../../model/facts.ts";
import { IsoInstant } from "../../model/scalars.ts";
import type { Signal } from "../../model/signal.ts";
import type { TokenEvent } from "../../model/token-event.ts";
import type { KnownChannel, RoutesLoadResult } from "../../routing/load.ts";
import { allRoutes, type Routes, unknownChannels } from "../../routing/routes.ts";
import { FactsInput } from "../../rules/given-facts.ts";
import type { YamlProblem } from "../../rules/yaml.ts";
import type { AuditLogStore } from "../../store/audit-log.ts";
import type { EventStore } from "../../store/events.ts";
import { problem } from "../problem.ts";
import { type ApiRoute, route } from "../route.ts";
import { EXAMPLE_ROUTES, EXAMPLE_SHA } from "./examples.ts";
import { givenSignal, storedSignal } from "./routing-signal.ts";

/** Each tenant has routes of its own, which lead to its channels alone. */
export type RoutingPorts = { of(tenant: string): OwnRoutingPorts };

/** Those of one tenant. */
export type OwnRoutingPorts = {
  /** The routes in force; null without any. */
  current(): Promise<Routes | null>;
  status(): { loadedAt: string | null; rejected: string | null };
  /** Reads a routes file with this server's settings and facts. */
  load(text: string, known: readonly KnownChannel[]): RoutesLoadResult;
  publish(text: string): Promise<void>;
  /**
   * Lets what waits for a mute time be asked again, when every isolate has the new routes. Never
   * throws.
   */
  askMuted(): Promise<void>;
  /** Hears of each push that was refused. */
  refused(): void;
  /** Those that a route may name: streams get everything. */
  channels(): Promise<readonly KnownChannel[]>;
  /** Where a signal would go at `now`. */
  preview(tried: {
    signal: Signal;
    event: TokenEvent;
    routes: Routes | null;
    now: number;
  }): Promise<Pick<z.infer<typeof Preview>, "steps" | "channels">>;
  vocabulary: FactVocabulary;
  store: Pick<EventStore, "event"> & Pick<AuditLogStore, "auditLog" | "recordChange">;
  now: Clock;
};

const MAX_BODY = 500_000;
const VERSIONS = 100;
const SUBJECT = "routes";

const RoutesSummary = z.object({ sha: z.string().nullable(), routes: z.number().int() });
const Version = z.object({ sha: z.string(), author: z.string(), at: z.string() });
const Stored = z.object({ sha: z.string(), document: z.string() });
const WarningShown = z.looseObject({ path: z.string(), message: z.string() });
const Tried = z
  .strictObject({
    /** A stored signal, or the facts of one. */
    event_key: z.string().max(300).optional(),
    facts: FactsInput.optional(),
    /** Other routes than those in force. */
    routes: z.string().optional(),
    at: IsoInstant.optional(),
  })
  .refine(({ event_key, facts }) => (event_key === undefined) !== (facts === undefined), {
    message: "needs either event_key or facts",
  });
const Preview = z.object({
  sha: z.string().nullable(),
  steps: z.array(
    z.object({ route: z.string(), matched: z.boolean(), error: z.string().optional() }),
  ),
  channels: z.array(
    z.object({
      channel: z.string(),
      outcome: z.enum(["sent", "held", "skipped", "not_routed", "not_wanted"]),
      route: z.string().nullable(),
      at: z.string().nullable(),
      reason: z.string().nullable(),
      repeatsEveryMs: z.number().nullable(),
    }),
  ),
  warnings: z.array(WarningShown),
});

const summaryOf = (routes: Routes | null) => ({
  sha: routes?.sha ?? null,
  routes: routes === null ? 0 : allRoutes(routes.root).length,
});

/** Which channels are notified of what: reading, trying and changing rules/routes.yml. */
export const routingRoutes = ({ routing: { of } }: { routing: RoutingPorts }): ApiRoute[] => [
  route({
    method: "GET",
    path: "/routes",
    access: "operations",
    tenants: "own",
    tag: "delivery",
    operationId: "getRoutes",
    summary: "The routes in force, and the channels that they name and nobody has.",
    answer: RoutesSummary.extend({
      document: z.string(),
      loadedAt: z.string().nullable(),
      rejected: z.string().nullable(),
      unknownChannels: z.array(z.object({ channel: z.string(), route: z.string() })),
    }),
    status: 200,
    async handle({ tenant }) {
      const ports = of(tenant);
      const [routes, known] = await Promise.all([ports.current(), ports.channels()]);
      return {
        ...summaryOf(routes),
        document: routes?.text ?? "",
        ...ports.status(),
        unknownChannels: routes
          ? unknownChannels(
              routes,
              known.map(({ name }) => name),
            )
          : [],
      };
    },
  }),
  route({
    method: "PUT",
    path: "/routes",
    access: "write",
    tenants: "own",
    tag: "delivery",
    operationId: "putRoutes",
    summary:
      "Replaces the routes when they load; 422 names line and column. ?dry_run only checks, " +
      "?empty=yes takes a file without routes, which ends the routing.",
    query: z.object({ dry_run: z.string().optional(), empty: z.literal("yes").optional() }),
    bodyType: "text/yaml",
    body: z.string(),
    maxBytes: MAX_BODY,
    answer: RoutesSummary.extend({ warnings: z.array(WarningShown) }),
    status: 200,
    example: { query: { dry_run: "true" }, body: EXAMPLE_ROUTES },
    async handle({ query, text, change, tenant }) {
      const ports = of(tenant);
      const isPush = query.dry_run === undefined;
      const loaded = ports.load(text, await ports.channels());
      if (loaded.kind === "rejected") {
        if (isPush) ports.refused();
        return unprocessable(loaded.problems);
      }
      if (loaded.routes === null && query.empty === undefined && isPush)
        return problem(
          422,
          "The file holds no routes. Send it with ?empty=yes to end the routing.",
        );
      if (isPush) {
        const before = { sha: (await ports.current())?.sha ?? null };
        const after = { sha: loaded.routes?.sha ?? sha256Hex(text), document: text };
        const at = iso(ports.now());
        await ports.store.recordChange(change({ at, subject: SUBJECT, before, after }));
        await ports.publish(text);
        await ports.askMuted();
      }
      return { ...summaryOf(loaded.routes), warnings: loaded.warnings.map(withoutEdit) };
    },
  }),
  route({
    method: "GET",
    path: "/routes/versions",
    access: "operations",
    tenants: "own",
    tag: "delivery",
    operationId: "listRoutesVersions",
    summary: "Versions of the routes, the latest first.",
    answer: z.object({ versions: z.array(Version) }),
    status: 200,
    handle: async ({ tenant }) => ({
      versions: (await versions(of(tenant))).map(({ sha, author, at }) => ({ sha, author, at })),
    }),
  }),
  route({
    method: "POST",
    path: "/routes/rollback",
    access: "write",
    tenants: "own",
    tag: "delivery",
    operationId: "rollbackRoutes",
    summary: "Puts an earlier version in force, when its channels are still there.",
    body: z.strictObject({
      sha: z.string().regex(/^[0-9a-f]{6,64}$/, "must be a sha, or its first 6 digits or more"),
    }),
    answer: RoutesSummary,
    status: 200,
    example: { body: { sha: EXAMPLE_SHA } },
    async handle({ body: { sha }, change, tenant }) {
      const ports = of(tenant);
      const found = (await versions(ports)).find((version) => version.sha.startsWith(sha));
      if (!found) return problem(404, `There is no version ${sha}; GET /routes/versions has them.`);
      const loaded = ports.load(found.document, await ports.channels());
      if (loaded.kind === "rejected") return unprocessable(loaded.problems);
      const before = { sha: (await ports.current())?.sha ?? null };
      const after = { sha: found.sha, document: found.document };
      const at = iso(ports.now());
      await ports.store.recordChange(change({ at, subject: SUBJECT, before, after }));
      await ports.publish(found.document);
      await ports.askMuted();
      return summaryOf(loaded.routes);
    },
  }),
  route({
    method: "POST",
    path: "/routes/test",
    access: "operations",
    tenants: "own",
    tag: "delivery",
    operationId: "testRoutes",
    effect: "none",
    heavy: true,
    summary: "Where a signal would go, and why: one that is stored, or one of given facts.",
    body: Tried,
    maxBytes: MAX_BODY,
    answer: Preview,
    status: 200,
    example: { body: { facts: { symbol: "DEMO", score: 12, state: "verified" } } },
    handle: ({ body, tenant }) => preview(body, of(tenant)),
  }),
];

async function preview(tried: z.output<typeof Tried>, ports: OwnRoutingPorts) {
  const now = tried.at === undefined ? ports.now() : Date.parse(tried.at);
  const loaded =
    tried.routes === undefined ? undefined : ports.load(tried.routes, await ports.channels());
  if (loaded?.kind === "rejected") return unprocessable(loaded.problems);
  const routes = loaded ? loaded.routes : await ports.current();
  const of =
    tried.event_key === undefined
      ? givenSignal(tried.facts ?? {}, ports.vocabulary, now)
      : await storedSignal(tried.event_key, ports.store);
  if (of === undefined) return problem(404, "There is no signal of that event.");
  const { signal, event, warnings } = of;
  const found = await ports.preview({ signal, event, routes, now });
  return { sha: routes?.sha ?? null, ...found, warnings };
}

/** The audit log keeps the text of each version. */
async function versions({ store }: OwnRoutingPorts) {
  const { items } = await store.auditLog(
    { action: null, subject: SUBJECT, keyId: null, since: null, until: null },
    { limit: VERSIONS, cursor: null },
  );
  return items.flatMap(({ after, keyName, keyId, at }) => {
    const stored = Stored.safeParse(after);
    return stored.success ? [{ ...stored.data, author: keyName ?? keyId, at }] : [];
  });
}

const withoutEdit = ({ edit: _, ...shown }: YamlProblem) => shown;

function unprocessable(problems: readonly YamlProblem[]): Response {
  const [first] = problems;
  const where = first ? `Line ${first.line}, column ${first.column}: ` : "";
  const field = first?.path ? `${first.path}: ` : "";
  const instead = first?.suggestion ? `; ${first.suggestion}` : "";
  return problem(
    422,
    `The routes were refused and nothing was changed. ${where}${field}${first?.message}${instead}.`,
    { errors: problems.map(withoutEdit) },
  );
}
