import { beforeEach, expect, it } from "vitest";
import type { LiveMessage } from "../observability/live.ts";
import { cachePurge, PURGE_EVERY_MS } from "./cache-purge.ts";

const changed = (symbol: string): LiveMessage => ({
  event: "signal",
  eventKey: `eth:${symbol}:w`,
  chain: "eth",
  symbol,
  state: "verified",
  previousState: null,
  score: 1,
  level: "observe",
  riskLevel: "green",
  reasons: [],
  degraded: false,
  at: "2026-01-15T10:00:00Z",
});

let now: number;
let purged: string[][];
let waits: { until: number; done: () => void }[];
let note: ReturnType<typeof cachePurge>;

beforeEach(() => {
  now = 0;
  purged = [];
  waits = [];
  note = cachePurge({
    now: () => now,
    sleep: (ms) => new Promise((done) => waits.push({ until: now + ms, done })),
    purge: async (tags) => void purged.push(tags),
    defer: () => undefined,
  });
});

async function pass(ms: number): Promise<void> {
  now += ms;
  for (const { until, done } of waits) if (until <= now) done();
  await new Promise((done) => setImmediate(done));
}

it("purges at once, then what changed meanwhile together", async () => {
  note([changed("A")]);
  expect(purged).toEqual([["list", "event:eth%3aa%3aw", "token:a"]]);
  note([changed("B")]);
  note([changed("C"), changed("B")]);
  await pass(PURGE_EVERY_MS - 1);
  expect(purged.length).toBe(1);
  await pass(1);
  expect(purged[1]).toEqual([
    "list",
    "event:eth%3ab%3aw",
    "token:b",
    "event:eth%3ac%3aw",
    "token:c",
  ]);
});

it("stays under five purges a minute, and a hundred tags each", async () => {
  for (let second = 0; second < 600; second++) {
    note(Array.from({ length: 20 }, (_, n) => changed(`T${second}-${n}`)));
    await pass(1000);
  }
  expect(purged.length).toBe(1 + 600_000 / PURGE_EVERY_MS);
  expect(Math.max(...purged.map((tags) => tags.length))).toBeLessThanOrEqual(100);
  expect(purged.at(-1)).toEqual(["feed"]);
});

it("names the posts that ended, and many of them together beside what else changed", async () => {
  const ended = (count: number): LiveMessage => ({
    event: "posts",
    posts: Array.from({ length: count }, (_, n) => ({
      source: "x",
      id: `A${n}`,
      outcome: "dropped",
      reason: "spam",
      author: "ada",
      excerpt: "",
    })),
    at: "2026-01-15T10:00:00Z",
  });
  note([ended(1)]);
  expect(purged).toEqual([["post:x%2fa0"]]);
  note([ended(500), changed("A")]);
  await pass(PURGE_EVERY_MS);
  expect(purged[1]).toEqual(["list", "event:eth%3aa%3aw", "token:a", "posts"]);
});

it("asks for nothing when posts came to nothing, and survives a refusal", async () => {
  note([{ event: "posts", posts: [], at: "2026-01-15T10:00:00Z" }]);
  expect(purged).toEqual([]);
  const refused = cachePurge({
    now: () => now,
    sleep: async () => undefined,
    purge: () => Promise.reject(new Error("429")),
    defer: (work) => void work,
  });
  refused([changed("A")]);
  await pass(0);
});
