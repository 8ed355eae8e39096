import type { RoutingPorts } from "../../src/api/routes/routing.ts";
import { channelKind, isStreamKind } from "../../src/channels/registry.ts";
import { VOCABULARY } from "../../src/enrich/registry.ts";
import { previewRoutes } from "../../src/outbox/route-preview.ts";
import { loadRoutes } from "../../src/routing/load.ts";
import type { SharedIsolate } from "./isolate.ts";

/** What the API asks of the routing. */
export function routingPorts({ routes, rules, settings, store, now }: SharedIsolate): RoutingPorts {
  const readers = async () => (await store.channels()).filter(({ kind }) => !isStreamKind(kind));
  return {
    ...routes,
    load: (text, known) => loadRoutes(text, settings.rules, VOCABULARY, known),
    channels: async () =>
      (await readers()).map(({ name, kind }) => ({
        ...{ name, kind },
        collects: (channelKind(kind)?.digests ?? null) !== null,
      })),
    async preview(tried) {
      const [channels, { notify }] = await Promise.all([readers(), rules.current()]);
      return previewRoutes({ ...tried, channels, notify }, store);
    },
    vocabulary: VOCABULARY,
    store,
    now,
  };
}
