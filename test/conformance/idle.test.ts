import { afterAll, beforeAll, expect, it } from "vitest";
import { alertsActor } from "../../src/alerts/alerts-actor.ts";
import { auditRange } from "../../src/audit/audit-range.ts";
import { channelKind } from "../../src/channels/registry.ts";
import { localGuard } from "../../src/http/local-guard.ts";
import { iso } from "../../src/kit/time.ts";
import { metricsCollector } from "../../src/observability/collector.ts";
import { outsideCallReporter } from "../../src/observability/outside-calls.ts";
import { type CachedCursor, cursorCache } from "../../src/schedule/cursor-cache.ts";
import { type SweeperPorts, sweeperActor } from "../../src/schedule/sweeper.ts";
import { EVERY_MINUTE, runTick, type TickPorts } from "../../src/schedule/tick.ts";
import { switchesOf } from "../../src/settings/plugin.ts";
import { ChannelEnv } from "../../src/settings/settings.ts";
import { SOURCES } from "../../src/sources/registry.ts";
import {
  arrival,
  at,
  change,
  draft,
  KEY,
  mention,
  pending,
} from "../../src/store/contract/fixtures.ts";
import { postgresStore } from "../../src/store/postgres/index.ts";
import { neonSql } from "../../workers/platform/neon.ts";
import {
  alertMemory,
  alertsOf,
  DEFAULT_ALERTS,
  metricTotals,
  providerOf,
} from "../support/alerts.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";

const MINUTE = 60_000;
const DAY_MINUTES = 24 * 60;
const MIDNIGHT = Date.UTC(2026, 0, 16);

let database: TestPostgres;
beforeAll(async () => {
  database = await startPostgres();
});
afterAll(() => database.stop());

/** Counted where a statement leaves for the database, whoever asks for it. */
const statements = async (): Promise<number> =>
  (
    (await (await fetch(database.fetchEndpoint.replace("/sql", "/"))).json()) as {
      statements: number;
    }
  ).statements;

const DAYS = {
  posts: 90,
  events: 90,
  deliveries: 90,
  deadLetters: 90,
  history: 90,
  features: 90,
};

/** What every source that needs no key answers to a poll, five minutes after the last. */
const nothingNew = async () => new Response(null, { status: 304 });

/**
 * The Worker's own cron and sweeper over the production client, a day long in seconds; only the
 * platform's clock and alarm are ours.
 */
function worker() {
  const clock = { now: MIDNIGHT, alarm: null as number | null };
  const store = postgresStore(
    neonSql({ databaseUrl: database.url, fetchEndpoint: database.fetchEndpoint }),
  );
  const metrics = metricsCollector();
  const totals = metricTotals(metrics);
  const ground = { now: () => clock.now, log: () => undefined, telemetry: metrics };
  const none = async () => undefined;
  const kept = new Map<string, CachedCursor>();
  const cursors = cursorCache(store, {
    get: async (source) => kept.get(source),
    async put(source, place) {
      if (place) kept.set(source, place);
      else kept.delete(source);
    },
  });
  const ports: SweeperPorts = {
    ...ground,
    store,
    posts: { sendBatch: none },
    requeueAfterSeconds: 600,
    schedulePostSweep: (time) => sweeper.schedulePostSweep(time),
    outbox: { store, enqueue: none },
  };
  const sweeper = sweeperActor(ports, {
    getAlarm: async () => clock.alarm,
    async setAlarm(time) {
      clock.alarm = time;
    },
    postsUntil: undefined,
    sentAt: new Map(),
  });
  const alerts = alertsActor(
    {
      ...ground,
      alerts: async () => alertsOf(DEFAULT_ALERTS),
      totals: async () => totals(),
      usedProviders: ["goplus"],
      provider: async () => providerOf(),
      store,
      coverAudit: (until) => store.coverAudit(until),
      audit: (range) => auditRange(range, { store, rulesVersion: async () => undefined }),
      openChannels: async (stored) => [...stored],
      heartbeat: null,
      fetch: nothingNew,
      env: ChannelEnv.parse({}),
      kind: channelKind,
      called: outsideCallReporter(ground),
      sleep: none,
      reserve: async () => 0,
      defer: () => undefined,
    },
    alertMemory(),
  );
  const cron: TickPorts = {
    ...ground,
    sources: SOURCES,
    switches: switchesOf(SOURCES, {}),
    poll: {
      now: ground.now,
      store: cursors,
      fetch: nothingNew,
      telemetry: outsideCallReporter(ground),
      sleep: none,
      guard: localGuard(() => clock.now),
      accept: async () => "ok",
    },
    onRejected: cursors.invalidate,
    keepStreams: none,
    queueDepths: async () => ({}),
    alerts: alerts.tick,
    store,
    days: DAYS,
    requeueAfterSeconds: ports.requeueAfterSeconds,
    sweeper,
  };

  /** Every minute's tick, the hourly one, and the alarm when its time has come. */
  async function minute(): Promise<void> {
    const tick = (expression: string) =>
      runTick({ cron: expression, scheduledTime: clock.now }, cron);
    await tick(EVERY_MINUTE);
    if (new Date(clock.now).getUTCMinutes() === 7) await tick("7 * * * *");
    while (clock.alarm !== null && clock.alarm <= clock.now) {
      clock.alarm = null;
      await sweeper.alarm();
    }
    clock.now += MINUTE;
  }
  return { clock, store, minute };
}

it("asks an idle database no more than 24 times a day", async () => {
  const { store, minute } = worker();
  await store.accept([arrival(1)], at(0));
  await store.recordJudgements([pending(1, KEY)], at(0));
  await store.commit(change(0, [mention(1)], { outbox: [draft(1, "done")], at: at(0) }));
  await store.claim(1, "L", at(1), MINUTE);
  await store.close(1, "L", { kind: "done", externalId: null }, null, at(2));
  for (let n = 0; n < 10; n++) await minute();
  const before = await statements();
  for (let n = 0; n < DAY_MINUTES; n++) await minute();
  const asked = (await statements()) - before;
  expect(asked).toBeLessThanOrEqual(24);
  expect(asked).toBeGreaterThan(0);
});

it("finds within the hour what a lost alarm left behind, in whatever hour", async () => {
  const { clock, store, minute } = worker();
  let rev = (await store.load(KEY))?.rev ?? 0;
  for (let hour = 0; hour < 24; hour++) {
    await store.commit(
      change(rev++, [], { outbox: [draft(1, `lost ${hour}`)], at: iso(clock.now) }),
    );
    clock.alarm = null;
    let minutes = 0;
    for (; clock.alarm === null; minutes++) await minute();
    expect(minutes).toBeLessThanOrEqual(60);
    for (const { id } of await store.due(iso(clock.now), 10)) {
      await store.claim(id, "L", iso(clock.now), MINUTE);
      await store.close(id, "L", { kind: "done", externalId: null }, null, iso(clock.now));
    }
    for (let n = 0; n < 60; n++) await minute();
    expect(clock.alarm).toBeNull();
  }
});

it("looks at once where something waits, so that the count above counts", async () => {
  const { clock, store, minute } = worker();
  const { rev = 0 } = (await store.load(KEY)) ?? {};
  await store.commit(
    change(rev, [mention(2)], {
      held: [mention(1)],
      outbox: [draft(1, "waits")],
      at: iso(clock.now),
    }),
  );
  const before = await statements();
  for (let n = 0; n < 60; n++) await minute();
  expect((await statements()) - before).toBeGreaterThan(100);
});
