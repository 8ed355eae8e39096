import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { ChannelFilter } from "../../src/model/channel-config.ts";
import { arrival, change, draft, eventOf, mention } from "../../src/store/contract/fixtures.ts";
import { postgresStore } from "../../src/store/postgres/index.ts";
import { type Bindings, settingsOf } from "../../workers/env.ts";
import { neonSql } from "../../workers/platform/neon.ts";
import { received } from "./worker.ts";

const bindings = env as unknown as Bindings;
const { core } = settingsOf(bindings);
const store = postgresStore(
  neonSql({ databaseUrl: core.DATABASE_URL, fetchEndpoint: core.NEON_FETCH_ENDPOINT }),
);
const MINUTE = 60_000;
/** Past what an object holds in memory alone. */
const MANY = 320;

const keyOf = (token: string): string => `eth:${token}:2026-01-15T10:00:00Z`;
const said = (eventKey: string, ids: number[]) =>
  ids.map((id) => mention(id, { eventKey, fingerprint: `${id}`.padStart(16, "0") }));

async function channelNamed(name: string): Promise<number> {
  const draft = { kind: "log", name, settings: {}, filter: ChannelFilter.parse({}) };
  const saved = await store.addChannel({ ...draft, atMostOnce: false }, new Date().toISOString());
  if (saved.kind !== "saved") throw new Error(saved.kind);
  return saved.channel.id;
}

/** A notification of an event of its own; answers the id of its row. */
async function notified(token: string, channelId: number): Promise<number> {
  const eventKey = keyOf(token);
  const mentions = said(eventKey, [1]);
  const payload = { ...draft(channelId, token).payload, eventKey };
  const committed = await store.commit(
    change(0, mentions, {
      event: eventOf(mentions, { eventKey }),
      outbox: [draft(channelId, `idem-${token}`, { eventKey, payload })],
      at: new Date(Date.now() - MINUTE).toISOString(),
    }),
  );
  const id = committed.kind === "committed" ? committed.due[0]?.id : undefined;
  if (id === undefined) throw new Error(committed.kind);
  return id;
}

const rowOf = async (id: number) =>
  (
    await store.outbox({ status: null, channelId: null, since: null }, { limit: 100, cursor: null })
  ).items.find((row) => row.id === id);

it("counts an event on over evictions, from the database when it is small", async () => {
  const key = keyOf("SMALL");
  const object = bindings.EVENTS.getByName(key);
  await object.add(said(key, [1, 2]));
  await evictDurableObject(object);
  await object.add(said(key, [2, 3]));
  await evictDurableObject(object);
  await runDurableObjectAlarm(object);
  const held = await store.event(key);
  expect(held?.event).toMatchObject({ evidenceCount: 3, copies: 0, uniqueAuthors: 3 });
  expect(held?.evidence).toHaveLength(3);
});

it("commits by its alarm what it held for facts when it was evicted", async () => {
  const key = keyOf("HELD");
  const object = bindings.EVENTS.getByName(key);
  await object.add(said(key, [1]));
  await runInDurableObject(object, (_, { storage }) => {
    // As an older version wrote it, and as this one does.
    storage.kv.put("held", said(key, [2, 3]));
    storage.kv.put("held000000001", said(key, [4]));
  });
  await evictDurableObject(object);
  await runDurableObjectAlarm(object);
  expect((await store.event(key))?.evidence).toHaveLength(4);
  const left = await runInDurableObject(object, (_, { storage }) => [
    ...storage.kv.list({ prefix: "held" }),
  ]);
  expect(left).toEqual([]);
});

it("counts a large event on over evictions, from its own rows", async () => {
  const key = keyOf("LARGE");
  const object = bindings.EVENTS.getByName(key);
  await object.add(
    said(
      key,
      Array.from({ length: MANY }, (_, id) => id),
    ),
  );
  await evictDurableObject(object);
  await object.add(said(key, [MANY, 7]));
  const held = await store.load(key, 0);
  expect((held?.event.evidenceCount ?? 0) + (held?.event.copies ?? 0)).toBe(MANY + 1);
  const rows = await runInDurableObject(object, (_, state) => {
    const [first] = state.storage.sql.exec("select count(*) as many from event_rows").toArray();
    return Number(first?.many);
  });
  expect(rows).toBeGreaterThan(MANY);
});

it("counts a large event on from the database when its rows are gone", async () => {
  const key = keyOf("GONE");
  const object = bindings.EVENTS.getByName(key);
  await object.add(
    said(
      key,
      Array.from({ length: MANY }, (_, id) => id),
    ),
  );
  await runInDurableObject(object, (_, state) => state.storage.deleteAll());
  await evictDurableObject(object);
  await object.add(said(key, [MANY]));
  const held = await store.load(key, 0);
  expect((held?.event.evidenceCount ?? 0) + (held?.event.copies ?? 0)).toBe(MANY + 1);
});

it("sends a notification once, whenever the object of its channel is evicted", async () => {
  const channel = await channelNamed("once");
  const id = await notified("ONCE", channel);
  const object = bindings.CHANNELS.getByName(`channel:${channel}`);
  await object.deliver(id, channel);
  await evictDurableObject(object);
  await object.deliver(id, channel);
  expect(await rowOf(id)).toMatchObject({ status: "done", attempts: [{ result: "ok" }] });
});

it("closes by its journal what was sent before the eviction, and sends nothing", async () => {
  const channel = await channelNamed("journal");
  const id = await notified("JOURNAL", channel);
  const object = bindings.CHANNELS.getByName(`channel:${channel}`);
  await runInDurableObject(object, (_, { storage }) =>
    storage.kv.put(`sent:${id}`, { externalId: "m7", chat: null, shared: false }),
  );
  await evictDurableObject(object);
  await object.deliver(id, channel);
  expect(await rowOf(id)).toMatchObject({ status: "done", attempts: [] });
  const kept = await runInDurableObject(object, (_, { storage }) => storage.kv.get(`sent:${id}`));
  expect(kept).toBeUndefined();
});

it("keeps the pace that channels share over an eviction", async () => {
  const object = bindings.CHANNELS.getByName("limit:bot");
  const limit = { key: "bot", count: 1, perMs: MINUTE, burst: 0 };
  const first = await object.reserve(1, limit);
  await evictDurableObject(object);
  const second = await object.reserve(2, limit);
  expect([first, second > MINUTE / 2]).toEqual([0, true]);
});

it("sends posts without an outcome again although the sweeper was evicted", async () => {
  const object = bindings.SWEEPER.getByName("all");
  const longAgo = new Date(Date.now() - 60 * MINUTE).toISOString();
  await store.accept([arrival("lost")], longAgo);
  await object.schedulePostSweep(Date.now() + MINUTE);
  await evictDurableObject(object);
  expect(await runDurableObjectAlarm(object)).toBe(true);
  await vi.waitFor(
    () =>
      expect(received).toContainEqual({
        queue: "posts",
        body: expect.objectContaining({ kind: "post", again: true }),
      }),
    { timeout: 30_000 },
  );
});

it("keeps the cursors of polled sources over an eviction", async () => {
  const object = bindings.SWEEPER.getByName("all");
  const place = { cursor: "41", polledAt: null, movedAt: null };
  const cached = { place, stored: "40" };
  await object.keepCursor("demo", cached);
  await evictDurableObject(object);
  expect(await object.cursor("demo")).toEqual(cached);
});

it("tells an alert once over evictions, and keeps its silences", async () => {
  await channelNamed("for alerts");
  const object = bindings.ALERTS.getByName("all");
  const metrics = bindings.METRICS.getByName("all");
  const told = async () =>
    (await metrics.totals()).counters['alert_notices_total{result="ok"}'] ?? 0;
  const at = Date.now();
  const tick = async (minute: number) => {
    await object.tick({ at: at + minute * MINUTE, queues: {} });
    await evictDurableObject(object);
  };
  // It tells that the events of the other tests have no accepted posts.
  await tick(0);
  const earlier = await told();
  const counters = { 'config_reload_total{result="rejected"}': 1 };
  await metrics.add({ v: 1, counters, histograms: {} });
  for (const minute of [1, 1, 2, 3]) await tick(minute);
  await vi.waitFor(async () => expect(await told()).toBe(earlier + 1));
  const rejected = async () =>
    (await object.view()).active.filter(({ alert }) => alert === "ReloadRejected");
  const { untold } = await object.view();
  expect(await rejected()).toMatchObject([{ status: "firing", silencedBy: null }]);
  expect(untold).toEqual([]);

  const day = new Date(at + 24 * 60 * MINUTE).toISOString();
  const any = { alert: null, subject: null, severity: null, labels: {} };
  await object.addSilence({ id: "s", ...any, comment: "", by: "ops", createdAt: day, until: day });
  await evictDurableObject(object);
  expect(await rejected()).toMatchObject([{ silencedBy: "s" }]);
  expect(await object.endSilence("s")).toBe(true);
  expect((await object.view()).silences).toEqual([]);
});
