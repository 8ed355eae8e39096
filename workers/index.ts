import { waitUntil } from "cloudflare:workers";
import { apiApp } from "../src/api/app.ts";
import { runTick } from "./cron.ts";
import { edgeCache } from "./edge-cache.ts";
import { type Bindings, settingsOf } from "./env.ts";
import { onceAnIsolate } from "./isolate.ts";
import { consumeBatch } from "./queues.ts";
import { wireQueues } from "./wire.ts";
import { wireApi, wireCron } from "./wire-api.ts";

export { ChannelObject } from "./channel-object.ts";
export { EventObject } from "./event-object.ts";
export { JetstreamObject } from "./jetstream-object.ts";
export { MetricsObject } from "./metrics-object.ts";
export { ProviderObject } from "./provider-object.ts";
export { StreamObject } from "./stream-object.ts";
export { SweeperObject } from "./sweeper-object.ts";

/** Its routes are compiled at the first request. */
const appOf = onceAnIsolate((env) => {
  const { ports, flush } = wireApi(env);
  const app = apiApp(ports);
  const { EDGE_CACHE, PUBLIC_READ } = settingsOf(env);
  // Where reads are no longer public, nor are the copies that were made while they were.
  if (EDGE_CACHE === "off" || PUBLIC_READ === "off")
    return { answer: async (request: Request) => app.fetch(request), flush };
  const cached = edgeCache(caches.default, ports.now, waitUntil);
  return {
    answer: (request: Request) => cached(request, async (asked) => app.fetch(asked)),
    flush,
  };
});

export default {
  async fetch(request, env) {
    const { answer, flush } = appOf(env);
    const response = await answer(request);
    flush();
    return response;
  },
  async scheduled(event, env, context) {
    const { ports, flush } = wireCron(env, (work) => context.waitUntil(work));
    await runTick(event, ports);
    flush();
  },
  async queue(batch, env, context) {
    const { ports, flush } = wireQueues(env, (work) => context.waitUntil(work));
    await consumeBatch(batch, ports);
    flush();
  },
} satisfies ExportedHandler<Bindings>;
