import manifest from "../package.json" with { type: "json" };
import type { HealthReport } from "../src/api/ports.ts";
import { glance } from "../src/concurrency/glance.ts";
import { iso } from "../src/kit/time.ts";
import type { Bindings } from "./env.ts";
import type { SharedIsolate } from "./isolate.ts";

export const VERSION: string = manifest.version;

const QUEUES = ["POSTS", "MENTIONS", "DELIVERIES"] as const;

/** Messages waiting in each queue; null where the platform does not say. */
export async function queueBacklogs(env: Bindings): Promise<Record<string, number | null>> {
  const entries = QUEUES.map(async (name): Promise<[string, number | null]> => {
    try {
      return [name.toLowerCase(), (await env[name].metrics()).backlogCount];
    } catch {
      return [name.toLowerCase(), null];
    }
  });
  return Object.fromEntries(await Promise.all(entries));
}

const reached = (work: Promise<unknown>): Promise<boolean> =>
  work.then(() => true).catch(() => false);

const LOOK_EVERY_MS = 1_000;

/** Health and readiness for whoever probes: one look a second and isolate. */
export function healthProbes(
  env: Bindings,
  isolate: SharedIsolate,
): { health(): Promise<HealthReport>; unready(): Promise<string[]> } {
  const healthSeen = glance(() => health(env, isolate), LOOK_EVERY_MS, isolate.now);
  const unreadySeen = glance(() => unready(isolate), LOOK_EVERY_MS, isolate.now);
  return {
    async health() {
      const { value, at } = await healthSeen();
      return { ...value, checkedAt: iso(at) };
    },
    unready: async () => (await unreadySeen()).value,
  };
}

/**
 * unhealthy without the database; degraded without Redis, and while a channel waits for its
 * credentials or rules were refused.
 */
async function health(
  env: Bindings,
  isolate: SharedIsolate,
): Promise<Omit<HealthReport, "checkedAt">> {
  const [database, redis, rules, queues] = await Promise.all([
    reached(isolate.store.ping()),
    isolate.redis.read(["health"]),
    reached(isolate.rules.current()),
    queueBacklogs(env),
  ]);
  const channels = database ? await isolate.channels.get().catch(() => []) : [];
  const { version, loadedAt, rejected } = isolate.rules.status();
  const notes = [
    ...channels
      .filter(({ status }) => status !== "active")
      .map(({ name, status, statusReason }) => `channel ${name} is ${status}: ${statusReason}`),
    ...(rejected === null ? [] : [`rules refused: ${rejected}`]),
  ];
  const degraded = redis === "down" || notes.length > 0;
  return {
    status: !database || !rules ? "unhealthy" : degraded ? "degraded" : "healthy",
    version: VERSION,
    database: database ? "connected" : "unreachable",
    redis:
      redis === "down" ? (isolate.client === null ? "not configured" : "unreachable") : "connected",
    rules: { version, loadedAt },
    queues,
    notes,
  };
}

async function unready(isolate: SharedIsolate): Promise<string[]> {
  const [tables, rules] = await Promise.all([
    reached(isolate.store.migrated()),
    reached(isolate.rules.current()),
  ]);
  return [
    ...(tables ? [] : ["the database cannot be read, or the migrations are not applied"]),
    ...(rules ? [] : ["no rules are loaded"]),
  ];
}
