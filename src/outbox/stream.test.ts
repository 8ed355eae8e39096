import { expect, it } from "vitest";
import { channelOf, eventOf, NOON, outboxWorld, signalOf } from "../../test/support/outbox.ts";
import { ChannelFilter } from "../model/channel-config.ts";
import { sendNotice } from "./channel-notice.ts";
import { planStream } from "./plan-stream.ts";

const SINK = {
  kind: "ndjson",
  settings: { url: "https://collect.dev.org/in", format: "json" },
};
type Row = { key: string; rev: number; state: string };
const rowsIn = (seen: { raw: string }[]): Row[][] => seen.map(({ raw }) => JSON.parse(raw));
const sink = (filter: object = {}) =>
  channelOf({ ...SINK, id: 9, filter: ChannelFilter.parse(filter) });

it("plans a row for every revision, under a key of its own, and by its own filter", () => {
  const plan = (rev: number, filter = {}, score = 3) =>
    planStream(signalOf({ score }), eventOf(), rev, [sink(filter)], NOON);
  expect(plan(3)).toHaveLength(1);
  expect(plan(3)[0]).toMatchObject({
    channelId: 9,
    payload: { stream: { rev: 3, windowStart: eventOf().windowStart } },
  });
  expect(plan(3)[0]?.idemKey).toBe(plan(3)[0]?.idemKey);
  expect(plan(3)[0]?.idemKey).not.toBe(plan(4)[0]?.idemKey);
  expect(plan(3, { minScore: 10 })).toEqual([]);
  expect(plan(3, { minScore: 10 }, 11)).toHaveLength(1);
  expect(plan(3, { states: ["downgraded"] })).toEqual([]);
  expect(plan(3, { chains: ["sol"] })).toEqual([]);
});

it("sends what waits in one request, several revisions of an event among it", async () => {
  const world = await outboxWorld(SINK, () => new Response(null, { status: 204 }));
  const ids = [];
  for (let n = 0; n < 5; n++) ids.push(await world.change({ transition: 1 }));
  ids.push(await world.change({}, { eventKey: "eth:OTHER:w" }));
  expect(await world.deliver(ids[0] ?? 0)).toMatchObject({ kind: "done", rows: 6 });
  expect(rowsIn(world.seen)[0]?.map(({ rev }) => rev)).toEqual([1, 2, 3, 4, 5, 1]);
  expect((await world.rows()).every(({ status }) => status === "done")).toBe(true);
});

it("sends a batch again whole and under its key, whatever came meanwhile", async () => {
  const world = await outboxWorld(SINK, (_, n) => {
    if (n === 0) throw new Error("the answer was lost");
    return new Response(null, { status: 204 });
  });
  const first = await world.change({ transition: 1 });
  await world.change({ transition: 1 });
  const lost = await world.deliver(first);
  expect(lost).toMatchObject({ kind: "later", ambiguous: true });
  const later = await world.change({ transition: 1 });
  if (lost.kind === "later") world.clock.now = lost.at;
  expect(await world.deliver(first)).toMatchObject({ kind: "done", rows: 2 });
  expect(await world.deliver(later)).toMatchObject({ kind: "done", rows: 1 });
  const keys = world.seen.map(({ headers }) => headers["idempotency-key"]);
  expect(keys[0]).toBe(keys[1]);
  expect(keys[1]).not.toBe(keys[2]);
  expect(rowsIn(world.seen).map((rows) => rows.map(({ rev }) => rev))).toEqual([
    [1, 2],
    [1, 2],
    [3],
  ]);
});

it("sends what two events of one token say alike, which people are spared", async () => {
  const world = await outboxWorld(SINK, () => new Response(null, { status: 204 }));
  const facts = { ...signalOf().facts, values: { contract: `eth:${eventOf().tokenCa}` } };
  const first = await world.change({ transition: 1, facts }, { eventKey: "unknown:DEMO:w" });
  await world.deliver(first);
  const second = await world.change({ transition: 1, facts }, { eventKey: "evm:0x1111:w" });
  expect(await world.deliver(second)).toMatchObject({ kind: "done", result: "ok" });
  expect(world.seen).toHaveLength(2);
});

it("keeps the revisions before a downgrade, which people are spared", async () => {
  const world = await outboxWorld(SINK, () => new Response(null, { status: 204 }));
  const first = await world.change({ transition: 1 });
  await world.change({ state: "downgraded", transition: 2 });
  await world.deliver(first);
  expect(rowsIn(world.seen)[0]?.map(({ state }) => state)).toEqual(["verified", "downgraded"]);
});

it("waits for a person when the rows are refused, and loses none", async () => {
  let refusing = true;
  const world = await outboxWorld(SINK, () => new Response("", { status: refusing ? 400 : 200 }));
  const id = await world.change({ transition: 1 });
  for (let n = 0; n < 3; n++) {
    const outcome = await world.deliver(id);
    expect(outcome.kind).toBe("later");
    if (outcome.kind === "later") world.clock.now = outcome.at;
  }
  expect(await world.channel()).toMatchObject({ status: "paused" });
  refusing = false;
  await world.store.updateChannel(world.channelId, { status: "active", statusReason: null });
  world.clock.now += 3_600_000;
  expect(await world.deliver(id)).toMatchObject({ kind: "done" });
});

it("gets no notice about another channel", async () => {
  const world = await outboxWorld(SINK, () => new Response(null, { status: 204 }));
  await sendNotice({ channel: channelOf({ id: 5 }), status: "paused", reason: "x" }, world.ports);
  expect(world.seen).toEqual([]);
});
