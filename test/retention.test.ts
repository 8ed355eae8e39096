import { expect, it } from "vitest";
import { memoryStore } from "../src/store/memory.ts";
import { RETAINED } from "../src/store/store.ts";
import { retain, retainedIn } from "../workers/retention.ts";
import { Settings } from "../workers/settings.ts";

const NOW = Date.UTC(2026, 6, 1);
const KEPT = { posts: 0, events: 0, deliveries: 0, deadLetters: 0, features: 0 };

async function retained(days: Partial<typeof KEPT>, count: number, daysOld: number) {
  const store = memoryStore();
  const at = new Date(NOW - daysOld * 86_400_000).toISOString();
  const ids = Array.from({ length: count }, (_, id) => String(id));
  await store.accept(
    ids.map((id) => ({ post: { source: "x", id, author: "a", text: id, postedAt: at }, textHash: id })),
    at,
  );
  await store.judge(
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
  const logged: unknown[] = [];
  const ports = { store, days: { ...KEPT, ...days }, now: () => NOW, log: (record: unknown) => void logged.push(record) };
  for (let hour = 0; hour < 24; hour++) {
    const what = retainedIn(hour);
    if (what) await retain(what, ports);
  }
  const left = (await Promise.all(ids.map((id) => store.post("x", id)))).filter((post) => post !== undefined).length;
  return { left, logged, dropped: (await store.audit()).dropped };
}

it("deletes batch after batch what is older than its days, and says how much", async () => {
  expect(await retained({ posts: 30 }, 4_500, 31)).toEqual({
    left: 0,
    dropped: 4_500,
    logged: [{ stage: "retention", outcome: "deleted", reason: "posts", count: 4_500 }],
  });
});

it("keeps what is younger, and everything for 0 days", async () => {
  expect(await retained({ posts: 30 }, 3, 29)).toEqual({ left: 3, dropped: 3, logged: [] });
  expect(await retained({}, 3, 4_000)).toEqual({ left: 3, dropped: 3, logged: [] });
});

it("gives each kind an hour of its own, none of them midnight", () => {
  const kinds = Array.from({ length: 24 }, (_, hour) => retainedIn(hour));
  expect(kinds.filter((what) => what !== undefined)).toEqual([...RETAINED]);
  expect(kinds[0]).toBeUndefined();
});

it("takes no days that would cut the window of repeats short", () => {
  const given = (days: string) => Settings.safeParse({ DATABASE_URL: "postgres://x", RETENTION_DAYS_POSTS: days }).success;
  expect([given("0"), given("30"), given("7"), given("-1"), given("x")]).toEqual([true, true, false, false, false]);
});
