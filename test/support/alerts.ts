import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type AlertsPorts, alertsActor } from "../../src/alerts/alerts-actor.ts";
import type { AlertsView } from "../../src/alerts/alerts-view.ts";
import type { CountSample } from "../../src/alerts/counts.ts";
import type { AlertMemory, KeptAlerts } from "../../src/alerts/kept-alerts.ts";
import { type AlertSet, loadAlerts } from "../../src/alerts/load-alerts.ts";
import type { AlertRoutePorts } from "../../src/api/routes/alerts.ts";
import { channelKind } from "../../src/channels/registry.ts";
import type { ProviderStatus } from "../../src/http/provider-guard.ts";
import { type ChannelConfig, ChannelFilter } from "../../src/model/channel-config.ts";
import {
  emptySnapshot,
  type MetricsCollector,
  type MetricsSnapshot,
  mergeMetrics,
  metricsCollector,
} from "../../src/observability/collector.ts";
import { ChannelEnv } from "../../src/settings/settings.ts";
import { StoreUnavailable } from "../../src/store/index.ts";
import { memoryStore } from "../../src/store/memory/index.ts";
import { NOON, SECRET } from "./outbox.ts";

export const DEFAULT_ALERTS = readFileSync(
  join(import.meta.dirname, "../../rules/alerts.yml"),
  "utf8",
);

/** The alerts of a text that must load. */
export function alertsOf(text: string): AlertSet {
  const read = loadAlerts(text, {});
  if (read.kind === "loaded") return read.value;
  throw new Error(read.problems.map(({ path, message }) => `${path} ${message}`).join("; "));
}

export const providerOf = (over: Partial<ProviderStatus> = {}): ProviderStatus => ({
  provider: "goplus",
  breaker: "closed",
  cause: null,
  openUntil: null,
  callsLastMinute: 0,
  perMinute: null,
  budget: null,
  budgetLeft: null,
  last: null,
  ...over,
});

/** Sums what a collector counts, as the object of the metrics does. */
export function metricTotals(metrics: MetricsCollector): () => MetricsSnapshot {
  let totals = emptySnapshot();
  return () => {
    totals = mergeMetrics(totals, metrics.drain() ?? emptySnapshot());
    return totals;
  };
}

/** What outlives the object, as text, so that nothing is shared by reference. */
export function alertMemory(): AlertMemory {
  let text = "{}";
  const samples: string[] = [];
  return {
    read: () => JSON.parse(text) as Partial<KeptAlerts>,
    write: (change) => {
      text = JSON.stringify({ ...JSON.parse(text), ...change });
    },
    samples: () => samples.map((sample) => JSON.parse(sample) as CountSample),
    addSample: (_, sample) => void samples.push(JSON.stringify(sample)),
  };
}

export type SentRequest = { url: string; body: Record<string, unknown>; at: number };

const HOOK = { kind: "webhook", settings: { url: "https://hooks.dev.org/in", secrets: [SECRET] } };
const CHAT = { kind: "telegram", settings: { chatId: "7" } };
const OPTIONS = { hook: HOOK, chat: CHAT } as const;

/** An actor of alerts over a store in memory, with channels whose targets answer as told. */
export async function alertsWorld(
  text: string,
  channels: Record<string, { on: keyof typeof OPTIONS; alerts?: boolean }> = {
    chat: { on: "chat" },
  },
) {
  const clock = { now: NOON };
  const store = memoryStore();
  for (const [name, { on, alerts }] of Object.entries(channels))
    await store.addChannel(
      {
        ...OPTIONS[on],
        name,
        filter: ChannelFilter.parse(alerts === undefined ? {} : { alerts }),
        atMostOnce: false,
      },
      new Date(NOON).toISOString(),
    );
  const metrics = metricsCollector();
  const totals = metricTotals(metrics);
  const world = {
    clock,
    store,
    metrics,
    set: alertsOf(text),
    providers: [] as ProviderStatus[],
    sent: [] as SentRequest[],
    beats: [] as string[],
    logged: [] as string[],
    /** Statements that reached the store. */
    asked: 0,
    databaseOut: false,
    audits: 0,
    auditFails: false,
    /** What a step that covers changes finds, and until when each did. */
    contradictions: 0,
    coveredUntil: [] as string[],
    answer: (url: string): Response | Promise<Response> =>
      url.includes("telegram")
        ? Response.json({ ok: true, result: { message_id: 1 } })
        : new Response(null, { status: 204 }),
    heartbeat: null as AlertsPorts["heartbeat"],
    memory: alertMemory(),
    actor: undefined as unknown as ReturnType<typeof alertsActor>,
    queues: {},
    restart,
    sendsEnd,
    minute,
    minutes,
    tick,
    texts,
  };
  const sends = new Set<Promise<void>>();
  const ask = async <T>(work: () => Promise<T>): Promise<T> => {
    world.asked += 1;
    if (world.databaseOut) throw new StoreUnavailable("out");
    return work();
  };
  const ports: AlertsPorts = {
    now: () => clock.now,
    log: (record) => void world.logged.push(JSON.stringify(record)),
    telemetry: metrics,
    alerts: async () => world.set,
    totals: async () => totals(),
    usedProviders: ["goplus", "x"],
    provider: async (name) =>
      world.providers.find(({ provider }) => provider === name) ?? providerOf({ provider: name }),
    store: { backlog: () => ask(store.backlog), channels: () => ask(store.channels) },
    async audit({ since, until }) {
      world.audits += 1;
      if (world.auditFails) throw new StoreUnavailable("the audit took too long");
      return {
        ...{ since, until, watermark: until, events: 0, tooLarge: 0, rescored: 0 },
        ...{ findings: [], unaccounted: [], tallies: [], nextCursor: null },
      };
    },
    async coverAudit(until) {
      world.coveredUntil.push(until);
      // Twice as much changed as one step compares.
      return { found: world.contradictions, more: world.coveredUntil.length % 2 === 1 };
    },
    openChannels: async (stored: readonly ChannelConfig[]) => [...stored],
    get heartbeat() {
      return world.heartbeat;
    },
    async fetch(url, init) {
      const answer = await world.answer(url);
      if (init.body === undefined) world.beats.push(url);
      else world.sent.push({ url, body: JSON.parse(String(init.body)), at: clock.now });
      return answer;
    },
    env: ChannelEnv.parse({ TELEGRAM_BOT_TOKEN: "1:token" }),
    kind: channelKind,
    called: () => undefined,
    async sleep(ms) {
      clock.now += ms;
    },
    reserve: async () => 0,
    defer: (work) => void sends.add(work.finally(() => sends.delete(work))),
  };

  /** A new instance over what the last one kept. */
  function restart(): void {
    world.actor = alertsActor(ports, world.memory);
  }

  async function sendsEnd(): Promise<void> {
    await Promise.all(sends);
  }

  /** The tick of this minute, with what it sends; then the next minute begins. */
  async function minute(): Promise<void> {
    const { now } = clock;
    await world.actor.tick({ at: now, queues: world.queues });
    await sendsEnd();
    nextMinute();
  }

  /** The same, leaving what it sends to go on by itself. */
  async function tick(): Promise<void> {
    const { now } = clock;
    await world.actor.tick({ at: now, queues: world.queues });
    await new Promise((done) => setTimeout(done, 5));
    nextMinute();
  }

  function nextMinute(): void {
    clock.now = (Math.floor(clock.now / 60_000) + 1) * 60_000;
  }

  async function minutes(count: number): Promise<void> {
    for (let n = 0; n < count; n++) await minute();
  }

  /** What the channels were sent, in words. */
  function texts(): string[] {
    return world.sent.map(({ body }) => String(body.text ?? JSON.stringify(body)));
  }

  restart();
  return world;
}

const SHOWN_VIEW: AlertsView = {
  evaluatedAt: "2026-01-15T10:00:00.000Z",
  active: [
    {
      alert: "DeadLetters",
      scope: "pipeline",
      subject: null,
      status: "firing",
      severity: "warning",
      group: "DeadLetters",
      labels: {},
      summary: "1 dead letters wait for a person",
      description: "See stream dead list.",
      since: "2026-01-15T09:50:00.000Z",
      firedAt: "2026-01-15T09:55:00.000Z",
      notifiedAt: null,
      silencedBy: "silence-1",
    },
  ],
  resolved: [
    {
      key: "ProviderBreakerOpen/goplus",
      alert: "ProviderBreakerOpen",
      subject: "goplus",
      severity: "warning",
      summary: "The breaker of goplus is open",
      startsAt: "2026-01-15T08:00:00.000Z",
      endsAt: "2026-01-15T08:20:00.000Z",
    },
  ],
  silences: [
    {
      id: "silence-1",
      alert: "DeadLetters",
      subject: null,
      severity: null,
      labels: {},
      comment: "being repaired",
      by: "ops",
      createdAt: "2026-01-15T09:56:00.000Z",
      until: "2026-01-15T11:00:00.000Z",
    },
  ],
  untold: [{ summary: "x", attempts: 1, error: "HTTP 503" }],
  heartbeat: { kind: "ok" },
  facts: [
    { fact: "dead_letters", subject: null, value: 1 },
    { fact: "provider_calls", subject: "goplus", value: 12 },
  ],
};

/** The routes' ports over alerts of which one of each kind is shown. */
export const shownAlerts = (): AlertRoutePorts["alerts"] => ({
  current: async () => alertsOf(DEFAULT_ALERTS),
  view: async () => SHOWN_VIEW,
  addSilence: async () => true,
  endSilence: async () => true,
  silenceId: () => "silence-2",
});
