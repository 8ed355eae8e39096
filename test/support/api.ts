import type { ApiPorts } from "../../src/api/app.ts";
import type { ApiSettings } from "../../src/api/context.ts";
import { failedKeys } from "../../src/api/failed-keys.ts";
import { rateLimiter } from "../../src/api/rate-limit.ts";
import { EXAMPLE_RULES } from "../../src/api/routes/examples.ts";
import { ticketBook } from "../../src/api/tickets.ts";
import { FACTS } from "../../src/model/facts.ts";
import type { RawPost } from "../../src/model/raw-post.ts";
import { emptySnapshot } from "../../src/observability/collector.ts";
import { silentTelemetry } from "../../src/observability/telemetry.ts";
import { loadRules } from "../../src/rules/load.ts";
import type { Ruleset } from "../../src/rules/score.ts";
import type { StoreActivity } from "../../src/store/activity.ts";
import type { ApiKey } from "../../src/store/api-keys.ts";
import { keyStore } from "../../src/store/memory/api-keys.ts";
import { auditLogStore } from "../../src/store/memory/audit-log.ts";
import { memoryStore } from "../../src/store/memory/index.ts";
import { emptyRows } from "../../src/store/memory/rows.ts";

export const ADMIN_KEY = "ess_local.0123456789abcdef0123456789abcdef";
export const NOW = Date.UTC(2026, 0, 15, 10);

export type FakeServer = ApiPorts & { accepted: RawPost[]; logged: string[] };

export const NO_ACTIVITY: StoreActivity = {
  posts: [],
  waits: [],
  attempts: [],
  changes: [],
  rules: [],
  scores: [],
  tokens: [],
  open: [],
};

const nothing = { items: [], nextCursor: null };

/** Ports of an empty server that accepts everything. `over` replaces what a test is about. */
export function fakePorts(
  over: Partial<ApiPorts> = {},
  settings: Partial<ApiSettings> = {},
): FakeServer {
  const accepted: RawPost[] = [];
  const logged: string[] = [];
  const rows = emptyRows();
  const store = memoryStore(rows);
  let random = 0;
  return {
    accepted,
    logged,
    settings: {
      publicRead: "feed",
      cacheReads: true,
      version: "1.2.3",
      adminKey: ADMIN_KEY,
      keyPepper: null,
      cursorKey: "of-a-test",
      ...settings,
    },
    now: () => NOW,
    keyEnded: () => undefined,
    log: (record) => logged.push(JSON.stringify(record)),
    telemetry: silentTelemetry,
    store: {
      events: async () => nothing,
      eventLines: async () => nothing,
      signals: async () => nothing,
      signalLines: async () => nothing,
      evidenceInTime: async () => nothing,
      event: async () => undefined,
      signal: async () => undefined,
      history: async () => nothing,
      post: async () => undefined,
      posts: async () => ({ items: [], nextCursor: null }),
      eventsByKey: async () => [],
      signalsByKey: async () => [],
      evidenceByKey: async () => [],
      relatedEvents: async () => [],
      audit: () => Promise.reject(new Error("no audit in this test")),
      latency: async () => ({ p50: null, p95: null, count: 0 }),
      overview: async () => ({
        posts: [],
        events: 0,
        signals: [],
        outbox: [],
        deadLetters: 0,
        archive: [],
        postsPerMinute: [],
      }),
    },
    panels: {
      query: async () => ({ kind: "off", why: "ANALYTICS_TOKEN is not set" }),
      store: { activity: async () => NO_ACTIVITY },
      totals: async () => emptySnapshot(),
      providers: async () => [],
      now: () => NOW,
    },
    auditRange: async ({ since, until }) => ({
      since,
      until,
      watermark: until,
      events: 0,
      tooLarge: 0,
      rescored: 0,
      findings: [],
      unaccounted: [],
      tallies: [],
      nextCursor: null,
    }),
    keys: keyStore(rows),
    failedKeys: failedKeys(() => NOW),
    keyUsed: () => undefined,
    randomToken: (bytes) => `${random++}`.padStart(bytes, "r"),
    limiter: rateLimiter({
      now: () => NOW,
      floors: true,
      exact: async () => null,
      platform: async () => null,
    }),
    ownRows: store.ownRows,
    tenants: store,
    quotas: store.quotaOf,
    sleep: async () => undefined,
    requestId: () => "request-1",
    auditLog: auditLogStore(rows),
    ingest: async (posts) => {
      accepted.push(...posts);
      return { kind: "accepted", fresh: posts.length, repeated: 0 };
    },
    receive: async () => ({ kind: "unknown" }),
    reservedNames: new Set(["x"]),
    trigger: async () => ({ kind: "unknown", sources: ["x", "hn"] }),
    health: async () => ({
      status: "healthy",
      checkedAt: "2026-01-15T10:00:00Z",
      version: "1.2.3",
      database: "up",
      redis: "up",
      rules: { version: "abc", loadedAt: "2026-01-15T09:00:00.000Z" },
      queues: { posts: 0 },
      alerts: { critical: 0, warning: 0, info: 0 },
    }),
    unready: async () => [],
    metrics: async () => "# HELP up Whether it runs.\n# TYPE up gauge\nup 1\n",
    explain: async () => ({ rulesVersion: "abc", error: "no rules in this test" }),
    rules: fakeRules(),
    alerts: unused,
    sources: unused,
    faults: null,
    routing: { of: () => unused },
    archive: unused,
    telegram: unused,
    channels: unused,
    outbox: unused,
    deadLetters: unused,
    publishList: async () => ({ kind: "unknown", lists: ["authors"] }),
    tickets: ticketBook(
      () => NOW,
      () => `ticket-${random++}`,
      30,
    ),
    stream: async () => new Response("stream"),
    ...over,
  };
}

/** For the groups of routes that have tests of their own. */
const unused: never = new Proxy({} as never, {
  get: (_, name) =>
    name === "ownRows" ? () => unused : () => Promise.reject(new Error("not part of this test")),
});

/** Keys in memory, those given among them. */
export function fakeKeys(keys: ApiKey[] = []): ApiPorts["keys"] {
  const rows = emptyRows();
  for (const key of keys) rows.keys.set(key.id, key);
  return keyStore(rows);
}

function fakeRules(): ApiPorts["rules"] {
  const load = (text: string) => loadRules(text, {}, FACTS);
  const current = (): Ruleset => {
    const loaded = load(EXAMPLE_RULES);
    if (loaded.kind === "rejected") throw new Error(JSON.stringify(loaded.problems));
    return loaded.rules;
  };
  return {
    current: async () => current(),
    version: async () => undefined,
    status: () => ({ loadedAt: null, rejected: null }),
    load,
    publish: async () => undefined,
    canary: async () => null,
    startCanary: async () => undefined,
    stopCanary: async () => undefined,
    refused: () => undefined,
    versions: async () => [],
    vocabulary: FACTS,
    backtestRows: async () => [],
    now: () => NOW,
  };
}
