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

export default {
  async fetch(request, env, context) {
    const { ports, flush } = wireApi(env, (work) => context.waitUntil(work));
    const response = await api(ports).fetch(request);
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
