import { offerPosts } from "../../src/intake/accept.ts";
import { newTraceparent } from "../../src/intake/post-traces.ts";
import type { RetentionDays } from "../../src/schedule/retention.ts";
import type { TickPorts } from "../../src/schedule/tick.ts";
import type { Settings } from "../../src/settings/settings.ts";
import type { PollPorts } from "../../src/sources/poll.ts";
import { SOURCES } from "../../src/sources/registry.ts";
import type { Bindings } from "../env.ts";
import { isolateOf, type SharedIsolate } from "./isolate.ts";
import {
  acceptPorts,
  type ComposedPorts,
  cursorsOf,
  type DeferWork,
  depthsOf,
  guardedPorts,
  metricsFlusher,
  runtimePorts,
  sweeperOf,
  uuid,
} from "./shared.ts";

export function composeCron(env: Bindings, defer: DeferWork): ComposedPorts<TickPorts> {
  const isolate = isolateOf(env);
  const ports: TickPorts = {
    ...runtimePorts(isolate),
    sources: SOURCES,
    switches: isolate.settings.sources,
    poll: pollPorts(env, isolate, defer),
    onRejected: cursorsOf(env, isolate).invalidate,
    keepStreams: async () =>
      env.JETSTREAM.getByName("all")
        .keep()
        .catch(() => undefined),
    queueDepths: () => depthsOf(env),
    alerts: async (tick) =>
      env.ALERTS.getByName("all")
        .tick(tick)
        .catch((error: unknown) =>
          isolate.log({ stage: "alert", level: "warn", outcome: "failed", reason: String(error) }),
        ),
    store: isolate.store,
    days: retentionDays(isolate.settings.core),
    archive:
      env.ARCHIVE &&
      (async (what, before) => env.SWEEPER.getByName("archive").archiveBatch(what, before)),
    requeueAfterSeconds: isolate.settings.core.REQUEUE_AFTER_SECONDS,
    sweeper: sweeperOf(env),
  };
  return { ports, flush: metricsFlusher(env, isolate, defer) };
}

export const pollPorts = (env: Bindings, isolate: SharedIsolate, defer: DeferWork): PollPorts => ({
  ...guardedPorts(env, isolate),
  trace: newTraceparent(uuid(), isolate.settings.core.TRACE_RATIO),
  store: cursorsOf(env, isolate),
  accept: (posts) => offerPosts(posts, acceptPorts(env, isolate, defer)),
});

const retentionDays = (settings: Settings): RetentionDays => ({
  posts: settings.RETENTION_DAYS_POSTS,
  events: settings.RETENTION_DAYS_EVENTS,
  deliveries: settings.RETENTION_DAYS_DELIVERIES,
  deadLetters: settings.RETENTION_DAYS_DEAD_LETTERS,
  history: settings.RETENTION_DAYS_HISTORY,
  features: settings.RETENTION_DAYS_FEATURES,
});
