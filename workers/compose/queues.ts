import { seenWindow } from "../../src/dedup/window.ts";
import type { QueuePorts } from "../../src/queues/consume.ts";
import type { Bindings } from "../env.ts";
import { isolateOf } from "./isolate.ts";
import { judgingBy } from "./judging.ts";
import {
  broadcaster,
  type ComposedPorts,
  type DeferWork,
  delivererOf,
  eventMentions,
  metricsFlusher,
  queuesOf,
  runtimePorts,
} from "./shared.ts";

export function composeQueues(env: Bindings, defer: DeferWork): ComposedPorts<QueuePorts> {
  const isolate = isolateOf(env);
  const ports: QueuePorts = {
    ...runtimePorts(isolate),
    store: isolate.store,
    mentions: queuesOf(env).mentions,
    seen: seenWindow(isolate.redis),
    judging: judgingBy(isolate),
    ...eventMentions(env, isolate),
    deliver: delivererOf(env, isolate),
    broadcast: broadcaster(env, isolate, defer),
    postLines: isolate.settings.core.LOG_POSTS,
  };
  return { ports, flush: metricsFlusher(env, isolate, defer) };
}
