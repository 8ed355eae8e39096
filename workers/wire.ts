import { ChannelEnv } from "../src/channels/env.ts";
import { sharedFlight } from "../src/concurrency/shared-flight.ts";
import { seenWindow } from "../src/dedup/window.ts";
import { type EnrichPorts, groupsOf } from "../src/enrich/enrich.ts";
import { ENRICHERS } from "../src/enrich/registry.ts";
import type { GuardedPorts } from "../src/http/provider-call.ts";
import type { ProviderFacts } from "../src/model/facts.ts";
import type { BroadcastLive } from "../src/observability/live.ts";
import { examine, judge } from "../src/pipeline.ts";
import { afterCommit, enqueueDeliveries } from "./announce.ts";
import type { ChannelPorts } from "./channel-actor.ts";
import type { Bindings } from "./env.ts";
import { isolateOf, type SharedIsolate } from "./isolate.ts";
import { type CursorCache, placesBeside } from "./places.ts";
import { writePoints } from "./platform/analytics.ts";
import type { EventPorts, IngestPorts, QueuePorts, RuntimePorts } from "./ports.ts";
import { sharedGate } from "./provider-object.ts";
import type { SweeperPorts } from "./sweeper-actor.ts";

/*
 * The composition root: `env` ends here. One function for each handler and object, which gives
 * exactly the ports that it asks for.
 */

/** Keeps the invocation alive for work that nobody waits for. */
export type DeferWork = (work: Promise<unknown>) => void;

/** `flush` sends what was counted; call it once, at the end. */
export type ComposedPorts<T> = { ports: T; flush(): void };

export const sleepFor = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

export function metricsFlusher(
  env: Bindings,
  { metrics }: SharedIsolate,
  defer: DeferWork,
): () => void {
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

export const runtimePorts = ({ now, log, telemetry }: SharedIsolate) => ({ now, log, telemetry });

/** Best effort: the store has the truth, so nobody waits for the audience. */
const broadcaster =
  (env: Bindings, defer: DeferWork): BroadcastLive =>
  async (messages) =>
    defer(
      env.STREAM.getByName("all")
        .publish(messages)
        .catch(() => undefined),
    );

const SWEEPER_WAITS_MS = 2_000;

/**
 * Asks the sweeper, once more if it refuses, and waits for it no longer than that: the ticks of the
 * cron ask too.
 */
export const sweeperOf = (env: Bindings) => {
  const ask = (call: () => Promise<void>): Promise<void> =>
    Promise.race([
      call()
        .catch(call)
        .catch(() => undefined),
      sleepFor(SWEEPER_WAITS_MS),
    ]);
  return {
    wake: (at: number): Promise<void> => ask(async () => env.SWEEPER.getByName("all").wake(at)),
    expectPosts: (at: number): Promise<void> =>
      ask(async () => env.SWEEPER.getByName("all").expectPosts(at)),
  };
};

export const placesOf = (env: Bindings, { store }: SharedIsolate): CursorCache =>
  placesBeside(store, {
    get: async (source) => env.SWEEPER.getByName("all").place(source),
    put: async (source, kept) => env.SWEEPER.getByName("all").keepPlace(source, kept),
  });

export function guardedPorts(env: Bindings, isolate: SharedIsolate): GuardedPorts {
  const { now, called, gates } = isolate;
  return {
    fetch: (url, init) => fetch(url, init),
    now,
    telemetry: called,
    sleep: sleepFor,
    gate: sharedGate(env.PROVIDERS, gates, now),
  };
}

export function ingestPorts(env: Bindings, isolate: SharedIsolate): IngestPorts {
  return {
    ...runtimePorts(isolate),
    store: isolate.store,
    posts: env.POSTS,
    requeueAfterSeconds: isolate.settings.REQUEUE_AFTER_SECONDS,
    overloadedAfterSeconds: isolate.settings.OVERLOADED_AFTER_SECONDS,
    expectPosts: sweeperOf(env).expectPosts,
  };
}

export function wireQueues(env: Bindings, defer: DeferWork): ComposedPorts<QueuePorts> {
  const isolate = isolateOf(env);
  const { settings } = isolate;
  const ports: QueuePorts = {
    ...runtimePorts(isolate),
    store: isolate.store,
    mentions: env.MENTIONS,
    seen: seenWindow(isolate.redis),
    async judging() {
      const [blacklist, authors] = await Promise.all([
        isolate.blacklist.get(),
        isolate.authors.get(),
      ]);
      const filter = { languages: settings.LANGUAGES, spamFrom: settings.SPAM_FROM, blacklist };
      const refine = { windowMinutes: settings.EVENT_WINDOW_MINUTES, authors };
      return (post) => judge(post, { filter, refine });
    },
    addMentions: (eventKey, mentions, traceId) =>
      env.EVENTS.getByName(eventKey).add(mentions, traceId),
    deliver: (channelId, id) =>
      env.CHANNELS.getByName(`channel:${channelId}`).deliver(id, channelId),
    broadcast: broadcaster(env, defer),
  };
  return { ports, flush: metricsFlusher(env, isolate, defer) };
}

/**
 * How enrichment went: a line a look, and a count for each provider by how fresh its facts were.
 */
function noteFacts(
  answers: ProviderFacts[],
  ms: number,
  traceId: string | undefined,
  { log, telemetry }: RuntimePorts,
): void {
  for (const { provider, status, asOf } of answers) {
    telemetry.count("facts_total", {
      provider,
      status: status === "empty" && asOf === null ? "unasked" : status,
    });
  }
  telemetry.observe("pipeline_latency_ms", { stage: "enrich" }, ms);
  const passed = answers.every(({ status }) => status === "fresh" || status === "empty");
  log({ stage: "enrich", passed, latencyMs: ms, ...(traceId !== undefined && { traceId }) });
}

export function wireEvent(env: Bindings, defer: DeferWork): ComposedPorts<EventPorts> {
  const isolate = isolateOf(env);
  const enrichPorts: EnrichPorts = {
    ...guardedPorts(env, isolate),
    groups: groupsOf(ENRICHERS, isolate.variables),
    cache: isolate.cache,
    flight: sharedFlight({
      redis: isolate.redis,
      sleep: sleepFor,
      holder: crypto.randomUUID(),
      defer,
    }),
    defer,
    tokens: isolate.tokens,
    features: isolate.store,
    search: { baseUrl: isolate.variables.DEXSCREENER_BASE_URL ?? "https://api.dexscreener.com" },
  };
  const ports: EventPorts = {
    ...runtimePorts(isolate),
    store: isolate.store,
    examine: async (token, traceId) => {
      const began = isolate.now();
      const answers = await examine(token, {
        ...enrichPorts,
        ...(traceId !== undefined && { traceId }),
      });
      noteFacts(answers, isolate.now() - began, traceId, isolate);
      return answers;
    },
    rules: () => isolate.rules.current(),
    channels: () => isolate.channels.get(),
    announce: afterCommit({
      ...runtimePorts(isolate),
      deliveries: env.DELIVERIES,
      wakeSweeper: sweeperOf(env).wake,
      broadcast: broadcaster(env, defer),
    }),
  };
  return { ports, flush: metricsFlusher(env, isolate, defer) };
}

export function wireChannel(env: Bindings, defer: DeferWork): ComposedPorts<ChannelPorts> {
  const isolate = isolateOf(env);
  const ports: ChannelPorts = {
    ...runtimePorts(isolate),
    store: { ...isolate.store, ...isolate.leases() },
    env: ChannelEnv.parse(isolate.variables),
    fetch: (url, init) => fetch(url, init),
    random: Math.random,
    uuid: () => crypto.randomUUID(),
    sleep: sleepFor,
    called: isolate.called,
    broadcast: broadcaster(env, defer),
    wakeSweeper: sweeperOf(env).wake,
    sharedPlace: (holder, limit) =>
      env.CHANNELS.getByName(`limit:${limit.key}`).place(holder, limit),
  };
  return { ports, flush: metricsFlusher(env, isolate, defer) };
}

/** The sweeper's object sets its own alarm, so it is not asked through its binding. */
export function wireSweeper(
  env: Bindings,
  defer: DeferWork,
  expectPosts: (at: number) => Promise<void>,
): ComposedPorts<SweeperPorts> {
  const isolate = isolateOf(env);
  const ports: SweeperPorts = {
    ...ingestPorts(env, isolate),
    expectPosts,
    outbox: { store: isolate.store, enqueue: (due) => enqueueDeliveries(env.DELIVERIES, due) },
  };
  return { ports, flush: metricsFlusher(env, isolate, defer) };
}
