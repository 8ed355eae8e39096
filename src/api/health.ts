import { type AlertsView, alertNotes, firingCounts } from "../alerts/alerts-view.ts";
import { cached } from "../concurrency/cached.ts";
import type { Redis } from "../concurrency/redis.ts";
import { type Clock, iso } from "../kit/time.ts";
import type { ChannelConfig } from "../model/channel-config.ts";
import type { StoreHealth } from "../store/index.ts";
import type { OverviewStore } from "../store/overview.ts";
import { OVERLOAD_POSTS } from "../store/posts.ts";
import type { HealthReport } from "./routes/health.ts";

/** What the probes look at. Any of it may throw: that is what they report. */
export type ProbePorts = {
  version: string;
  store: StoreHealth & Pick<OverviewStore, "stalled">;
  /** Settings: when posts count as lost, and when their number as load. */
  requeueAfterSeconds: number;
  overloadedAfterSeconds: number;
  redis: Pick<Redis, "read">;
  redisConfigured: boolean;
  rules: {
    current(): Promise<unknown>;
    status(): { version: string | null; loadedAt: string | null; rejected: string | null };
  };
  channels(): Promise<readonly ChannelConfig[]>;
  /** What is wrong with the routes, given the channels. */
  routeNotes(channels: readonly ChannelConfig[]): Promise<string[]>;
  alerts(): Promise<AlertsView>;
  /** Messages waiting in each queue; null where the platform does not say. */
  queueBacklogs(): Promise<Record<string, number | null>>;
  now: Clock;
};

const reached = (work: Promise<unknown>): Promise<boolean> =>
  work.then(() => true).catch(() => false);

const LOOK_EVERY_MS = 1_000;

/** Health and readiness: however many ask, an isolate looks once a second. */
export function healthProbes(ports: ProbePorts): {
  health(): Promise<HealthReport>;
  unready(): Promise<string[]>;
} {
  const options = { ttlMs: LOOK_EVERY_MS, shareStale: true, now: ports.now };
  const healthSeen = cached(() => health(ports), options);
  const unreadySeen = cached(() => unready(ports), options);
  return {
    async health() {
      const { value, at } = await healthSeen.dated();
      return { ...value, checkedAt: iso(at) };
    },
    unready: () => unreadySeen.get(),
  };
}

/**
 * unhealthy without the database; degraded while Redis is configured and out, while a channel waits
 * for its credentials, rules were refused, a source or an event holds up its posts, or an alert
 * fires.
 */
async function health(ports: ProbePorts): Promise<Omit<HealthReport, "checkedAt">> {
  const [database, redis, rules, queues, alerts] = await Promise.all([
    reached(ports.store.ping()),
    ports.redis.read(["health"]),
    reached(ports.rules.current()),
    ports.queueBacklogs(),
    ports.alerts().catch(() => null),
  ]);
  const [channels, stalled] = database
    ? await Promise.all([ports.channels().catch(() => []), stalledNotes(ports)])
    : [[], []];
  const { version, loadedAt, rejected } = ports.rules.status();
  const notes = [
    ...channels
      .filter(({ status }) => status !== "active")
      .map(({ name, status, statusReason }) => `channel ${name} is ${status}: ${statusReason}`),
    ...(rejected === null ? [] : [`rules refused: ${rejected}`]),
    ...(await ports.routeNotes(channels).catch(() => [])),
    ...stalled,
    ...(alerts === null ? ["the alerts cannot be read"] : alertNotes(alerts)),
  ];
  const degraded = (redis === "down" && ports.redisConfigured) || notes.length > 0;
  return {
    status: !database || !rules ? "unhealthy" : degraded ? "degraded" : "healthy",
    version: ports.version,
    database: database ? "connected" : "unreachable",
    redis:
      redis === "down" ? (ports.redisConfigured ? "unreachable" : "not configured") : "connected",
    rules: { version, loadedAt },
    queues,
    alerts: alerts && firingCounts(alerts),
    notes,
  };
}

/** Names sources and events whose posts wait: only theirs do, so nothing else would show it. */
async function stalledNotes(ports: ProbePorts): Promise<string[]> {
  const { now, store, requeueAfterSeconds, overloadedAfterSeconds } = ports;
  const before = (seconds: number): string => iso(now() - seconds * 1000);
  const { sources, events } = await store
    .stalled(before(requeueAfterSeconds), before(overloadedAfterSeconds))
    .catch(() => ({ sources: [], events: [] }));
  return [
    ...sources.flatMap(({ source, count, stuck }) => {
      if (count >= OVERLOAD_POSTS)
        return [`source ${source} is overloaded: ${count} posts or more wait for a verdict`];
      return stuck > 0 ? [`source ${source}: ${stuck} posts wait long for a verdict`] : [];
    }),
    ...events.map(({ eventKey, count }) => `event ${eventKey}: ${count} posts wait for its commit`),
  ];
}

async function unready({ store, rules }: ProbePorts): Promise<string[]> {
  const [tables, loaded] = await Promise.all([reached(store.migrated()), reached(rules.current())]);
  return [
    ...(tables ? [] : ["the database cannot be read, or the migrations are not applied"]),
    ...(loaded ? [] : ["no rules are loaded"]),
  ];
}
