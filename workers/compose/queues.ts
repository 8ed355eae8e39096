import { seenWindow } from "../../src/dedup/window.ts";
import { judge } from "../../src/pipeline.ts";
import type { QueuePorts } from "../../src/queues/consume.ts";
import type { Bindings } from "../env.ts";
import { isolateOf } from "./isolate.ts";
import {
  broadcaster,
  type ComposedPorts,
  type DeferWork,
  metricsFlusher,
  placementOf,
  runtimePorts,
} from "./shared.ts";

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
      return (post) => judge(post, { filter, refine });
    },
    addMentions: (eventKey, mentions, traceId) =>
      env.EVENTS.getByName(eventKey, placement).add(mentions, traceId),
    deliver: (channelId, id) =>
      env.CHANNELS.getByName(`channel:${channelId}`, placement).deliver(id, channelId),
    broadcast: broadcaster(env, defer),
  };
  return { ports, flush: metricsFlusher(env, isolate, defer) };
}
