import type { RoutingPorts } from "../../src/api/routes/routing.ts";
import { channelKind, isStreamKind } from "../../src/channels/registry.ts";
import { VOCABULARY } from "../../src/enrich/registry.ts";
import { iso } from "../../src/kit/time.ts";
import type { ChannelConfig } from "../../src/model/channel-config.ts";
import { isDefaultTenant } from "../../src/model/tenant.ts";
import { previewRoutes } from "../../src/outbox/route-preview.ts";
import { loadRoutes } from "../../src/routing/load.ts";
import { unknownChannels } from "../../src/routing/routes.ts";
import type { SharedIsolate } from "./isolate.ts";

/** The longest that an isolate goes by the routes before: what it holds, and KV's cache. */
const LIVE_WITHIN_MS = 90_000;

/** What the API asks of the routing. `wake` has the sweeper look no later than at a time. */
export function routingPorts(
  { routes, rules, settings, store, now }: SharedIsolate,
  wake: (at: number) => Promise<void>,
): RoutingPorts {
  const readers = async () =>
    (await store.channels()).filter(
      (channel) => !isStreamKind(channel.kind) && isDefaultTenant(channel),
    );
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
    async askMuted() {
      const at = now() + LIVE_WITHIN_MS;
      const waiting = await store.askMutedAt(iso(at)).catch(() => false);
      if (waiting) await wake(at);
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
