import { seenWindow } from "../../src/dedup/window.ts";
import { type JudgeWatch, judge } from "../../src/pipeline.ts";
import type { QueuePorts } from "../../src/queues/consume.ts";
import type { Bindings } from "../env.ts";
import { isolateOf, type SharedIsolate } from "./isolate.ts";
import {
  broadcaster,
  type ComposedPorts,
  type DeferWork,
  metricsFlusher,
  placementOf,
  runtimePorts,
} from "./shared.ts";

/** In production the clock stands still while code computes: there these steps take no time. */
const timedBy =
  ({ now, telemetry }: SharedIsolate, source: string): JudgeWatch =>
  (stage, step) => {
    const began = now();
    const done = step();
    telemetry.observe("pipeline_latency_ms", { stage, source }, now() - began);
    return done;
  };

export function composeQueues(env: Bindings, defer: DeferWork): ComposedPorts<QueuePorts> {
  const isolate = isolateOf(env);
  const settings = isolate.settings.core;
  const placement = placementOf(isolate);
  const ports: QueuePorts = {
    ...runtimePorts(isolate),
    store: isolate.store,
    mentions: env.MENTIONS,
    seen: seenWindow(isolate.redis),
    async judging() {
      const [blacklist, authors, coins] = await Promise.all([
        isolate.blacklist.get(),
        isolate.authors.get(),
        isolate.coins.get(),
      ]);
      const filter = { languages: settings.LANGUAGES, spamFrom: settings.SPAM_FROM, blacklist };
      const refine = { windowMinutes: settings.EVENT_WINDOW_MINUTES, authors, coins };
      return (post) => judge(post, { filter, refine }, undefined, timedBy(isolate, post.source));
    },
    addMentions: (eventKey, mentions, traceId) =>
      env.EVENTS.getByName(eventKey, placement).add(mentions, traceId),
    deliver: (channelId, id) =>
      env.CHANNELS.getByName(`channel:${channelId}`, placement).deliver(id, channelId),
    broadcast: broadcaster(env, defer),
  };
  return { ports, flush: metricsFlusher(env, isolate, defer) };
}
