import { api } from "../src/api/app.ts";
import { scheduled } from "./cron.ts";
import type { Bindings } from "./env.ts";
import { consume } from "./queues.ts";
import { wireQueues } from "./wire.ts";
import { wireApi, wireCron } from "./wire-api.ts";

export { ChannelObject } from "./channel-object.ts";
export { EventObject } from "./event-object.ts";
export { JetstreamObject } from "./jetstream-object.ts";
export { MetricsObject } from "./metrics-object.ts";
export { ProviderObject } from "./provider-object.ts";
export { StreamObject } from "./stream-object.ts";
export { SweeperObject } from "./sweeper-object.ts";

type App = { app: ReturnType<typeof api>; flush: () => void };
const apps = new WeakMap<Bindings, App>();

/** One for each isolate: its routes are compiled at the first request. */
function appOf(env: Bindings): App {
  const known = apps.get(env);
  if (known) return known;
  const { ports, flush } = wireApi(env);
  const made = { app: api(ports), flush };
  apps.set(env, made);
  return made;
}

export default {
  async fetch(request, env) {
    const { app, flush } = appOf(env);
    const response = await app.fetch(request);
    flush();
    return response;
  },
  async scheduled(event, env, context) {
    const { ports, flush } = wireCron(env, (work) => context.waitUntil(work));
    await scheduled(event, ports);
    flush();
  },
  async queue(batch, env, context) {
    const { ports, flush } = wireQueues(env, (work) => context.waitUntil(work));
    await consume(batch, ports);
    flush();
  },
} satisfies ExportedHandler<Bindings>;
