import { cache, waitUntil } from "cloudflare:workers";
import { apiApp } from "../src/api/app.ts";
import { problem } from "../src/api/problem.ts";
import { consumeBatch } from "../src/queues/consume.ts";
import { runTick } from "../src/schedule/tick.ts";
import { composeApi } from "./compose/api.ts";
import { composeCron } from "./compose/cron.ts";
import { isolateOf, onceAnIsolate } from "./compose/isolate.ts";
import { composeQueues } from "./compose/queues.ts";
import { type Bindings, settingsOf } from "./env.ts";
import { isForeignRequest } from "./platform/local-guard.ts";
import { answerPurge } from "./platform/own-cache.ts";
import { answerPage } from "./platform/pages.ts";

export { AlertsObject } from "./objects/alerts.ts";
export { ChannelObject } from "./objects/channel.ts";
export { CommitsObject } from "./objects/commits.ts";
export { EventObject } from "./objects/event.ts";
export { JetstreamObject } from "./objects/jetstream.ts";
export { MetricsObject } from "./objects/metrics.ts";
export { ProviderObject } from "./objects/provider.ts";
export { StreamObject } from "./objects/stream.ts";
export { SweeperObject } from "./objects/sweeper.ts";

/** Its routes are compiled at the first request. */
const appOf = onceAnIsolate((env) => {
  const { ports, flush } = composeApi(env, waitUntil);
  const app = apiApp(ports);
  return { answer: async (request: Request) => app.fetch(request), flush };
});

export default {
  async fetch(request, env, context) {
    const purged = await answerPurge(context.props, cache);
    if (purged !== undefined) return purged;
    // Before the guard: a link of another site may open a page, whose requests are its own.
    const page = answerPage(request, env.ASSETS);
    if (page !== undefined) return page;
    if (settingsOf(env).core.LOCAL && isForeignRequest(request))
      return problem(403, "A page of another site may not ask a Worker on this machine.");
    const { colo } = request.cf ?? {};
    if (typeof colo === "string") isolateOf(env).points.setColo(colo);
    const { answer, flush } = appOf(env);
    const response = await answer(request);
    flush();
    return response;
  },
  async scheduled(event, env, context) {
    const { ports, flush } = composeCron(env, (work) => context.waitUntil(work));
    await runTick(event, ports);
    flush();
  },
  async queue(batch, env, context) {
    const { ports, flush } = composeQueues(env, (work) => context.waitUntil(work));
    await consumeBatch(batch, ports);
    flush();
  },
} satisfies ExportedHandler<Bindings>;
