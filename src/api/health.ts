import { cached } from "../concurrency/cached.ts";
import type { Redis } from "../concurrency/redis.ts";
import { type Clock, iso } from "../kit/time.ts";
import type { ChannelConfig } from "../model/channel-config.ts";
import type { ReadStore } from "../store/read.ts";
import type { HealthReport } from "./routes/health.ts";

/** What the probes look at. Any of it may throw: that is what they report. */
export type ProbePorts = {
  version: string;
  store: Pick<ReadStore, "ping" | "migrated">;
  redis: Pick<Redis, "read">;
  redisConfigured: boolean;
  rules: {
    current(): Promise<unknown>;
    status(): { version: string | null; loadedAt: string | null; rejected: string | null };
  };
  channels(): Promise<readonly ChannelConfig[]>;
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
 * unhealthy without the database; degraded without Redis, and while a channel waits for its
 * credentials or rules were refused.
 */
async function health(ports: ProbePorts): Promise<Omit<HealthReport, "checkedAt">> {
  const [database, redis, rules, queues] = await Promise.all([
    reached(ports.store.ping()),
    ports.redis.read(["health"]),
    reached(ports.rules.current()),
    ports.queueBacklogs(),
  ]);
  const channels = database ? await ports.channels().catch(() => []) : [];
  const { version, loadedAt, rejected } = ports.rules.status();
  const notes = [
    ...channels
      .filter(({ status }) => status !== "active")
      .map(({ name, status, statusReason }) => `channel ${name} is ${status}: ${statusReason}`),
    ...(rejected === null ? [] : [`rules refused: ${rejected}`]),
  ];
  const degraded = redis === "down" || notes.length > 0;
  return {
    status: !database || !rules ? "unhealthy" : degraded ? "degraded" : "healthy",
    version: ports.version,
    database: database ? "connected" : "unreachable",
    redis:
      redis === "down" ? (ports.redisConfigured ? "unreachable" : "not configured") : "connected",
    rules: { version, loadedAt },
    queues,
    notes,
  };
}

async function unready({ store, rules }: ProbePorts): Promise<string[]> {
  const [tables, loaded] = await Promise.all([reached(store.migrated()), reached(rules.current())]);
  return [
    ...(tables ? [] : ["the database cannot be read, or the migrations are not applied"]),
    ...(loaded ? [] : ["no rules are loaded"]),
  ];
}
