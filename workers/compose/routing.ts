import type { RoutingPorts } from "../../src/api/routes/routing.ts";
import { channelKind, isStreamKind } from "../../src/channels/registry.ts";
import { VOCABULARY } from "../../src/enrich/registry.ts";
import type { ChannelConfig } from "../../src/model/channel-config.ts";
import { previewRoutes } from "../../src/outbox/route-preview.ts";
import { loadRoutes } from "../../src/routing/load.ts";
import { unknownChannels } from "../../src/routing/routes.ts";
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

/** For /healthz: routes that could not be read, and channels that they name and nobody has. */
export async function routeNotes(
  channels: readonly ChannelConfig[],
  { routes }: SharedIsolate,
): Promise<string[]> {
  const inForce = await routes.current();
  const { rejected } = routes.status();
  const names = channels.map(({ name }) => name);
  const gone = inForce === null ? [] : unknownChannels(inForce, names);
  return [
    ...(rejected === null ? [] : [`routes refused: ${rejected}`]),
    ...gone.map(
      ({ route, channel }) => `the route ${route} names the channel ${channel}, which is not there`,
    ),
  ];
}
