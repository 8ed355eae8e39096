import { describe, expect, it } from "vitest";
import { apiApp } from "../src/api/app.ts";
import type { ProviderReport, SourceStatus } from "../src/model/source-status.ts";
import { fakePorts } from "../test/support/api.ts";
import { runCommand } from "../test/support/terminal.ts";
import { type Command, UsageError } from "./command.ts";
import { providers, sources, trigger } from "./commands/sources.ts";

const SOURCE: SourceStatus = {
  source: "feeds",
  title: "Feeds",
  kind: "poll",
  on: true,
  why: null,
  everyMinutes: 5,
  polledAt: new Date(Date.now() - 600_000).toISOString(),
  lastVerdict: "throttled",
  leftOut: { no_text: 3, invalid_author: 1 },
  providers: ["feeds.a"],
  movedAt: new Date(Date.now() - 7_200_000).toISOString(),
};
const OFF: SourceStatus = {
  ...SOURCE,
  source: "x",
  on: false,
  why: "X_BEARER_TOKEN is not set",
  everyMinutes: null,
  providers: [],
  polledAt: null,
  movedAt: null,
  lastVerdict: null,
  leftOut: {},
};
const PROVIDER: ProviderReport = {
  on: true,
  why: null,
  provider: "bigquery",
  breaker: "open",
  cause: "quota",
  openUntil: "2026-11-21T00:00:00.000Z",
  callsLastMinute: 2,
  perMinute: 30,
  budget: 2_000,
  budgetLeft: 1_000,
  last: { at: new Date(Date.now() - 90_000).toISOString(), kind: "quota", reason: "HTTP 402" },
};

const FEED_HOST: ProviderReport = {
  ...PROVIDER,
  provider: "feeds.a",
  breaker: "half-open",
  budget: 100,
  budgetLeft: 40,
};

const UNUSED: ProviderReport = {
  ...PROVIDER,
  provider: "goplus",
  on: false,
  why: "enricher goplus: GOPLUS_BASE_URL Invalid URL",
};

function world() {
  const asked: unknown[] = [];
  const ports = fakePorts({
    sources: {
      sources: async () => [SOURCE, OFF],
      providers: async () => [PROVIDER, FEED_HOST, UNUSED],
      reset: async (name) => {
        asked.push(name);
        return name === "bigquery";
      },
    },
    trigger: async (name, options) => {
      asked.push([name, options]);
      return name === "x"
        ? { kind: "off", reason: "X_BEARER_TOKEN is not set" }
        : { kind: "started" };
    },
  });
  const app = apiApp(ports);
  async function run(command: Command, args: string[], json = false) {
    const { code, out } = await runCommand(command, args, app, { json });
    return { code, text: out.join("\n") };
  }
  return { run, asked };
}

describe("sources", () => {
  it("shows which are on, how long ago they were read, how their services fare, and why the others are off", async () => {
    const { text, code } = await world().run(sources, []);
    expect(code).toBe(0);
    expect(text).toMatch(
      /feeds +poll +on +5 +10 m +2 h +throttled +half-open +40 +3 no_text, 1 invalid_author +-/,
    );
    expect(text).toMatch(/x +poll +off +- +- +- +- +- +- +- +X_BEARER_TOKEN is not set/);
  });

  it("prints what the server said with --json", async () => {
    const { text } = await world().run(sources, [], true);
    expect(JSON.parse(text)).toMatchObject([
      { source: "feeds", last_verdict: "throttled" },
      { source: "x", on: false },
    ]);
  });
});

describe("providers", () => {
  it("shows the breaker and what opened it, the pace, what is left, and the last answer", async () => {
    const { text } = await world().run(providers, []);
    expect(text).toMatch(
      /bigquery +on +open +quota +2026-11-21T00:00:00.000Z +2 +30 +1000 +quota \d+ s ago +HTTP 402/,
    );
  });

  it("shows a service that no enricher uses, and why", async () => {
    const { text } = await world().run(providers, []);
    expect(text).toMatch(/goplus +off .*enricher goplus: GOPLUS_BASE_URL Invalid URL/);
  });

  it("closes a breaker, and says when there is no such provider", async () => {
    const { run, asked } = world();
    expect((await run(providers, ["reset", "bigquery"])).text).toBe("bigquery: breaker closed");
    expect(asked).toEqual(["bigquery"]);
    await expect(run(providers, ["reset", "nobody"])).rejects.toThrow("404");
  });

  it.each([["reset"], ["open", "x"]])("calls %s %s wrong usage", async (...args) => {
    await expect(world().run(providers, args)).rejects.toThrow(UsageError);
  });
});

describe("trigger", () => {
  it("starts a backfill in silence, unless it shall notify", async () => {
    const { run, asked } = world();
    await run(trigger, ["feeds", "--since", "2026-11-20T10:00:00Z"]);
    await run(trigger, ["feeds", "--since", "2026-11-20T10:00:00Z", "--notify"]);
    const since = "2026-11-20T10:00:00.000Z";
    expect(asked).toEqual([
      ["feeds", { since, notify: false }],
      ["feeds", { since, notify: true }],
    ]);
  });

  it("says why a source that is off cannot be polled", async () => {
    await expect(world().run(trigger, ["x"])).rejects.toThrow("X_BEARER_TOKEN is not set");
  });

  it.each([[], ["a", "b"], ["a", "--since", "soon"]])(
    "calls %s %s %s wrong usage",
    async (...args) => {
      await expect(world().run(trigger, args)).rejects.toThrow(UsageError);
    },
  );
});
