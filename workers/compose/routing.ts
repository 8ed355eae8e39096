import type { OwnRoutingPorts, RoutingPorts } from "../../src/api/routes/routing.ts";
import { channelKind, isStreamKind } from "../../src/channels/registry.ts";
import { VOCABULARY } from "../../src/enrich/registry.ts";
import { iso } from "../../src/kit/time.ts";
import type { ChannelConfig } from "../../src/model/channel-config.ts";
import { DEFAULT_TENANT } from "../../src/model/tenant.ts";
import { previewRoutes } from "../../src/outbox/route-preview.ts";
import { loadRoutes } from "../../src/routing/load.ts";
import { unknownChannels } from "../../src/routing/routes.ts";
import type { SharedIsolate } from "./isolate.ts";

/** The longest that an isolate goes by the routes before: what it holds, and KV's cache. */
const LIVE_WITHIN_MS = 90_000;

/** What the API asks of the routing. `wake` has the sweeper look no later than at a time. */
export const routingPorts = (
  isolate: SharedIsolate,
  wake: (at: number) => Promise<void>,
): RoutingPorts => ({ of: (tenant) => ownRouting(tenant, isolate, wake) });

function ownRouting(
  tenant: string,
  { routesOf, rules, settings, store, now }: SharedIsolate,
  wake: (at: number) => Promise<void>,
): OwnRoutingPorts {
  const own = store.ownRows(tenant);
  const readers = async () => (await own.channels()).filter(({ kind }) => !isStreamKind(kind));
  return {
    ...routesOf(tenant),
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
      const waiting = await own.askMutedAt(iso(at)).catch(() => false);
      if (waiting) await wake(at);
    },
    vocabulary: VOCABULARY,
    store: { event: store.event, auditLog: own.auditLog, recordChange: own.recordChange },
    now,
  };
}

/** For /healthz: routes that could not be read, and channels that they name and nobody has. */
export async function routeNotes(
  channels: readonly ChannelConfig[],
  { routesOf }: SharedIsolate,
): Promise<string[]> {
  const routes = routesOf(DEFAULT_TENANT);
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
