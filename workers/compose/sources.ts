import type { SourcesPorts } from "../../src/api/routes/sources.ts";
import { ENRICHERS } from "../../src/enrich/registry.ts";
import type { ProviderStatus } from "../../src/http/provider-guard.ts";
import { leftOutIn } from "../../src/observability/collector.ts";
import { SOURCES } from "../../src/sources/registry.ts";
import {
  type Plugins,
  providerReports,
  type StatusPorts,
  sourceStatuses,
  usedProviders,
} from "../../src/sources/status.ts";
import type { Bindings } from "../env.ts";
import type { SharedIsolate } from "./isolate.ts";
import { cursorsOf } from "./shared.ts";

const pluginsOf = ({ settings }: SharedIsolate): Plugins => ({
  sources: SOURCES,
  enrichers: ENRICHERS,
  switches: settings,
});

export const providerStatus = async (env: Bindings, name: string): Promise<ProviderStatus> =>
  env.PROVIDERS.getByName(name).status(name);

const statusPorts = (env: Bindings, isolate: SharedIsolate): StatusPorts => ({
  provider: (name) => providerStatus(env, name),
  cursor: cursorsOf(env, isolate).cursor,
  leftOut: async (source) =>
    leftOutIn((await env.METRICS.getByName("all").totals()).counters, source),
  stream: async () =>
    env.JETSTREAM.getByName("all")
      .state()
      .catch(() => null),
});

/** What GET /sources and GET /providers answer. */
export function sourcesPorts(env: Bindings, isolate: SharedIsolate): SourcesPorts {
  const plugins = pluginsOf(isolate);
  const ports = statusPorts(env, isolate);
  return {
    sources: () => sourceStatuses(plugins, ports),
    providers: () => providerReports(plugins, ports),
    async reset(provider) {
      if (!usedProviders(plugins).includes(provider)) return false;
      await env.PROVIDERS.getByName(provider).reset();
      return true;
    },
  };
}

/** The services that this deployment calls. */
export const usedProviderNames = (isolate: SharedIsolate): string[] =>
  usedProviders(pluginsOf(isolate));

/** For the gauges of their breakers and budgets. */
export const usedProviderStatuses = (
  env: Bindings,
  isolate: SharedIsolate,
): Promise<ProviderStatus[]> =>
  Promise.all(usedProviderNames(isolate).map((name) => providerStatus(env, name)));
