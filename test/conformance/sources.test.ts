import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FAULTS } from "../../local/emulators/faults.ts";
import { VERDICTS } from "../../src/http/verdict.ts";
import { RawPost } from "../../src/model/raw-post.ts";
import { type PollOptions, type PollPorts, poll } from "../../src/sources/poll.ts";
import { SOURCES } from "../../src/sources/registry.ts";
import type { Source } from "../../src/sources/source.ts";
import {
  type Emulators,
  outsidePorts,
  SECRETS,
  settingsAt,
  startEmulators,
} from "../support/outside.ts";

/**
 * The emulators' clock stands still, so that every reader of a source can have the very same posts.
 */
const START = Date.now();
const DAY_MS = 86_400_000;
/**
 * Polls until a source has read all there is: some take a step a poll (start a run, wait for it,
 * read it).
 */
const STEPS: Record<string, number> = { apify: 6 };
const MOST_CALLS = 40;

let emulators: Emulators;
beforeAll(async () => {
  emulators = await startEmulators(() => START);
});
afterAll(() => emulators.stop());

/**
 * A store and an intake in memory, on which a source is polled again and again. Waiting moves its
 * clock, and takes no time.
 */
function intake(source: Source) {
  let now = START;
  const accepted = new Map<string, RawPost>();
  const state = { cursor: null as string | null, database: "ok" as "ok" | "unavailable" };
  const pass = (ms: number) => {
    now += ms;
  };
  const clock = { now: () => now, sleep: async (ms: number) => pass(ms) };
  const outside = outsidePorts(clock);
  const store: PollPorts["store"] = {
    cursor: async () => ({ cursor: state.cursor }),
    advanceCursor: async (_, from, to) => {
      if (from !== state.cursor) return false;
      state.cursor = to;
      return true;
    },
  };
  const ingest: PollPorts["accept"] = async (posts) => {
    if (state.database === "ok")
      for (const post of posts) accepted.set(`${post.source}:${post.id}`, post);
    return state.database;
  };
  const run = (options: PollOptions = {}) => {
    /* A guard of its own for each poll: what an open breaker holds up is tested elsewhere. */
    const { ports } = outsidePorts({
      ...clock,
      telemetry: (record) => outside.records.push(record),
      fetch: outside.ports.fetch,
    });
    return poll(
      source,
      source.configure(settingsAt(emulators.base)),
      { ...ports, store, accept: ingest },
      { now: true, ...options },
    );
  };
  const settle = async () => {
    for (let step = 0; step < (STEPS[source.name] ?? 2); step++) await run();
  };
  return { run, settle, pass, accepted, state, ...outside };
}

const polled = SOURCES.filter((source) => source.kind === "poll").map(
  (source) => [source.name, source] as const,
);

describe.each(polled)("%s", (_, source) => {
  /** What a reader has that met no fault. */
  const all = new Map<string, RawPost>();
  beforeAll(async () => {
    const reader = intake(source);
    await reader.settle();
    for (const [key, post] of reader.accepted) all.set(key, post);
  });
  const missing = (accepted: ReadonlyMap<string, RawPost>) =>
    [...all.keys()].filter((key) => !accepted.has(key));

  it("gives posts that are whole, and again nothing new", async () => {
    const { run, settle, accepted } = intake(source);
    await settle();
    expect(accepted.size).toBeGreaterThan(0);
    for (const post of accepted.values()) expect(() => RawPost.parse(post)).not.toThrow();
    const again = await run();
    expect(again.verdict?.kind).toMatch(/^(ok|empty)$/);
    expect([...accepted.keys()]).toEqual([...all.keys()]);
  });

  it("keeps its cursor while the database is out, and loses nothing by it", async () => {
    const { run, settle, accepted, state } = intake(source);
    state.database = "unavailable";
    await settle();
    const last = await run();
    expect(last.outcome === "held" || last.posts === 0).toBe(true);
    expect(accepted.size).toBe(0);
    state.database = "ok";
    await settle();
    expect(missing(accepted)).toEqual([]);
  });

  it.each(FAULTS)(
    "bears the fault %s: classified, bounded, no cursor lost, no secret told",
    async (fault) => {
      const { run, settle, pass, accepted, calls, records } = intake(source);
      await emulators.setFaults({ fault, rate: 1, ms: 20, retryAfterSeconds: 2 });
      const reports = [];
      try {
        for (let i = 0; i < 3; i++) reports.push(await run());
      } finally {
        await emulators.setFaults(null);
      }
      for (const report of reports) {
        expect(report.outcome).toBe("polled");
        expect(VERDICTS).toContain(report.verdict?.kind);
        expect(report.detail).not.toContain("fault in the adapter");
      }
      expect(calls.length).toBeLessThanOrEqual(MOST_CALLS * 3);
      const told = JSON.stringify([reports, records, [...accepted.values()]]);
      for (const secret of SECRETS) expect(told).not.toContain(secret);

      /* 410 says that a feed is gone for good: it is left alone for a day. */
      if (source.name === "feeds" && fault === "gone") pass(DAY_MS);
      await settle();
      expect(missing(accepted)).toEqual([]);
    },
  );

  it("reads a backfill without moving the cursor, and marks its posts as quiet unless asked", async () => {
    const since = new Date(START - 3 * 3_600_000).toISOString();
    const { run, settle, accepted, state } = intake(source);
    await settle();
    const { cursor } = state;
    accepted.clear();
    const report = await run({ since });
    expect([state.cursor, report.outcome]).toEqual([cursor, "polled"]);
    expect(accepted.size).toBeGreaterThan(0);
    for (const post of accepted.values())
      expect([post.quiet, post.postedAt >= since]).toEqual([true, true]);
    await run({ since, notify: true });
    for (const post of accepted.values()) expect(post.quiet).toBeUndefined();
  });
});

it("never pays for more posts of X than the day's budget, however often it is asked", async () => {
  const source = SOURCES.find(({ name }) => name === "x") ?? expect.fail("no source x");
  let returned = 0;
  const outside = outsidePorts();
  const counting: PollPorts["fetch"] = async (url, init) => {
    const response = await outside.ports.fetch(url, init);
    const body = (await response.clone().json()) as {
      data?: unknown[] | object;
      includes?: { users?: unknown[] };
    };
    returned += [body.data ?? []].flat().length + (body.includes?.users?.length ?? 0);
    return response;
  };
  const store = { cursor: async () => undefined, advanceCursor: async () => true };
  const ports: PollPorts = { ...outside.ports, fetch: counting, store, accept: async () => "ok" };
  const reports = [];
  for (let i = 0; i < 10; i++) {
    reports.push(
      await poll(
        source,
        source.configure({ ...settingsAt(emulators.base), X_DAILY_POST_BUDGET: "90" }),
        ports,
        {
          now: true,
        },
      ),
    );
  }
  expect(returned).toBeGreaterThan(0);
  expect(returned).toBeLessThanOrEqual(90);
  expect(reports.at(-1)?.verdict).toMatchObject({ kind: "quota", reason: "daily budget used up" });
});
