import type { ArchiveBucket } from "../../src/archive/bucket.ts";
import type { GuardedPorts } from "../../src/http/provider-call.ts";
import type { AcceptPorts, RequeuePorts } from "../../src/intake/accept.ts";
import type { DirectMentionsPorts } from "../../src/intake/direct-mentions.ts";
import type { Envelope } from "../../src/model/envelope.ts";
import type { BroadcastLive } from "../../src/observability/live.ts";
import { shardedQueue } from "../../src/queues/shards.ts";
import { type CursorCache, cursorCache } from "../../src/schedule/cursor-cache.ts";
import type { Bindings } from "../env.ts";
import { MAX_POINTS, sendPoints, writePoints } from "../platform/analytics.ts";
import { sharedGuard } from "../platform/provider-guard.ts";
import { queueBacklogs, queueDepths } from "../platform/queue-backlogs.ts";
import { r2Bucket } from "../platform/r2-bucket.ts";
import { STREAM_ROOT } from "../platform/stream-places.ts";
import { onceAnIsolate, type SharedIsolate, sleepFor } from "./isolate.ts";
import { judgingBy } from "./judging.ts";

export { sleepFor };

/*
 * The composition root: `env` ends in this folder. One file for each handler and object, which
 * gives exactly the ports that it asks for; here is what several of them use.
 */

/** Keeps the invocation alive for work that nobody waits for. */
export type DeferWork = (work: Promise<unknown>) => void;

/** `flush` sends what was counted; call it once, at the end. */
export type ComposedPorts<T> = { ports: T; flush(): void };

export const uuid = (): string => crypto.randomUUID();

/** A dataset is written to without a call. */
function writeCounted(env: Bindings, { points, settings }: SharedIsolate): void {
  if (settings.core.ANALYTICS_SINK_URL === undefined)
    writePoints(env.ANALYTICS, points.drain(MAX_POINTS));
}

/** Of the calls that a quarter of a second may bring together. */
const MOST_SUNK = 4 * MAX_POINTS;

function sendCounted(env: Bindings, isolate: SharedIsolate, defer: DeferWork): void {
  const { metrics, points, settings } = isolate;
  const { ANALYTICS_SINK_URL: sink, ANALYTICS_TOKEN: token = "" } = settings.core;
  if (sink !== undefined) defer(sendPoints(points.drain(MOST_SUNK), { url: sink, token }));
  const exported = isolate.spans?.flush();
  if (exported !== undefined) defer(exported);
  const deltas = metrics.drain();
  if (deltas === null) return;
  defer(
    env.METRICS.getByName("all")
      .add(deltas)
      .catch(() => undefined),
  );
}

export const metricsFlusher =
  (env: Bindings, isolate: SharedIsolate, defer: DeferWork): (() => void) =>
  () => {
    writeCounted(env, isolate);
    sendCounted(env, isolate, defer);
  };

/** For the API: what the requests of an isolate count is written and sent together. */
export const spacedFlusher =
  (env: Bindings, isolate: SharedIsolate, defer: DeferWork): (() => void) =>
  () =>
    isolate.requestsSpaced(() => {
      writeCounted(env, isolate);
      sendCounted(env, isolate, defer);
    }, defer);

/** For objects: what an isolate's objects count is sent together. */
export const spacedMetricsFlusher =
  (env: Bindings, isolate: SharedIsolate, defer: DeferWork): (() => void) =>
  () => {
    writeCounted(env, isolate);
    isolate.metricsSpaced(() => sendCounted(env, isolate, defer), defer);
  };

export const runtimePorts = ({ now, log, telemetry, spans }: SharedIsolate) => ({
  ...{ now, log, telemetry },
  ...(spans && { span: spans.write }),
});

/** For objects: what an isolate's objects have for the audience is sent together. */
export function spacedBroadcaster(
  env: Bindings,
  isolate: SharedIsolate,
  defer: DeferWork,
): BroadcastLive {
  const publish = broadcaster(env, isolate, defer);
  return async (messages) => {
    isolate.recent.forget();
    isolate.unheard.push(...messages.slice(0, MOST_UNHEARD - isolate.unheard.length));
    isolate.liveSpaced(() => void publish(isolate.unheard.splice(0)), defer);
  };
}

/** Best effort: the store has the truth, so nobody waits for the audience. */
export const broadcaster =
  (env: Bindings, isolate: SharedIsolate, defer: DeferWork): BroadcastLive =>
  async (messages) => {
    isolate.recent.forget();
    defer(
      env.STREAM.getByName(STREAM_ROOT)
        .publish(messages)
        .catch(() => undefined),
    );
  };

/** An audience cannot follow more within a fraction of a second. */
const MOST_UNHEARD = 1_000;

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
    schedulePostSweep: (at: number): Promise<void> =>
      ask(async () => env.SWEEPER.getByName("all").schedulePostSweep(at)),
  };
};

/** Where an object is made that talks to the database: at its first call, and it stays there. */
export const placementOf = ({ settings }: SharedIsolate) => {
  const locationHint = settings.core.LOCATION_HINT;
  return locationHint === undefined ? {} : { locationHint };
};

/** Attempts a delivery through its channel's object. */
export const delivererOf =
  (env: Bindings, isolate: SharedIsolate) =>
  async (channelId: number, id: number): Promise<void> =>
    env.CHANNELS.getByName(`channel:${channelId}`, placementOf(isolate)).deliver(id, channelId);

export const eventMentions = (env: Bindings, isolate: SharedIsolate): DirectMentionsPorts => ({
  addMentions: (eventKey, mentions, mayHold) =>
    env.EVENTS.getByName(eventKey, placementOf(isolate)).add(mentions, mayHold),
  sleep: sleepFor,
});

/** The copies of the cursors are kept by the sweeper's object. */
export const cursorsOf = (env: Bindings, { store }: SharedIsolate): CursorCache =>
  cursorCache(store, {
    get: async (source) => env.SWEEPER.getByName("all").cursor(source),
    put: async (source, cached) => env.SWEEPER.getByName("all").keepCursor(source, cached),
  });

export function guardedPorts(env: Bindings, isolate: SharedIsolate): GuardedPorts {
  const { now, called, guards } = isolate;
  return {
    fetch: (url, init) => fetch(url, init),
    now,
    telemetry: called,
    sleep: sleepFor,
    guard: sharedGuard((provider) => env.PROVIDERS.getByName(provider), guards, now),
  };
}

export function requeuePorts(env: Bindings, isolate: SharedIsolate): RequeuePorts {
  return {
    ...runtimePorts(isolate),
    store: isolate.store,
    posts: queuesOf(env).posts,
    requeueAfterSeconds: isolate.settings.core.REQUEUE_AFTER_SECONDS,
    schedulePostSweep: sweeperOf(env).schedulePostSweep,
  };
}

export function acceptPorts(env: Bindings, isolate: SharedIsolate, defer: DeferWork): AcceptPorts {
  return {
    ...requeuePorts(env, isolate),
    mentions: queuesOf(env).mentions,
    ...eventMentions(env, isolate),
    uuid,
    traceRatio: isolate.settings.core.TRACE_RATIO,
    overloadedAfterSeconds: isolate.settings.core.OVERLOADED_AFTER_SECONDS,
    judging: judgingBy(isolate),
    broadcast: broadcaster(env, isolate, defer),
    postLines: isolate.settings.core.LOG_POSTS,
  };
}

/** The queues, each of them one however many shards it has. */
export const queuesOf = onceAnIsolate((env) => ({
  posts: shardedQueue([env.POSTS, ...furtherShards(env, "POSTS")]),
  mentions: shardedQueue([env.MENTIONS, ...furtherShards(env, "MENTIONS")]),
  deliveries: env.DELIVERIES,
}));

function furtherShards(env: Bindings, name: "POSTS" | "MENTIONS"): Queue<Envelope>[] {
  const shards: Queue<Envelope>[] = [];
  for (let n = 1; ; n++) {
    const shard = env[`${name}_${n}`];
    if (shard === undefined) return shards;
    shards.push(shard);
  }
}

/** The archive's; undefined where none is bound. */
export const bucketOf = ({ ARCHIVE }: Bindings): ArchiveBucket | undefined =>
  ARCHIVE && r2Bucket(ARCHIVE);

export const backlogsOf = (env: Bindings): Promise<Record<string, number | null>> =>
  queueBacklogs(queuesOf(env));

export const depthsOf = (env: Bindings): ReturnType<typeof queueDepths> =>
  queueDepths(queuesOf(env));
