import * as z from "zod";
import { PANELS } from "../../analytics/panels/registry.ts";
import { type Clock, iso } from "../../kit/time.ts";
import { IsoInstant } from "../../model/scalars.ts";
import { ARCHIVED } from "../../store/archive.ts";
import type { AuditStore } from "../../store/audit.ts";
import type { OverviewStore } from "../../store/overview.ts";
import { type ApiSettings, mayRead } from "../context.ts";
import { problem } from "../problem.ts";
import { type ApiRoute, route } from "../route.ts";
import {
  answerPanels,
  type PanelRoutePorts,
  PanelShown,
  panelOf,
  RangeQuery,
  RangeShown,
  rangeOf,
  rangeOnWire,
} from "./panels.ts";

export type AnalyticsPorts = PanelRoutePorts & {
  settings: Pick<ApiSettings, "publicRead">;
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
type QueryName = (typeof ANALYTICS)[number];
const NAMES: string[] = [...ANALYTICS, ...PANELS.map(({ name }) => name)];
const Query = z.string().refine((name) => NAMES.includes(name), {
  error: `There is no such query; there are ${NAMES.join(", ")}.`,
});
const isSeries = (name: string): name is QueryName => ANALYTICS.some((each) => each === name);

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
  archive: z.array(
    z.object({
      what: z.enum(ARCHIVED),
      files: z.number().int(),
      rows: z.number().int(),
      bytes: z.number().int(),
    }),
  ),
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
  covered: z.object({
    since: z.string().nullable(),
    until: z.string().nullable(),
    posts: z.number().int(),
    events: z.number().int(),
  }),
  books: z
    .object({
      until: z.string(),
      posts: z.number().int(),
      events: z.number().int(),
      contradictions: z.number().int(),
      miscounted: z.number().int(),
    })
    .nullable(),
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

const AuditQuery = z.object({
  /** Without it the audit goes on where the last one ended, or covers all while that is little. */
  since: IsoInstant.optional(),
});

type Row = z.input<typeof Row>;
const Row = z.union([PostTally, StateTally, StatusTally, MinuteTally, Quantiles]);

/** The figures of the page: what came in, what came of it, and whether the counts agree. */
export const analyticsRoutes = ({ store, now, panels, settings }: AnalyticsPorts): ApiRoute[] => [
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
    query: AuditQuery,
    answer: Audit,
    status: 200,
    handle: ({ query: { since } }) => store.audit(since),
  }),
  route({
    method: "GET",
    path: "/analytics",
    access: "feed",
    tag: "feed",
    operationId: "listAnalytics",
    summary: "The names of the series.",
    answer: z.object({ queries: z.array(z.string()) }),
    status: 200,
    handle: () => ({ queries: NAMES }),
  }),
  route({
    method: "GET",
    path: "/analytics/dashboard",
    access: "operations",
    tag: "operations",
    operationId: "getDashboard",
    summary: "Every panel of the dashboard over one range; each says where its rows come from.",
    query: RangeQuery,
    answer: RangeShown.extend({ panels: z.array(PanelShown) }),
    status: 200,
    async handle({ query }) {
      const range = rangeOf(query, now());
      if (range instanceof Response) return range;
      return { ...rangeOnWire(range), panels: await answerPanels(PANELS, range, panels) };
    },
  }),
  route({
    method: "GET",
    path: "/analytics/:query",
    access: "feed",
    tag: "feed",
    operationId: "getAnalytics",
    summary:
      "One series, as rows of equal shape. A panel of the dashboard, by its name, takes ?from, " +
      "?to and ?step (seconds), and asks for the scope operations.",
    params: z.object({ query: Query }),
    query: RangeQuery,
    answer: z.union([
      z.object({ query: z.string(), rows: z.array(Row) }),
      RangeShown.extend({ query: z.string(), panel: PanelShown }),
    ]),
    status: 200,
    example: { params: { query: "outcomes" } },
    async handle({ params: { query: name }, query, context }) {
      if (isSeries(name)) return { query: name, rows: await rows(name, store, iso(now())) };
      if (!mayRead("operations", context.get("caller"), settings.publicRead))
        return problem(401, "A panel asks for a key with the scope operations.", {
          headers: { "WWW-Authenticate": "Bearer" },
        });
      const range = rangeOf(query, now());
      if (range instanceof Response) return range;
      const panel = panelOf(name);
      const [answer] = panel ? await answerPanels([panel], range, panels) : [];
      return answer === undefined
        ? problem(404, "There is no such query.")
        : { ...rangeOnWire(range), query: name, panel: answer };
    },
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
