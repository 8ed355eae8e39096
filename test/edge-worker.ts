/**
 * What the tests in workerd run in: the objects under test, without the rest of the Worker, which
 * takes half a minute to load.
 */
import type { Bindings } from "../workers/env.ts";
import { answerPurge } from "../workers/platform/own-cache.ts";

export { MetricsObject } from "../workers/objects/metrics.ts";
export { ProviderObject } from "../workers/objects/provider.ts";
export { StreamObject } from "../workers/objects/stream.ts";

/** Leaves what it is asked to purge where a test finds it: this entrypoint has no cache here. */
export default {
  fetch: async (_, { RULES }, context) =>
    (await answerPurge(context.props, {
      purge: async ({ tags }) => {
        await RULES.put("purged", JSON.stringify(tags));
        return { success: true, errors: [] };
      },
    })) ?? new Response("no purge", { status: 404 }),
} satisfies ExportedHandler<Bindings>;
