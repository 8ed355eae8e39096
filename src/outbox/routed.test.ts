import { describe, expect, it } from "vitest";
import { NOON, outboxWorld } from "../../test/support/outbox.ts";
import { routesOf } from "../../test/support/routes.ts";
import { iso } from "../kit/time.ts";
import { ChannelFilter } from "../model/channel-config.ts";
import type { SignalNotification } from "../model/delivery.ts";
import { StoreUnavailable } from "../store/index.ts";
import { deliver } from "./deliver.ts";
import { waitReason } from "./wait-reason.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LOG = { kind: "log", name: "hook", settings: {} };
const token = (symbol: string, chain: "eth" | "sol" = "eth") => ({
  eventKey: `${chain}:${symbol}:1`,
  tokenCa: `${chain}-${symbol}`,
  symbol,
  chain,
});
const HEAD = 'version: "1.0"\n';

/** A world with routes, and how its rows stand. */
async function routed(text: string, channel: object = {}) {
  const world = await outboxWorld(channel);
  world.routes.inForce = routesOf(HEAD + text);
  const rows = async () =>
    (await world.rows()).map(({ status, attempts, payload: of }) => ({
      status,
      last: attempts.at(-1)?.result ?? null,
      error: attempts.at(-1)?.error ?? null,
      repeat: (of as SignalNotification).repeat?.count ?? 0,
    }));
  const reasons = async () =>
    (await world.rows()).map((row) => waitReason(row, [], world.clock.now, world.routes.inForce));
  const run = (id: number) => deliver(id, world.ports);
  return { ...world, rowsNow: rows, reasons, run };
}

describe("a routed notification", () => {
  it("goes to the channels of its route alone, and says which", async () => {
    const world = await routed(
      "route:\n  channels: []\n  routes:\n" +
        '    - { name: high, match: score >= 12, channels: [hook], template: "up {symbol}" }\n',
    );
    expect(await world.change({ score: 11 })).toBe(0);
    const id = await world.change({ score: 12 });
    expect(await world.run(id)).toMatchObject({ kind: "done" });
    expect(world.seen[0]?.body).toMatchObject({ data: { route: "high" } });
    expect(JSON.stringify(world.seen[0]?.body)).not.toMatch(/routing|repeat/);
  });

  it("waits for the digest of its channel where its route makes no groups", async () => {
    const filter = ChannelFilter.parse({ digestMinutes: 10 });
    const world = await routed("route: {}\n", { ...LOG, filter });
    await world.change();
    expect(await world.rows()).toMatchObject([{ nextRetryAt: iso(NOON + 10 * MINUTE) }]);
  });

  it("keeps the key that it has without routes", async () => {
    const plain = await outboxWorld();
    await plain.change();
    const world = await routed("route: {}\n");
    await world.change();
    const keys = async (of: typeof plain) => (await of.rows()).map(({ idemKey }) => idemKey);
    expect(await keys(world)).toEqual(await keys(plain));
  });

  it("is written in the words of the route, and a digest in those of all", async () => {
    const world = await routed("route:\n  group_interval: 10m\n  template: 'now **{symbol}**'\n", {
      kind: "telegram",
      settings: { chatId: "1" },
    });
    await world.change({}, token("A"));
    world.clock.now += 10 * MINUTE;
    await world.run(1);
    expect(world.seen[0]?.body.text).toBe("now <b>$A</b>");
    await world.change({}, token("B"));
    await world.change({}, token("C"));
    world.clock.now += 10 * MINUTE;
    await world.run(2);
    expect(world.seen[1]?.body.text).toMatch(/2 signals/);
  });
});

describe("a group", () => {
  const GROUPED = "route:\n  group_by: [chain]\n  group_interval: 10m\n";

  it("makes one message of what has the same, and none of what has not", async () => {
    const sent: string[] = [];
    const world = await routed(GROUPED, LOG);
    const ports = { ...world.ports, log: (line: { text: string }) => void sent.push(line.text) };
    await world.change({}, token("A"));
    await world.change({}, token("B"));
    await world.change({}, token("C", "sol"));
    expect(await world.reasons()).toEqual(
      Array(3).fill("group of the route route at 2026-01-15T12:10:00.000Z"),
    );
    expect(await world.run(1)).toMatchObject({ kind: "later" });
    world.clock.now += 10 * MINUTE;
    expect(await deliver(1, ports)).toMatchObject({ kind: "done", rows: 2 });
    expect(await deliver(3, ports)).toMatchObject({ kind: "done", rows: 1 });
    expect(sent[0]).toMatch(/^2 signals/);
    expect(sent[1]).toMatch(/C/);
  });

  it("leaves out a member that another signal silences", async () => {
    const world = await routed(
      `${GROUPED}inhibit:
  - name: falls
    source_match: state == "downgraded"
    target_match: state == "verified"
    equal: [symbol]
`,
      LOG,
    );
    await world.change({}, token("A"));
    await world.change({}, token("B"));
    await world.change({ state: "downgraded", score: -9 }, token("B", "sol"));
    world.clock.now += 10 * MINUTE;
    expect(await world.run(1)).toMatchObject({ kind: "done", rows: 1 });
    expect(await world.run(2)).toMatchObject({ kind: "done", result: "inhibited" });
    expect((await world.rowsNow())[1]).toMatchObject({
      status: "done",
      last: "inhibited",
      error: "falls: by sol:B:1",
    });
  });
});

it("is not silenced by a rule that took the place of the one it was a target of", async () => {
  const rule = (source: string, target: string) =>
    `  - { source_match: ${source}, target_match: ${target}, equal: [symbol] }\n`;
  const grouped = "route: { group_interval: 10m }\ninhibit:\n";
  const world = await routed(grouped + rule("score > 90", "score < 90"), LOG);
  const id = await world.change({ score: 12 });
  await world.change({ state: "verified", score: 13 }, token("DEMO", "sol"));
  world.routes.inForce = routesOf(HEAD + grouped + rule("score > 12", "score < 5"));
  world.clock.now += 10 * MINUTE;
  expect(await world.run(id)).toMatchObject({ kind: "done", result: "ok" });
});

describe("a mute time", () => {
  const NIGHT = `route:
  mute_times: [noon]
mute_times:
  noon:
    - { from: "11:30", to: "13:00" }
`;

  it("holds messages until it ends, and does not count as their age", async () => {
    const world = await routed(NIGHT, LOG);
    await world.change();
    expect(await world.reasons()).toEqual(["mute time noon until 2026-01-15T13:00:00.000Z"]);
    expect(await world.run(1)).toMatchObject({ kind: "later", at: NOON + HOUR });
    world.clock.now += HOUR;
    expect(await world.run(1)).toMatchObject({ kind: "done", waitedMs: 0 });
  });

  it("also holds what comes back from a failure", async () => {
    const world = await routed(NIGHT.replace("11:30", "12:00").replace("13:00", "12:30"), {
      ...LOG,
      filter: ChannelFilter.parse({}),
    });
    world.clock.now = NOON - MINUTE;
    const id = await world.change({ ts: iso(NOON - MINUTE) });
    world.clock.now = NOON + MINUTE;
    expect(await world.run(id)).toMatchObject({ kind: "later", reason: "mute time noon" });
  });
});

describe("a repeat", () => {
  const REPEATING = "route:\n  repeat_interval: 1h\n";
  const talk = (at: number) => ({ lastTs: iso(at) });

  it("is sent under a key of its own while the signal stays and posts about it come", async () => {
    const world = await routed(REPEATING);
    const id = await world.change();
    expect(await world.run(id)).toMatchObject({ kind: "done", repeatAt: NOON + HOUR });
    expect(await world.rowsNow()).toMatchObject([{ status: "done" }, { repeat: 1 }]);
    expect(await world.reasons()).toEqual([
      null,
      "repeat 1 at 2026-01-15T13:00:00.000Z, while it stays verified",
    ]);
    await world.goOn(talk(NOON + 30 * MINUTE));
    world.clock.now = NOON + HOUR;
    expect(await world.run(2)).toMatchObject({ kind: "done", repeatAt: NOON + 2 * HOUR });
    const keys = world.seen.map(({ headers }) => headers["webhook-id"]);
    expect(new Set(keys).size).toBe(2);
    expect(world.seen[1]?.body).toMatchObject({ data: { repeat: { count: 1 } } });
  });

  it("is planned once, however often its message is closed", async () => {
    const world = await routed(REPEATING);
    const id = await world.change();
    const failing = {
      ...world.ports,
      store: { ...world.store, close: async () => Promise.reject(new Error("the worker died")) },
    };
    await expect(deliver(id, failing)).rejects.toThrow("died");
    world.clock.now += MINUTE;
    expect(await world.run(id)).toMatchObject({ kind: "done", result: "journal" });
    expect(await world.rowsNow()).toHaveLength(2);
    expect(world.seen).toHaveLength(1);
  });

  it("is planned with the close when it could not be planned after the send", async () => {
    const world = await routed(REPEATING);
    const id = await world.change();
    const out = async () => Promise.reject(new StoreUnavailable("out"));
    const failing = { ...world.ports, store: { ...world.store, addDeliveries: out } };
    expect(await deliver(id, failing)).toEqual({ kind: "unavailable" });
    world.clock.now += MINUTE;
    const repeatAt = NOON + MINUTE + HOUR;
    expect(await world.run(id)).toMatchObject({ kind: "done", result: "journal", repeatAt });
    expect(await world.rowsNow()).toMatchObject([{ status: "done" }, { repeat: 1 }]);
    expect(world.seen).toHaveLength(1);
  });

  it("that a long mute time holds is tried more than once after it", async () => {
    const world = await routed(
      "route: { repeat_interval: 12h, mute_times: [rest] }\n" +
        "mute_times: { rest: [{ weekdays: [fri, sat, sun] }] }\n",
    );
    const monday = Date.parse("2026-01-19T00:00:00Z");
    const sent = await world.run(await world.change());
    expect(sent).toMatchObject({ kind: "done", repeatAt: monday });
    await world.goOn(talk(monday - HOUR));
    world.clock.now = monday;
    const fetch = async () => new Response("no", { status: 502 });
    expect(await deliver(2, { ...world.ports, fetch })).toMatchObject({ kind: "later" });
  });

  it("ends when nothing new came, or the state changed", async () => {
    const quiet = await routed(REPEATING, LOG);
    await quiet.change();
    await quiet.run(1);
    quiet.clock.now += HOUR;
    expect(await quiet.run(2)).toMatchObject({ kind: "done", result: "ended" });

    const changed = await routed(REPEATING, LOG);
    await changed.change();
    await changed.run(1);
    await changed.change({ state: "candidate", score: 3 });
    changed.clock.now += HOUR;
    expect(await changed.run(2)).toMatchObject({ kind: "done", result: "ended" });
  });

  it("holds up no later change, and is overtaken by a downgrade", async () => {
    const world = await routed(REPEATING, LOG);
    await world.change();
    await world.run(1);
    const id = await world.change({ state: "downgraded", score: -9 });
    expect(await world.run(id)).toMatchObject({ kind: "done", result: "ok" });
    expect((await world.rowsNow())[1]).toMatchObject({ status: "done", last: "superseded" });

    const other = await routed(REPEATING, { ...LOG, filter: ALL_STATES });
    await other.change();
    await other.run(1);
    const next = await other.change({ state: "candidate", score: 11 });
    expect(await other.run(next)).toMatchObject({ kind: "done", result: "ok" });
  });

  it("follows what was inhibited, so that it is notified once nothing silences it", async () => {
    const world = await routed(
      `${REPEATING}inhibit:
  - name: falls
    source_match: state == "downgraded"
    target_match: state == "verified"
    equal: [symbol]
    for: 30m
`,
      LOG,
    );
    await world.change({ state: "downgraded", score: -9 }, token("DEMO", "sol"));
    const id = await world.change();
    expect(await world.run(id)).toMatchObject({ kind: "done", result: "inhibited" });
    await world.goOn(talk(NOON + 30 * MINUTE));
    world.clock.now = NOON + HOUR;
    expect(await world.run(id + 1)).toMatchObject({ kind: "done", result: "ok" });
  });
});

const ALL_STATES = ChannelFilter.parse({ states: ["verified", "candidate"] });

describe("a row whose routes", () => {
  const NIGHTS = (to: string) =>
    'route:\n  mute_times: [nights]\nmute_times:\n  nights: [{ from: "11:00", to: "' +
    `${to}" }]\n`;

  it("cannot be read waits, and goes out when they can", async () => {
    const world = await routed("route: {}\n");
    const id = await world.change();
    const { routes } = world.ports;
    world.ports.routes = () => Promise.reject(new Error("KV is away"));
    expect(await world.run(id)).toMatchObject({
      kind: "later",
      reason: "the routes cannot be read",
      at: world.clock.now + 30_000,
    });
    expect(world.seen).toEqual([]);
    world.ports.routes = routes;
    world.clock.now += 30_000;
    expect(await world.run(id)).toMatchObject({ kind: "done", result: "ok" });
  });

  it("have a shorter mute time now is sent when that ends", async () => {
    const world = await routed(NIGHTS("20:00"));
    const id = await world.change();
    world.routes.inForce = routesOf(HEAD + NIGHTS("13:00"));
    await world.store.askMutedAt(iso(world.clock.now + 90_000));
    world.clock.now += 90_000;
    expect(await world.run(id)).toMatchObject({ kind: "later", at: NOON + HOUR });
    world.clock.now = NOON + HOUR;
    expect(await world.run(id)).toMatchObject({ kind: "done", result: "ok", waitedMs: 0 });
  });
});

it("goes on with a repeat after its token was muted for a while", async () => {
  const world = await routed("route:\n  repeat_interval: 1h\n");
  const { filter } = (await world.channel()) ?? { filter: ChannelFilter.parse({}) };
  const until = iso(NOON + 30 * MINUTE);
  const mute = { token: "$PEPE", until, by: "ada", request: "1" };
  await world.store.updateChannel(world.channelId, { filter: { ...filter, mutes: [mute] } });
  const id = await world.change({}, { symbol: "PEPE" });
  expect(await world.run(id)).toMatchObject({ kind: "done", result: "muted" });
  expect(await world.rowsNow()).toMatchObject([{ last: "muted" }, { repeat: 1 }]);
  await world.goOn({ symbol: "PEPE", lastTs: iso(NOON + 40 * MINUTE) });
  world.clock.now = NOON + HOUR;
  expect(await world.run(2)).toMatchObject({ kind: "done", result: "ok" });
});
