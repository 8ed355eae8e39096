import { expect, it } from "vitest";
import { z } from "zod";
import { localGuard } from "../http/local-guard.ts";
import type { RawPost } from "../model/raw-post.ts";
import { type PollPorts, poll } from "./poll.ts";
import { type CursorPosition, type PollResult, source } from "./source.ts";

const NOW = Date.UTC(2026, 10, 20, 10);
const AHEAD = "2026-11-21T10:00:00.001Z";
const post = (id: number): RawPost => ({
  source: "demo",
  id: `${id}`,
  author: "ada",
  text: `$DEMO ${id}`,
  postedAt: "2026-11-20T09:00:00.000Z",
});

/**
 * A source of numbered posts, three a read; its cursor is the last number. `last` is the newest
 * there is.
 */
function setUp(last: number) {
  let now = NOW;
  const state = {
    cursor: null as string | null,
    database: "ok" as "ok" | "unavailable",
    reads: 0,
    slow: 0,
  };
  const accepted: RawPost[] = [];
  const numbered = source({
    name: "demo",
    title: "Demo",
    kind: "poll",
    docs: "of this test",
    settings: z.object({}),
    everyMinutes: () => 5,
    async poll(_, { cursor }: CursorPosition): Promise<PollResult> {
      state.reads++;
      now += state.slow;
      const from = Number(cursor ?? 0);
      const to = Math.min(last, from + 3);
      const posts = Array.from({ length: to - from }, (_, i) => post(from + i + 1));
      return {
        verdict: { kind: "ok", reason: "" },
        posts,
        rejected: 0,
        cursor: `${to}`,
        more: to < last,
      };
    },
  });
  const ports: PollPorts = {
    fetch: async () => new Response(),
    now: () => now,
    sleep: async () => undefined,
    guard: localGuard(() => now),
    store: {
      async cursor() {
        if (state.database === "unavailable") throw new Error("out");
        return { cursor: state.cursor };
      },
      async advanceCursor(_, from, to) {
        if (from === state.cursor) state.cursor = to;
        return from === state.cursor;
      },
    },
    async accept(posts) {
      if (state.database === "ok") accepted.push(...posts);
      return state.database;
    },
  };
  const run = (options = {}) =>
    poll(numbered, numbered.configure({}), ports, { now: true, ...options });
  return { state, accepted, run, numbered, ports, pass: (ms: number) => (now += ms) };
}

it("moves the cursor once the posts are accepted", async () => {
  const { run, state, accepted } = setUp(4);
  await run();
  expect([state.cursor, accepted.length]).toEqual(["3", 3]);
  await run();
  expect([state.cursor, accepted.map(({ id }) => id)]).toEqual(["4", ["1", "2", "3", "4"]]);
});

it("asks the source nothing while the database is out", async () => {
  const { run, state } = setUp(4);
  state.database = "unavailable";
  expect((await run()).outcome).toBe("unavailable");
  expect(state.reads).toBe(0);
});

it("leaves the cursor to the tick that came first, when two overlap", async () => {
  const { run, state } = setUp(3);
  await Promise.all([run(), run()]);
  expect(state.cursor).toBe("3");
});

it("is due in one minute of its five, whatever else the clock says", async () => {
  const { numbered, ports, pass } = setUp(1);
  const outcomes: string[] = [];
  for (let minute = 0; minute < 10; minute++) {
    outcomes.push((await poll(numbered, numbered.configure({}), ports)).outcome);
    pass(60_000);
  }
  expect(outcomes.filter((outcome) => outcome === "polled")).toHaveLength(2);
});

it("reads a backfill to its end, quietly, with a cursor of its own", async () => {
  const { run, state, accepted } = setUp(8);
  state.cursor = "7";
  const report = await run({ since: "2026-11-19T00:00:00.000Z" });
  expect([report.posts, report.outcome, state.cursor]).toEqual([8, "polled", "7"]);
  expect(accepted.every(({ quiet }) => quiet === true)).toBe(true);
});

it("lets the posts of a backfill notify when asked to", async () => {
  const { run, accepted } = setUp(2);
  await run({ since: "2026-11-19T00:00:00.000Z", notify: true });
  expect(accepted.map(({ raw }) => raw)).toEqual([undefined, undefined]);
});

it("ends a backfill while its request still lives, and says that there is more", async () => {
  const { run, state } = setUp(1_000);
  state.slow = 6_000;
  expect((await run({ since: "2026-11-19T00:00:00.000Z" })).detail).toContain("there is more");
  expect(state.reads).toBe(4);
});

it("stops a backfill when the database goes out", async () => {
  const { run, state } = setUp(1_000);
  state.database = "unavailable";
  expect((await run({ since: "2026-11-19T00:00:00.000Z" })).outcome).toBe("held");
  expect(state.reads).toBe(1);
});

it("leaves out a post that is dated more than a day ahead, and names every reason", async () => {
  const moved: unknown[] = [];
  const dated = source({
    name: "demo",
    title: "Demo",
    kind: "poll",
    docs: "of this test",
    settings: z.object({}),
    poll: async (): Promise<PollResult> => ({
      verdict: { kind: "ok", reason: "" },
      posts: [post(1), { ...post(2), postedAt: AHEAD }],
      rejected: 3,
      leftOut: { no_text: 2 },
      cursor: "2",
    }),
  });
  const ports: PollPorts = {
    fetch: async () => new Response(),
    now: () => NOW,
    sleep: async () => undefined,
    guard: localGuard(() => NOW),
    store: {
      cursor: async () => undefined,
      advanceCursor: async (...move) => moved.push(move.at(-1)) > 0,
    },
    accept: async () => "ok",
  };
  const leftOut = { no_text: 2, unreadable: 1, dated_ahead: 1 };
  const report = await poll(dated, dated.configure({}), ports, { now: true });
  expect(report).toMatchObject({ posts: 1, rejected: 4, leftOut });
  expect(moved).toEqual([leftOut]);
});
