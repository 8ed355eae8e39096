import { expect, it } from "vitest";
import type { AlertsView } from "../alerts/alerts-view.ts";
import { healthProbes, type ProbePorts } from "./health.ts";

const LOADED = { version: "sha", loadedAt: "2026-01-15T10:00:00.000Z", rejected: null };
const quietAlerts: AlertsView = {
  ...{ evaluatedAt: null, active: [], resolved: [], silences: [], untold: [], facts: [] },
  heartbeat: { kind: "off" },
};
const fails = async (): Promise<never> => {
  throw new Error("out of reach");
};

function scene(over: Partial<ProbePorts> = {}) {
  const state = { now: 0, pings: 0 };
  const probes = healthProbes({
    version: "1.2.3",
    store: {
      ping: async () => void state.pings++,
      migrated: async () => undefined,
      stalled: async () => ({ sources: [], events: [] }),
    },
    requeueAfterSeconds: 600,
    overloadedAfterSeconds: 60,
    redis: { read: async () => [null] },
    redisConfigured: true,
    rules: { current: async () => ({}), status: () => LOADED },
    channels: async () => [],
    routeNotes: async () => [],
    alerts: async () => quietAlerts,
    queueBacklogs: async () => ({ posts: 3, mentions: null }),
    now: () => state.now,
    ...over,
  });
  return { ...probes, state };
}

it("is healthy while everything answers", async () => {
  expect(await scene().health()).toEqual({
    status: "healthy",
    version: "1.2.3",
    database: "connected",
    redis: "connected",
    rules: { version: "sha", loadedAt: "2026-01-15T10:00:00.000Z" },
    queues: { posts: 3, mentions: null },
    alerts: { critical: 0, warning: 0, info: 0 },
    notes: [],
    checkedAt: "1970-01-01T00:00:00.000Z",
  });
});

it("is degraded while Redis is out, and healthy where none is configured", async () => {
  const redis = { read: async () => "down" as const };
  expect(await scene({ redis }).health()).toMatchObject({
    status: "degraded",
    redis: "unreachable",
  });
  expect(await scene({ redis, redisConfigured: false }).health()).toMatchObject({
    status: "healthy",
    redis: "not configured",
  });
});

it("is degraded while rules were refused, and names the reason", async () => {
  const rules = {
    current: async () => ({}),
    status: () => ({ ...LOADED, rejected: "rules sha: no such version" }),
  };
  expect(await scene({ rules }).health()).toMatchObject({
    status: "degraded",
    notes: ["rules refused: rules sha: no such version"],
  });
});

it("is unhealthy without the database, whose channels are then not asked for", async () => {
  const store = { ping: fails, migrated: fails, stalled: fails };
  const probes = scene({ store, channels: fails });
  expect(await probes.health()).toMatchObject({ status: "unhealthy", database: "unreachable" });
  expect(await probes.unready()).toEqual([
    "the database cannot be read, or the migrations are not applied",
  ]);
});

it("is not ready without rules", async () => {
  const rules = { current: fails, status: () => LOADED };
  expect(await scene({ rules }).unready()).toEqual(["no rules are loaded"]);
  expect(await scene().unready()).toEqual([]);
});

it("looks once a second, however many ask", async () => {
  const { health, state } = scene();
  for (let probe = 0; probe < 10; probe++) await health();
  expect(state.pings).toBe(1);
  state.now = 1_001;
  await health();
  expect(state.pings).toBe(2);
});

it("is degraded while a source or an event holds up its posts, and names them", async () => {
  const asked: string[][] = [];
  const { health, state } = scene({
    store: {
      ping: async () => undefined,
      migrated: async () => undefined,
      stalled: async (...times) => {
        asked.push(times);
        return {
          sources: [
            { source: "busy", count: 1_000, stuck: 0 },
            { source: "slow", count: 40, stuck: 0 },
            { source: "lost", count: 3, stuck: 2 },
          ],
          events: [{ eventKey: "eth:DEMO:2026-01-15T10:00:00Z", count: 7 }],
        };
      },
    },
  });
  state.now = 3_600_000;
  expect(await health()).toMatchObject({
    status: "degraded",
    notes: [
      "source busy is overloaded: 1000 posts or more wait for a verdict",
      "source lost: 2 posts wait long for a verdict",
      "event eth:DEMO:2026-01-15T10:00:00Z: 7 posts wait for its commit",
    ],
  });
  expect(asked).toEqual([["1970-01-01T00:50:00.000Z", "1970-01-01T00:59:00.000Z"]]);
});

it("is degraded while an alert fires that nobody silenced, and says which", async () => {
  const firing = {
    ...{ alert: "ProviderBreakerOpen", scope: "provider" as const, subject: "goplus" },
    ...{ status: "firing" as const, severity: "warning" as const, group: "providers" },
    ...{ labels: {}, summary: "The breaker of goplus is open", description: "" },
    ...{ since: "2026-01-15T10:00:00Z", firedAt: "2026-01-15T10:05:00Z", notifiedAt: null },
    silencedBy: null,
  };
  const of = (alert: Partial<typeof firing | { silencedBy: string }>) =>
    scene({
      alerts: async () => ({ ...quietAlerts, active: [{ ...firing, ...alert }] }),
    }).health();
  expect(await of({})).toMatchObject({
    status: "degraded",
    alerts: { critical: 0, warning: 1, info: 0 },
    notes: ["warning alert ProviderBreakerOpen: The breaker of goplus is open"],
  });
  expect(await of({ silencedBy: "s1" })).toMatchObject({ status: "healthy", notes: [] });
});

it("is degraded while routes name a channel that is not there", async () => {
  const note = "the route alarms names the channel pager, which is not there";
  const { health } = scene({ routeNotes: async () => [note] });
  expect(await health()).toMatchObject({ status: "degraded", notes: [note] });
});
