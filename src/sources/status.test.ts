import { expect, it } from "vitest";
import { ENRICHERS } from "../enrich/registry.ts";
import type { ProviderStatus } from "../http/provider-guard.ts";
import { switchesOf } from "../settings/plugin.ts";
import { SOURCES } from "./registry.ts";
import { type Plugins, providerReports, sourceStatuses, usedProviders } from "./status.ts";

const plugins = (variables: Record<string, string> = {}): Plugins => ({
  sources: SOURCES,
  enrichers: ENRICHERS,
  switches: {
    sources: switchesOf(SOURCES, variables),
    enrichers: switchesOf(ENRICHERS, variables),
  },
});

const leftOut = async (name: string) =>
  name === "webhook" || name === "jetstream" ? { invalid_author: 2 } : {};

const provider = async (name: string): Promise<ProviderStatus> => ({
  provider: name,
  breaker: "closed",
  cause: null,
  openUntil: null,
  callsLastMinute: 0,
  perMinute: null,
  budget: null,
  budgetLeft: null,
  last:
    name === "hackernews"
      ? { at: "2026-11-20T10:00:00.000Z", kind: "throttled", reason: "" }
      : null,
});

it("lists the providers of every enricher, and why one is off", async () => {
  const reports = await providerReports(plugins(), { provider });
  const byName = new Map(reports.map((report) => [report.provider, report]));
  for (const { providers } of ENRICHERS)
    for (const name of providers) expect(byName.has(name)).toBe(true);
  expect(byName.get("goplus")).toMatchObject({ on: true, why: null });
  expect(byName.get("bigquery")).toMatchObject({
    on: false,
    why: "enricher bigquery: GCP_SA_JSON is not set",
  });
});

it("says why an enricher is off although a source still calls its provider", async () => {
  const given = plugins();
  const off = { kind: "off", why: "GECKOTERMINAL_BASE_URL Invalid URL" } as const;
  const enrichers = new Map([...given.switches.enrichers, ["geckoterminal", off] as const]);
  const reports = await providerReports(
    { ...given, switches: { ...given.switches, enrichers } },
    { provider },
  );
  expect(reports.find((report) => report.provider === "geckoterminal")).toMatchObject({
    on: true,
    why: "enricher geckoterminal: GECKOTERMINAL_BASE_URL Invalid URL",
  });
});

it("counts only providers that are called as used", () => {
  expect(usedProviders(plugins())).not.toContain("x");
  expect(usedProviders(plugins({ X_BEARER_TOKEN: "key" }))).toContain("x");
});

it("shows every source: the cursor of a poll, the connection of a stream, or why it is off", async () => {
  const statuses = await sourceStatuses(plugins({ WEBHOOK_SECRETS: "a-secret-of-sixteen" }), {
    provider,
    leftOut,
    cursor: async (source) => {
      if (source === "feeds") throw new Error("the database is out");
      return { polledAt: "2026-11-20T10:00:00.000Z", movedAt: null, leftOut: { no_text: 1 } };
    },
    stream: async () => ({
      connected: true,
      failures: 0,
      held: 0,
      cursor: "1763632800000000",
      lastFrameAt: null,
    }),
  });
  const byName = new Map(statuses.map((status) => [status.source, status]));
  expect([...byName.keys()]).toEqual(SOURCES.map(({ name }) => name));
  expect(byName.get("hackernews")).toMatchObject({
    on: true,
    everyMinutes: 5,
    polledAt: "2026-11-20T10:00:00.000Z",
    lastVerdict: "throttled",
    leftOut: { no_text: 1 },
  });
  expect(byName.get("feeds")).toMatchObject({ on: true, polledAt: null });
  expect(byName.get("jetstream")).toMatchObject({
    movedAt: "2025-11-20T10:00:00.000Z",
    lastVerdict: "ok",
    leftOut: { invalid_author: 2 },
  });
  expect(byName.get("webhook")).toMatchObject({ polledAt: null, leftOut: { invalid_author: 2 } });
  expect(byName.get("cloudevents")).toMatchObject({ leftOut: {} });
  expect(byName.get("x")).toMatchObject({ on: false, why: "X_BEARER_TOKEN is not set" });
});
