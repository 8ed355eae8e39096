import type { AnyChannel } from "../../src/channels/channel.ts";
import { channelKind, isStreamKind } from "../../src/channels/registry.ts";
import { iso } from "../../src/kit/time.ts";
import { type ChannelConfig, ChannelFilter } from "../../src/model/channel-config.ts";
import type { PriorMessage, SentMessage, SignalNotification } from "../../src/model/delivery.ts";
import type { Signal } from "../../src/model/signal.ts";
import type { TokenEvent } from "../../src/model/token-event.ts";
import { deliver } from "../../src/outbox/deliver.ts";
import { planDeliveries } from "../../src/outbox/plan.ts";
import { planStream } from "../../src/outbox/plan-stream.ts";
import type { DeliverPorts } from "../../src/outbox/ports.ts";
import type { Routes } from "../../src/routing/routes.ts";
import { ChannelEnv } from "../../src/settings/settings.ts";
import { memoryStore } from "../../src/store/memory/index.ts";

export const NOON = Date.UTC(2026, 0, 15, 12);
export const TELEGRAM_ENV = {
  TELEGRAM_BOT_TOKEN: "1:token",
  PUBLIC_URL: "https://signals.dev.org",
};
export const SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

export const signalOf = (over: Partial<Signal> = {}): Signal => ({
  eventKey: "eth:DEMO:2026-01-15T12:00:00Z",
  state: "verified",
  previousState: null,
  score: 12,
  level: "opportunity",
  riskLevel: "green",
  reasons: [
    { rule: "DX3", group: "dex_activity", score: 8, text: "High liquidity (>= 50000 USD)" },
  ],
  missing: [],
  facts: { evaluatedAt: iso(NOON), values: {}, origin: {}, degraded: [], notes: [] },
  degraded: false,
  onchainAsofTs: null,
  onchainConfidence: null,
  rulesVersion: "0123456789abcdef",
  transition: 1,
  ts: iso(NOON),
  ...over,
});

export const eventOf = (over: Partial<TokenEvent> = {}): TokenEvent => ({
  eventKey: "eth:DEMO:2026-01-15T12:00:00Z",
  type: "listing",
  symbol: "DEMO",
  tokenCa: "0x1111111111111111111111111111111111111111",
  chain: "eth",
  summary: "$DEMO is listed today",
  windowStart: "2026-01-15T12:00:00Z",
  startTs: iso(NOON),
  lastTs: iso(NOON),
  evidenceCount: 3,
  copies: 1,
  uniqueAuthors: 2,
  ...over,
});

export const notificationOf = (over: Partial<SignalNotification> = {}): SignalNotification => {
  const channel = channelOf({ id: 1 });
  const [draft] = planDeliveries(
    null,
    signalOf(),
    eventOf(),
    [channel],
    { minScore: 0, on: ["verified"] },
    NOON,
  );
  if (!draft) throw new Error("the fixture plans nothing");
  return { ...draft.payload, ...over };
};

export const channelOf = (over: Partial<ChannelConfig> = {}): ChannelConfig => ({
  id: 1,
  tenant: "default",
  kind: "webhook",
  name: "hook",
  settings: { url: "https://hooks.dev.org/in", secrets: [SECRET] },
  filter: ChannelFilter.parse({}),
  status: "active",
  statusReason: null,
  failingSince: null,
  atMostOnce: false,
  createdAt: iso(NOON),
  ...over,
});

export type Seen = {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: Record<string, unknown>;
  /** As it was sent. */
  raw: string;
  at: number;
};
/** What is sent as lines of JSON has its first line as `body`. */
const sentBody = ({ body }: RequestInit): Pick<Seen, "body" | "raw"> => {
  const raw = `${body}`;
  const first = raw.endsWith("\n") ? (raw.split("\n")[0] ?? "") : raw;
  return { body: JSON.parse(first), raw };
};

/** Answers the nth request (from 0); throwing stands for a lost answer. */
export type Target = (request: Seen, n: number) => Response | Promise<Response>;

/**
 * An outbox over the memory store with one channel, a clock that is moved by hand and a target that
 * answers as the test asks.
 */
export async function outboxWorld(
  channel: Partial<ChannelConfig> = {},
  target: Target = () => new Response("ok"),
  env: object = TELEGRAM_ENV,
) {
  const clock = { now: NOON };
  const seen: Seen[] = [];
  const journal = new Map<number, SentMessage>();
  const store = memoryStore();
  const { kind, name, settings, filter, atMostOnce, tenant } = channelOf(channel);
  const given = { kind, name, settings, filter, atMostOnce };
  const saved = await store.ownRows(tenant).addChannel(given, iso(NOON));
  if (saved.kind !== "saved") throw new Error("the channel was not saved");
  let tokens = 0;
  let last: Signal | null = null;
  /** Those of the default tenant, and those of others. */
  const routes = { inForce: null as Routes | null, ofTenants: new Map<string, Routes>() };
  const ports: DeliverPorts = {
    store,
    channels: () => store.channels(),
    routes: async (name) =>
      name === "default" ? routes.inForce : (routes.ofTenants.get(name) ?? null),
    quotas: store.quotaOf,
    kind: channelKind,
    env: ChannelEnv.parse(env),
    fetch: async (url, init) => {
      const request = {
        url,
        method: init.method ?? "GET",
        headers: init.headers as Record<string, string>,
        ...sentBody(init),
        at: clock.now,
      };
      seen.push(request);
      return target(request, seen.length - 1);
    },
    now: () => clock.now,
    random: () => 0.5,
    leaseToken: () => `token-${++tokens}`,
    reserve: async () => 0,
    reserveAt: async () => 0,
    sleep: async (ms) => {
      clock.now += ms;
    },
    limitSends: (task) => task(),
    log: () => undefined,
    journal: {
      get: async (id) => journal.get(id),
      put: async (id, sent) => void journal.set(id, sent),
      delete: async (id) => void journal.delete(id),
      ids: async () => [...journal.keys()],
    },
  };

  return {
    clock,
    seen,
    store,
    ports,
    journal,
    routes,
    channelId: saved.channel.id,
    /**
     * Commits a transition of the event and answers the ids of the rows that are due. `traces`: of
     * the posts that set it off.
     */
    async change(over: Partial<Signal> = {}, event: Partial<TokenEvent> = {}, traces?: string[]) {
      const before = last;
      const transition = (before?.transition ?? 0) + 1;
      const after = signalOf({
        transition,
        ts: iso(clock.now),
        ...over,
        ...(event.eventKey && { eventKey: event.eventKey }),
      });
      if (!event.eventKey) last = after;
      const subject = eventOf(event);
      const known = await store.load(subject.eventKey);
      const channels = await store.channels();
      const rev = known?.rev ?? 0;
      const outbox = [
        ...planDeliveries(
          known ? before : null,
          after,
          subject,
          channels.filter((each) => !isStreamKind(each.kind)),
          { minScore: 0, on: ["verified", "downgraded"] },
          clock.now,
          routes.inForce,
          routes.ofTenants,
        ),
        ...planStream(
          after,
          subject,
          rev + 1,
          channels.filter((each) => isStreamKind(each.kind)),
          clock.now,
        ),
      ];
      await store.commit({
        expectedRev: rev,
        before: null,
        event: subject,
        evidence: [],
        signal: after,
        outbox: outbox.map((draft) =>
          traces ? { ...draft, payload: { ...draft.payload, traces } } : draft,
        ),
        at: iso(clock.now),
      });
      return (
        (
          await store.outbox(
            { status: null, channelId: null, since: null },
            { limit: 200, cursor: null },
          )
        ).items[0]?.id ?? 0
      );
    },
    /** Commits the event anew, in the same state. */
    async goOn(event: Partial<TokenEvent>) {
      const known = await store.load(eventOf(event).eventKey);
      if (known === undefined) throw new Error("there is no such event");
      await store.commit({
        expectedRev: known.rev,
        before: known.signal,
        event: { ...known.event, ...event },
        evidence: [],
        signal: known.signal,
        outbox: [],
        at: iso(clock.now),
      });
    },
    deliver: (id: number, sendMs?: number) => deliver(id, ports, { sendMs: sendMs ?? null }),
    async rows() {
      const { items } = await store.outbox(
        { status: null, channelId: null, since: null },
        { limit: 200, cursor: null },
      );
      return items.sort((a, b) => a.id - b.id);
    },
    async deadLetters() {
      return (
        await store.deadLetters(
          { stage: null, reason: null, since: null, replayed: null },
          { limit: 200, cursor: null },
        )
      ).items;
    },
    channel: async () => (await store.channels())[0],
  };
}

type SendOver = { prior?: PriorMessage; notifications?: SignalNotification[]; env?: object };

/** One attempt through a channel, against a target that answers as the test asks. */
export async function sendWith(
  kind: AnyChannel,
  settings: object,
  target: Target,
  over: SendOver = {},
) {
  const seen: Seen[] = [];
  const env = ChannelEnv.parse(over.env ?? TELEGRAM_ENV);
  const opening = kind.open(settings, env);
  if (opening.kind === "invalid") throw new Error(JSON.stringify(opening.problems));
  const sent = await opening.channel.send(over.notifications ?? [notificationOf()], {
    env,
    idemKey: "idem-1",
    prior: over.prior ?? null,
    log: () => undefined,
    now: () => NOON,
    fetch: async (url, init) => {
      const request = {
        url,
        method: init.method ?? "GET",
        headers: init.headers as Record<string, string>,
        ...sentBody(init),
        at: NOON,
      };
      seen.push(request);
      return target(request, seen.length - 1);
    },
  });
  return { sent, seen };
}
