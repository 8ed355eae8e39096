import { expect, it } from "vitest";
import { acceptPosts } from "../src/intake/accept.ts";
import { StoreUnavailable } from "../src/store/index.ts";
import { dex, eventWorld, NOON } from "./support/event-world.ts";

const post = {
  source: "demo",
  id: "1",
  author: "ada",
  postedAt: new Date(NOON).toISOString(),
  text:
    "$DEMO shipped its long awaited upgrade of the bridge today, and the team answered every " +
    "question about it",
};

const SENDER = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  sampled: true,
};

/** One look, 15 s after `since` or up to half of that later: each event has its own place. */
function expectFirstLook(alarms: number[], since: number): void {
  expect(alarms).toHaveLength(1);
  expect(alarms[0]).toBeGreaterThanOrEqual(since + 15_000);
  expect(alarms[0]).toBeLessThan(since + 22_500);
}

/** Each wait is lengthened by the same part. */
function expectSeries(seconds: number[]): void {
  const part = (seconds[0] ?? 0) / 15;
  expect(part).toBeGreaterThanOrEqual(1);
  expect(part).toBeLessThan(1.5);
  expect(seconds.map((wait) => Math.round(wait / part))).toEqual([15, 60, 300, 900]);
}

/** An event whose market data did not come in time. */
async function waiting() {
  const set = await eventWorld();
  set.world.market = dex("missing", null);
  await acceptPosts([post], set.acceptPorts, { parent: SENDER });
  await set.settle();
  const [first] = (await set.store.snapshots(new Date(0).toISOString(), 10)) ?? [];
  if (first === undefined) throw new Error("no event");
  const say = async (more: typeof post) => {
    await acceptPosts([more], set.acceptPorts);
    await set.settle();
  };
  return { ...set, say, signal: () => set.store.signal(first.eventKey) };
}

it("scores an event at once without the facts that are late, and says so", async () => {
  const { signal, outbox, alarms } = await waiting();
  expect(await signal()).toMatchObject({ state: "candidate", degraded: true });
  expect(await outbox()).toEqual([]);
  expectFirstLook(alarms(), NOON);
});

it("scores it anew by its alarm when they have come, and the change of state notifies", async () => {
  const { world, ring, signal, outbox, alarms } = await waiting();
  world.market = dex("fresh", 500_000);
  await ring();
  expect(await signal()).toMatchObject({ state: "verified", degraded: false, transition: 1 });
  expect(await outbox()).toHaveLength(1);
  expect(alarms()).toEqual([]);
});

it("notifies in the trace of the post that waited for the facts, and of no other", async () => {
  const { world, ring, store, outbox } = await waiting();
  const kept = await store.post(post.source, post.id);
  world.market = dex("fresh", 500_000);
  await ring();
  const [delivery] = await outbox();
  expect(delivery?.payload).toMatchObject({ traces: [kept?.trace] });
  expect(kept?.trace).toContain(SENDER.traceId);
});

it("looks again after an alarm whose commit failed", async () => {
  const { world, store, ring, signal, alarms, now } = await waiting();
  world.market = dex("fresh", 500_000);
  const { commit } = store;
  store.commit = async () => {
    throw new StoreUnavailable("out");
  };
  await ring();
  expect(alarms()).toEqual([now() + 120_000]);
  store.commit = commit;
  await ring();
  expect(await signal()).toMatchObject({ state: "verified", degraded: false });
});

it("looks again later and later while they stay away, and gives up after the fourth time", async () => {
  const { ring, alarms, now } = await waiting();
  const times: number[] = [];
  for (let looks = 0; looks < 6 && alarms().length > 0; looks++) {
    const before = now();
    await ring();
    times.push((now() - before) / 1_000);
  }
  expectSeries(times);
});

it("goes on with the series when what it finds is new and still not all", async () => {
  const { world, ring, alarms, now } = await waiting();
  const times: number[] = [];
  for (let looks = 0; looks < 6 && alarms().length > 0; looks++) {
    world.market = dex("stale", 100_000 + looks);
    const before = now();
    await ring();
    times.push((now() - before) / 1_000);
  }
  expectSeries(times);
});

it("keeps since when a state holds, and by what, while facts come again", async () => {
  const { world, ring, signal } = await waiting();
  expect((await signal())?.facts.stateSince).toBeUndefined();
  world.market = dex("stale", 500_000);
  await ring();
  const first = await signal();
  expect(first?.facts.stateSince).toMatchObject({ at: first?.ts });
  expect(first?.facts.stateSince?.by).toBe("dex_liquidity >= 100000");
  world.market = dex("fresh", 600_000);
  await ring();
  const second = await signal();
  expect(second?.ts).not.toBe(first?.ts);
  expect(second?.facts.stateSince).toEqual(first?.facts.stateSince);
});

it("begins the series of looks anew with each new post", async () => {
  const { ring, alarms, now, say } = await waiting();
  for (let looks = 0; looks < 3; looks++) await ring();
  await say({ ...post, id: "2", author: "bob", text: "$DEMO has a new office in the old town" });
  expectFirstLook(alarms(), now());
});

it("spreads the looks of events that came at once", async () => {
  const set = await eventWorld();
  set.world.market = dex("missing", null);
  const posts = ["ADA", "BEE", "CUB", "DOG", "ELK"].map((symbol, n) => ({
    ...post,
    id: `${n}`,
    author: `author ${n}`,
    text: post.text.replace("$DEMO", `$${symbol}`),
  }));
  await acceptPosts(posts, set.acceptPorts);
  await set.settle();
  const looks = set.alarms().sort((a, b) => a - b);
  expect(looks).toHaveLength(5);
  expect((looks.at(-1) ?? 0) - (looks[0] ?? 0)).toBeGreaterThan(2_000);
});

it("tells nobody twice when the same facts are seen again", async () => {
  const { world, ring, outbox } = await waiting();
  world.market = dex("stale", 500_000);
  await ring();
  world.market = dex("fresh", 600_000);
  await ring();
  expect(await outbox()).toHaveLength(1);
});

it("commits nothing when a second look finds the same facts, and looks again all the same", async () => {
  const { ring, store, signal, alarms } = await waiting();
  const before = await signal();
  const revOf = async () => (await store.load(before?.eventKey ?? ""))?.rev;
  const rev = await revOf();
  await ring();
  expect([await revOf(), await signal()]).toEqual([rev, before]);
  expect(alarms()).toHaveLength(1);
});
