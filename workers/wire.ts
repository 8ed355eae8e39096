import { ChannelEnv } from "../src/channels/env.ts";
import { seenWindow } from "../src/dedup/seen.ts";
import { type EnrichPorts, groupsOf } from "../src/enrich/enrich.ts";
import { ENRICHERS } from "../src/enrich/index.ts";
import type { GuardedPorts } from "../src/kit/guarded-call.ts";
import { singleFlight } from "../src/kit/single-flight.ts";
import { seal } from "../src/model/envelope.ts";
import type { Broadcast, LiveMessage } from "../src/observability/live.ts";
import { examine } from "../src/pipeline.ts";
import type { Change, DueDelivery } from "../src/store/store.ts";
import type { ChannelPorts } from "./channel-keeper.ts";
import type { Bindings } from "./env.ts";
import { batches } from "./ingest.ts";
import { type Isolate, isolateOf } from "./isolate.ts";
import { writePoints } from "./platform/analytics.ts";
import type { EventPorts, IngestPorts, QueuePorts } from "./ports.ts";
import { sharedGate } from "./provider-object.ts";
import type { SweeperPorts } from "./sweeper-keeper.ts";

/*
 * The composition root: `env` ends here. One function for each handler and object, which gives exactly the ports that it asks for.
 */

/** Keeps the invocation alive for work that nobody waits for. */
export type Defer = (work: Promise<unknown>) => void;

/** `flush` sends what was counted; call it once, at the end. */
export type Wired<T> = { ports: T; flush(): void };

/** Deliveries that are in the queue are left to it this long. */
const TRUST_QUEUE_MS = 120_000;

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function flusher(env: Bindings, { metrics }: Isolate, defer: Defer): () => void {
  return () => {
    const deltas = metrics.drain();
    if (deltas === null) return;
    writePoints(env.ANALYTICS, deltas);
    defer(
      env.METRICS.getByName("all")
        .add(deltas)
        .catch(() => undefined),
    );
  };
}

export const ground = ({ now, log, telemetry }: Isolate) => ({ now, log, telemetry });

/** Best effort: the store has the truth, so nobody waits for the audience. */
const broadcaster =
  (env: Bindings, defer: Defer): Broadcast =>
  async (messages) =>
    defer(
      env.STREAM.getByName("all")
        .publish(messages)
        .catch(() => undefined),
    );

/** Asks the sweeper; a refusal is not passed on, because the hourly tick asks too. */
export const sweeperOf = (env: Bindings) => {
  const object = () => env.SWEEPER.getByName("all");
  return {
    wake: async (at: number): Promise<void> =>
      object()
        .wake(at)
        .catch(() => undefined),
    expectPosts: async (at: number): Promise<void> =>
      object()
        .expectPosts(at)
        .catch(() => undefined),
  };
};

export function guardedPorts(env: Bindings, isolate: Isolate): GuardedPorts {
  const { now, called, gates } = isolate;
  return { fetch: (url, init) => fetch(url, init), now, telemetry: called, sleep, gate: sharedGate(env.PROVIDERS, gates, now) };
}

export function ingestPorts(env: Bindings, isolate: Isolate): IngestPorts {
  return {
    ...ground(isolate),
    store: isolate.store,
    posts: env.POSTS,
    requeueAfterSeconds: isolate.settings.REQUEUE_AFTER_SECONDS,
    expectPosts: sweeperOf(env).expectPosts,
  };
}

export function wireQueues(env: Bindings, defer: Defer): Wired<QueuePorts> {
  const isolate = isolateOf(env);
  const { settings } = isolate;
  const ports: QueuePorts = {
    ...ground(isolate),
    store: isolate.store,
    mentions: env.MENTIONS,
    seen: seenWindow(isolate.redis),
    async judgeSettings() {
      const [blacklist, authors] = await Promise.all([isolate.blacklist.get(), isolate.authors.get()]);
      return {
        filter: { languages: settings.LANGUAGES, blacklist },
        refine: { windowMinutes: settings.EVENT_WINDOW_MINUTES, authors },
      };
    },
    addMentions: (eventKey, mentions) => env.EVENTS.getByName(eventKey).add(mentions),
    deliver: (channelId, id) => env.CHANNELS.getByName(`channel:${channelId}`).deliver(id),
    broadcast: broadcaster(env, defer),
  };
  return { ports, flush: flusher(env, isolate, defer) };
}

export function wireEvent(env: Bindings, defer: Defer): Wired<EventPorts> {
  const isolate = isolateOf(env);
  const enrichPorts: EnrichPorts = {
    ...guardedPorts(env, isolate),
    groups: groupsOf(ENRICHERS, isolate.variables),
    cache: isolate.cache,
    flight: singleFlight(),
    defer,
    tokens: isolate.tokens,
    features: isolate.store,
    search: { baseUrl: isolate.variables.DEXSCREENER_BASE_URL ?? "https://api.dexscreener.com" },
  };
  const ports: EventPorts = {
    ...ground(isolate),
    store: isolate.store,
    examine: (token) => examine(token, enrichPorts),
    rules: () => isolate.rules.current(),
    channels: () => isolate.channels.get(),
    announce: announcer(env, isolate, defer),
  };
  return { ports, flush: flusher(env, isolate, defer) };
}

const deliveries = (due: readonly Omit<DueDelivery, "eventKey">[]) =>
  due.map(({ id, channelId }) => seal({ kind: "delivery", id, channelId }, crypto.randomUUID()));

export async function enqueueDeliveries(env: Bindings, due: readonly Omit<DueDelivery, "eventKey">[]): Promise<void> {
  for (const some of batches(deliveries(due))) await env.DELIVERIES.sendBatch(some.map((body) => ({ body })));
}

/** What follows a commit. Whatever fails here is found by the sweeper. */
function announcer(env: Bindings, { now, log, telemetry }: Isolate, defer: Defer): EventPorts["announce"] {
  const broadcast = broadcaster(env, defer);
  const { wake } = sweeperOf(env);
  return async (change, due) => {
    await enqueueDeliveries(env, due).catch((error) =>
      log({ stage: "announce", level: "warn", outcome: "queue_refused", reason: String(error) }),
    );
    const held = change.outbox.flatMap(({ notBefore }) => (notBefore === null ? [] : [Date.parse(notBefore)]));
    const open = due.length > 0 || change.outbox.length > 0;
    if (open) await wake(Math.min(now() + TRUST_QUEUE_MS, ...held));
    if (change.expectedRev === 0) telemetry.count("events_total", { type: change.event.type });
    telemetry.count("signals_total", { state: change.signal.state });
    await broadcast([liveSignal(change)]);
  };
}

const liveSignal = ({ event, signal, outbox }: Change): LiveMessage => ({
  event: "signal",
  eventKey: event.eventKey,
  chain: event.chain,
  symbol: event.symbol,
  state: signal.state,
  previousState: outbox[0]?.payload.previousState ?? signal.state,
  score: signal.score,
  level: signal.level,
  riskLevel: signal.riskLevel,
  reasons: signal.reasons.map(({ text }) => text),
  degraded: signal.degraded,
  at: signal.ts,
});

export function wireChannel(env: Bindings, defer: Defer): Wired<ChannelPorts> {
  const isolate = isolateOf(env);
  const ports: ChannelPorts = {
    ...ground(isolate),
    store: isolate.store,
    env: ChannelEnv.parse(isolate.variables),
    fetch: (url, init) => fetch(url, init),
    random: Math.random,
    uuid: () => crypto.randomUUID(),
    sleep,
    called: isolate.called,
    wakeSweeper: sweeperOf(env).wake,
    sharedPlace: (holder, limit) => env.CHANNELS.getByName(`limit:${limit.key}`).place(holder, limit),
  };
  return { ports, flush: flusher(env, isolate, defer) };
}

/** The sweeper's object sets its own alarm, so it is not asked through its binding. */
export function wireSweeper(env: Bindings, defer: Defer, expectPosts: (at: number) => Promise<void>): Wired<SweeperPorts> {
  const isolate = isolateOf(env);
  const ports: SweeperPorts = {
    ...ingestPorts(env, isolate),
    expectPosts,
    outbox: { store: isolate.store, enqueue: (due) => enqueueDeliveries(env, due) },
  };
  return { ports, flush: flusher(env, isolate, defer) };
}
