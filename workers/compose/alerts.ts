import builtIn from "../../rules/alerts.yml";
import type { AlertsPorts } from "../../src/alerts/alerts-actor.ts";
import type { HeartbeatTarget } from "../../src/alerts/heartbeat.ts";
import { type AlertSet, loadAlerts } from "../../src/alerts/load-alerts.ts";
import { auditRange } from "../../src/audit/audit-range.ts";
import { channelKind } from "../../src/channels/registry.ts";
import type { Bindings } from "../env.ts";
import { isolateOf, type SharedIsolate } from "./isolate.ts";
import {
  type ComposedPorts,
  type DeferWork,
  metricsFlusher,
  runtimePorts,
  sleepFor,
} from "./shared.ts";
import { providerStatus, usedProviderNames } from "./sources.ts";

const heartbeatOf = ({ settings: { core, channels } }: SharedIsolate): HeartbeatTarget | null =>
  core.HEARTBEAT_URL === undefined
    ? null
    : {
        url: core.HEARTBEAT_URL,
        policy: { allow: channels.EGRESS_ALLOW, ownHosts: channels.OWN_HOSTS },
      };

/** One sender tells a channel one notice at a time; no delivery has such a holder. */
const holderOf = (channelId: number): number => -100 * channelId - 50;

const reserveIn =
  (env: Bindings): AlertsPorts["reserve"] =>
  async (channelId, limits) => {
    const waits = limits.map((limit, n) =>
      env.CHANNELS.getByName(limit.shared ? `limit:${limit.key}` : `channel:${channelId}`).reserve(
        holderOf(channelId) - n,
        limit,
      ),
    );
    return Math.max(0, ...(await Promise.all(waits)));
  };

export function composeAlerts(
  env: Bindings,
  defer: DeferWork,
): ComposedPorts<Omit<AlertsPorts, "defer">> {
  const isolate = isolateOf(env);
  const { store, settings, rules } = isolate;
  const ports: Omit<AlertsPorts, "defer"> = {
    ...runtimePorts(isolate),
    alerts: () => isolate.alerts.get().catch(() => builtInAlerts(settings.rules)),
    totals: async () => env.METRICS.getByName("all").totals(),
    usedProviders: usedProviderNames(isolate),
    provider: (name) => providerStatus(env, name),
    store: { backlog: () => store.backlog(), channels: isolate.storedChannels },
    coverAudit: (until) => store.coverAudit(until),
    audit: (range) => auditRange(range, { store, rulesVersion: rules.version }),
    openChannels: isolate.openChannels,
    heartbeat: heartbeatOf(isolate),
    fetch: (url, init) => fetch(url, init),
    env: settings.channels,
    kind: channelKind,
    called: isolate.called,
    sleep: sleepFor,
    reserve: reserveIn(env),
  };
  return { ports, flush: metricsFlusher(env, isolate, defer) };
}

/** For an isolate that can read nothing else. */
function builtInAlerts(variables: Record<string, string>): AlertSet {
  const read = loadAlerts(builtIn, variables);
  if (read.kind === "loaded") return read.value;
  throw new Error(`the alerts.yml built into the Worker: ${read.problems[0]?.message}`);
}
