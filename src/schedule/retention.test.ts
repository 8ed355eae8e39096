import { describe, expect, it } from "vitest";
import { iso } from "../kit/time.ts";
import { silentTelemetry } from "../observability/telemetry.ts";
import { Settings } from "../settings/settings.ts";
import { at, change, draft, mention } from "../store/contract/fixtures.ts";
import { type Store, StoreUnavailable } from "../store/index.ts";
import { memoryStore } from "../store/memory/index.ts";
import { deleteExpired } from "./retention.ts";
import { runTick, type TickPorts } from "./tick.ts";

const NOW = Date.UTC(2026, 6, 1);
const KEPT = { posts: 0, events: 0, deliveries: 0, deadLetters: 0, history: 0, features: 0 };

/** The hourly tick, and what it asked of the sweeper. */
function net(store: Store, days: Partial<typeof KEPT> = {}) {
  const asked: string[] = [];
  const logged: unknown[] = [];
  const ports = {
    store,
    days: { ...KEPT, ...days },
    requeueAfterSeconds: 600,
    now: () => NOW,
    log: (record: unknown) => void logged.push(record),
    telemetry: silentTelemetry,
    sweeper: {
      wake: async (time: number) => void asked.push(`wake ${iso(time)}`),
      schedulePostSweep: async () => void asked.push("posts"),
    },
  } as Partial<TickPorts> as TickPorts;
  const tick = (hour: number) =>
    runTick({ cron: "7 * * * *", scheduledTime: NOW + hour * 3_600_000 }, ports);
  return { tick, asked, logged };
}

async function retained(days: Partial<typeof KEPT>, count: number, daysOld: number) {
  const store = memoryStore();
  const at = new Date(NOW - daysOld * 86_400_000).toISOString();
  const ids = Array.from({ length: count }, (_, id) => String(id));
  await store.accept(
    ids.map((id) => ({
      post: { source: "x", id, author: "a", text: id, postedAt: at },
      textHash: id,
    })),
    at,
  );
  await store.recordJudgements(
    ids.map((id) => ({
      source: "x",
      id,
      lang: null,
      spam: null,
      sentiment: null,
      fingerprint: null,
      outcome: "dropped",
      reason: "spam",
      evidence: "",
    })),
    at,
  );
  const { tick, logged } = net(store, days);
  await tick(0);
  const left = (await Promise.all(ids.map((id) => store.post("x", id)))).filter(
    (post) => post !== undefined,
  ).length;
  return { left, logged, dropped: (await store.audit()).dropped };
}

it("deletes batch after batch what is older than its days, and says how much", async () => {
  expect(await retained({ posts: 30 }, 5_100, 31)).toEqual({
    left: 0,
    dropped: 5_100,
    logged: [{ stage: "retention", outcome: "deleted", reason: "posts", count: 5_100 }],
  });
});

it("keeps what is younger, and everything for 0 days", async () => {
  expect(await retained({ posts: 30 }, 3, 29)).toEqual({ left: 3, dropped: 3, logged: [] });
  expect(await retained({}, 3, 4_000)).toEqual({ left: 3, dropped: 3, logged: [] });
});

it("deletes by four statements at a time, and gives the time that one kind leaves to others", async () => {
  let now = NOW;
  let under = 0;
  const most: number[] = [];
  const left: Record<string, number> = { posts: 300_000, events: 400 };
  const store = {
    async deleteExpired(what: string, _: string, limit: number) {
      most.push(++under);
      await Promise.resolve();
      now += 1_000;
      under -= 1;
      const gone = Math.min(limit, left[what] ?? 0);
      left[what] = (left[what] ?? 0) - gone;
      return gone;
    },
  };
  const old = (["posts", "events"] as const).map((what) => ({ what, before: at(0) }));
  const telemetry = silentTelemetry;
  await deleteExpired(old, { store, log: () => undefined, telemetry, now: () => now });
  expect([left, Math.max(...most)]).toEqual([{ posts: 0, events: 0 }, 4]);
});

it("gives the kinds turns for twelve minutes, and leaves the rest to the next hour", async () => {
  let now = NOW;
  const asked: string[] = [];
  const store = {
    // There is always more, and each batch takes a minute.
    async deleteExpired(what: string, _: string, limit: number) {
      asked.push(what);
      now += 60_000;
      return limit;
    },
  };
  const old = (["posts", "events"] as const).map((what) => ({ what, before: at(0) }));
  await deleteExpired(old, {
    ...{ store, log: () => undefined, telemetry: silentTelemetry },
    now: () => now,
  });
  expect(asked.filter((what) => what === "posts").length).toBeGreaterThanOrEqual(5);
  expect(asked.filter((what) => what === "events").length).toBeGreaterThanOrEqual(4);
  expect(now - NOW).toBeLessThanOrEqual(13 * 60_000);
});

describe("the hourly net", () => {
  it("finds in every hour a delivery and a post that the sweeper forgot, and asks nobody where there are none", async () => {
    for (let hour = 0; hour < 24; hour++) {
      const store = memoryStore();
      const { tick, asked } = net(store, { posts: 90 });
      await tick(hour);
      expect(asked).toEqual([]);
      await store.commit(change(0, [mention(1)], { outbox: [draft(1, "a")], at: at(0) }));
      await tick(hour);
      expect(asked).toEqual([`wake ${iso(NOW)}`]);
      await store.claim(1, "L", iso(NOW), 60_000);
      await store.close(
        1,
        "L",
        { kind: "failed", nextRetryAt: iso(NOW + 7_000_000) },
        null,
        iso(NOW),
      );
      const post = { source: "x", id: "1", author: "a", text: "t", postedAt: at(0) };
      await store.accept([{ post, textHash: "h" }], iso(NOW - 700_000));
      await tick(hour);
      expect(asked.slice(1), `hour ${hour}`).toEqual([`wake ${iso(NOW + 7_000_000)}`, "posts"]);
    }
  });

  it("has the sweeper go on asking while the database is out", async () => {
    const store = { ...memoryStore(), waiting: () => Promise.reject(new StoreUnavailable("away")) };
    const { tick, asked, logged } = net(store);
    await tick(3);
    expect(asked).toEqual([`wake ${iso(NOW)}`, "posts"]);
    expect(logged).toMatchObject([{ stage: "net", outcome: "failed" }]);
  });
});

it("takes no days that would cut the window of repeats short", () => {
  const given = (days: string) =>
    Settings.safeParse({ DATABASE_URL: "postgres://x", RETENTION_DAYS_POSTS: days }).success;
  expect([given("0"), given("30"), given("7"), given("-1"), given("x")]).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});
