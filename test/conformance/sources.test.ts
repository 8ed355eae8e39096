import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faults } from "../../scripts/local/twins/faults.ts";
import { VERDICTS } from "../../src/kit/verdict.ts";
import { RawPost } from "../../src/model/raw-post.ts";
import { SOURCES } from "../../src/sources/index.ts";
import { type PollOptions, type PollPorts, poll } from "../../src/sources/poll.ts";
import type { Source } from "../../src/sources/source.ts";
import { outsidePorts, SECRETS, settingsAt, startTwins, type Twins } from "../support/outside.ts";

let twins: Twins;
beforeAll(async () => {
  twins = await startTwins();
});
afterAll(() => twins.stop());

/** A store and an intake in memory, on which a source is polled again and again. */
function intake(source: Source) {
  const accepted = new Map<string, RawPost>();
  const state = { cursor: null as string | null, database: "ok" as "ok" | "unavailable" };
  const outside = outsidePorts();
  const store: PollPorts["store"] = {
    cursor: async () => ({ cursor: state.cursor, polledAt: null }),
    advanceCursor: async (_, from, to) => {
      if (from !== state.cursor) return false;
      state.cursor = to;
      return true;
    },
  };
  const ingest: PollPorts["ingest"] = async (posts) => {
    if (state.database === "ok") for (const post of posts) accepted.set(`${post.source}:${post.id}`, post);
    return state.database;
  };
  const run = (options: PollOptions = {}) => {
    const { ports } = outsidePorts({ telemetry: (record) => outside.records.push(record), fetch: outside.ports.fetch });
    return poll(source, settingsAt(twins.base), { ...ports, store, ingest }, { now: true, ...options });
  };
  /** Some sources take a step a poll (start a run, wait, read it). */
  const settle = async () => {
    for (let i = 0; i < 4; i++) await run();
  };
  return { run, settle, accepted, state, ...outside };
}

const polled = SOURCES.filter((source) => source.kind === "poll").map((source) => [source.name, source] as const);
const MOST_CALLS = 40;

describe.each(polled)("%s", (_, source) => {
  it("gives posts that are whole, and again nothing new", async () => {
    const { run, settle, accepted } = intake(source);
    await settle();
    expect(accepted.size).toBeGreaterThan(0);
    for (const post of accepted.values()) expect(() => RawPost.parse(post)).not.toThrow();
    const before = new Set(accepted.keys());
    const again = await run();
    expect(again.verdict?.kind).toMatch(/^(ok|empty)$/);
    expect([...accepted.keys()].filter((key) => !before.has(key)).length).toBeLessThanOrEqual(4);
  });

  it("keeps its cursor while the database is out, and loses nothing by it", async () => {
    const { run, settle, accepted, state } = intake(source);
    state.database = "unavailable";
    await settle();
    expect(accepted.size).toBe(0);
    const last = await run();
    expect(last.outcome === "held" || last.posts === 0).toBe(true);
    state.database = "ok";
    const clean = intake(source);
    await Promise.all([settle(), clean.settle()]);
    const missing = [...clean.accepted.keys()].filter((key) => !accepted.has(key));
    expect(missing.length).toBeLessThanOrEqual(4);
  });

  it.each(faults)("bears the fault %s: classified, bounded, no cursor lost, no secret told", async (fault) => {
    const { run, settle, accepted, calls, records } = intake(source);
    await twins.dial({ fault, rate: 1, ms: 150, retryAfterSeconds: 2 });
    const reports = [];
    try {
      for (let i = 0; i < 3; i++) reports.push(await run());
    } finally {
      await twins.dial(null);
    }
    for (const report of reports) {
      expect(report.outcome).toBe("polled");
      expect(VERDICTS).toContain(report.verdict?.kind);
      expect(report.detail).not.toBe("fault in the adapter");
    }
    expect(calls.length).toBeLessThanOrEqual(MOST_CALLS * 3);
    const told = JSON.stringify([reports, records, [...accepted.values()]]);
    for (const secret of SECRETS) expect(told).not.toContain(secret);

    /* 410 says that a feed is gone for good: it is left alone for a day. */
    if (source.name === "feeds" && fault === "gone") return;
    const clean = intake(source);
    await Promise.all([settle().then(settle), clean.settle()]);
    const missing = [...clean.accepted.keys()].filter((key) => !accepted.has(key));
    expect(missing.length, `posts that a source without a fault has: ${missing.slice(0, 3)}`).toBeLessThanOrEqual(4);
  });

  it("reads a backfill without moving the cursor, and marks its posts as quiet", async () => {
    const { run, settle, accepted, state } = intake(source);
    await settle();
    const { cursor } = state;
    accepted.clear();
    await run({ since: new Date(Date.now() - 3 * 3_600_000).toISOString() });
    expect(state.cursor).toBe(cursor);
    for (const post of accepted.values()) expect(post.raw?.quiet).toBe(true);
  });
});

it("never pays for more posts of X than the day's budget, however often it is asked", async () => {
  const source = SOURCES.find(({ name }) => name === "x") ?? expect.fail("no source x");
  let returned = 0;
  const outside = outsidePorts();
  const counting: PollPorts["fetch"] = async (url, init) => {
    const response = await outside.ports.fetch(url, init);
    const body = (await response.clone().json()) as { data?: unknown[] | object; includes?: { users?: unknown[] } };
    returned += [body.data ?? []].flat().length + (body.includes?.users?.length ?? 0);
    return response;
  };
  const store = { cursor: async () => undefined, advanceCursor: async () => true };
  const ports: PollPorts = { ...outside.ports, fetch: counting, store, ingest: async () => "ok" };
  const reports = [];
  for (let i = 0; i < 10; i++) {
    reports.push(await poll(source, { ...settingsAt(twins.base), X_DAILY_POST_BUDGET: "90" }, ports, { now: true }));
  }
  expect(returned).toBeGreaterThan(0);
  expect(returned).toBeLessThanOrEqual(90);
  expect(reports.at(-1)?.verdict).toMatchObject({ kind: "quota", reason: "daily budget used up" });
});
