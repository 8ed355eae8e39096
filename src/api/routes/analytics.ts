import * as z from "zod";
import { type Clock, iso } from "../../kit/time.ts";
import type { AuditStore } from "../../store/audit.ts";
import type { OverviewStore } from "../../store/overview.ts";
import { type ApiRoute, route } from "../route.ts";

export type AnalyticsPorts = {
  store: Pick<AuditStore, "audit" | "latency"> & Pick<OverviewStore, "overview">;
  now: Clock;
};

export const ANALYTICS = [
  "posts-per-minute",
  "outcomes",
  "signals",
  "deliveries",
  "latency",
] as const;
const Query = z.enum(ANALYTICS, {
  error: `There is no such query; there are ${ANALYTICS.join(", ")}.`,
});
type QueryName = z.infer<typeof Query>;

const Quantiles = z.object({
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  count: z.number().int(),
});
const PostTally = z.object({
  outcome: z.string(),
  reason: z.string().nullable(),
  count: z.number().int(),
});
const StateTally = z.object({ state: z.string(), count: z.number().int() });
const StatusTally = z.object({ status: z.string(), count: z.number().int() });
const MinuteTally = z.object({ minute: z.string(), count: z.number().int() });

const Overview = z.object({
  posts: z.array(PostTally),
  events: z.number().int(),
  signals: z.array(StateTally),
  outbox: z.array(StatusTally),
  deadLetters: z.number().int(),
  postsPerMinute: z.array(MinuteTally),
});

const Audit = z.object({
  accepted: z.number().int(),
  evidence: z.number().int(),
  dropped: z.number().int(),
  duplicate: z.number().int(),
  dead: z.number().int(),
  open: z.number().int(),
  droppedBy: z.array(z.object({ reason: z.string(), count: z.number().int() })),
  contradictions: z.number().int(),
  miscounted: z.number().int(),
  outbox: z.object({
    pending: z.number().int(),
    failed: z.number().int(),
    done: z.number().int(),
    dlq: z.number().int(),
  }),
  deadLetters: z.number().int(),
  latencyMs: Quantiles,
  commitToSendMs: z.array(Quantiles.extend({ channel: z.string() })),
  postsPerSecond: z.number().nullable(),
});

type Row = z.input<typeof Row>;
const Row = z.union([PostTally, StateTally, StatusTally, MinuteTally, Quantiles]);

/** The figures of the page: what came in, what came of it, and whether the counts agree. */
export const analyticsRoutes = ({ store, now }: AnalyticsPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/overview",
    access: "feed",
    tag: "feed",
    operationId: "getOverview",
    summary: "The live figures of the page.",
    answer: Overview,
    status: 200,
    handle: () => store.overview(iso(now())),
  }),
  route({
    method: "GET",
    path: "/audit",
    access: "operations",
    tag: "operations",
    operationId: "getAudit",
    summary: "The promise, counted: how every accepted post ended.",
    answer: Audit,
    status: 200,
    handle: () => store.audit(),
  }),
  route({
    method: "GET",
    path: "/analytics",
    access: "feed",
    tag: "feed",
    operationId: "listAnalytics",
    summary: "The names of the series.",
    answer: z.object({ queries: z.array(z.enum(ANALYTICS)) }),
    status: 200,
    handle: () => ({ queries: [...ANALYTICS] }),
  }),
  route({
    method: "GET",
    path: "/analytics/:query",
    access: "feed",
    tag: "feed",
    operationId: "getAnalytics",
    summary: "One series, as rows of equal shape.",
    params: z.object({ query: Query }),
    answer: z.object({ query: z.enum(ANALYTICS), rows: z.array(Row) }),
    status: 200,
    example: { params: { query: "outcomes" } },
    handle: async ({ params: { query } }) => ({
      query,
      rows: await rows(query, store, iso(now())),
    }),
  }),
];

async function rows(query: QueryName, store: AnalyticsPorts["store"], at: string): Promise<Row[]> {
  if (query === "latency") return [await store.latency()];
  const overview = await store.overview(at);
  const answers = {
    "posts-per-minute": overview.postsPerMinute,
    outcomes: overview.posts,
    signals: overview.signals,
    deliveries: overview.outbox,
  };
  return answers[query];
}
