import type { SourceStatus, SourcesPorts } from "../src/api/sources.ts";
import { ENRICHERS } from "../src/enrich/index.ts";
import type { ProviderStatus } from "../src/kit/gate.ts";
import { SOURCES } from "../src/sources/index.ts";
import type { Source } from "../src/sources/source.ts";
import type { Bindings } from "./env.ts";
import type { Isolate } from "./isolate.ts";

/** Every service that the configured sources and enrichers call. */
function providerNames(variables: Isolate["variables"]): string[] {
  const sources = SOURCES.flatMap((source) => {
    const configured = source.configure(variables);
    return configured.kind === "on" ? configured.providers : [];
  });
  const enrichers = ENRICHERS.filter((enricher) => enricher.configure(variables).kind === "on").map(({ name }) => name);
  return [...new Set([...enrichers, ...sources])].sort();
}

async function sourceStatus(source: Source, isolate: Isolate, verdicts: ReadonlyMap<string, string>): Promise<SourceStatus> {
  const { name, title, kind } = source;
  const configured = source.configure(isolate.variables);
  const said = { source: name, title, kind };
  if (configured.kind === "off") {
    return { ...said, on: false, why: configured.why, everyMinutes: null, polledAt: null, lastVerdict: null, providers: [] };
  }
  const place = kind === "poll" ? await isolate.store.cursor(name).catch(() => undefined) : undefined;
  const last = configured.providers.flatMap((provider) => verdicts.get(provider) ?? []);
  return {
    ...said,
    on: true,
    why: null,
    everyMinutes: kind === "poll" ? configured.everyMinutes : null,
    polledAt: place?.polledAt ?? null,
    lastVerdict: last.find((kind) => kind !== "ok" && kind !== "empty") ?? last[0] ?? null,
    providers: configured.providers,
  };
}

/** What GET /sources and GET /providers tell. */
export function sourcesPorts(env: Bindings, isolate: Isolate): SourcesPorts {
  const object = (name: string) => env.PROVIDERS.get(env.PROVIDERS.idFromName(name));
  const providers = async (): Promise<ProviderStatus[]> =>
    Promise.all(providerNames(isolate.variables).map(async (name) => object(name).status(name)));
  return {
    providers,
    async sources() {
      const verdicts = new Map(
        (await providers()).flatMap(({ provider, last }) => (last === null ? [] : [[provider, last.kind] as const])),
      );
      return Promise.all(SOURCES.map((source) => sourceStatus(source, isolate, verdicts)));
    },
    async reset(provider) {
      if (!providerNames(isolate.variables).includes(provider)) return false;
      await object(provider).reset();
      return true;
    },
  };
}
