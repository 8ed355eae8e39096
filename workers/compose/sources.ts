import type { SourceStatus, SourcesPorts } from "../../src/api/routes/sources.ts";
import { ENRICHERS } from "../../src/enrich/registry.ts";
import type { ProviderStatus } from "../../src/http/provider-guard.ts";
import { iso } from "../../src/kit/time.ts";
import type { CursorCache } from "../../src/schedule/cursor-cache.ts";
import { SOURCES } from "../../src/sources/registry.ts";
import type { Source } from "../../src/sources/source.ts";
import type { Bindings } from "../env.ts";
import type { SharedIsolate } from "./isolate.ts";
import { cursorsOf } from "./shared.ts";

/** The last verdict of each provider. */
type Verdicts = ReadonlyMap<string, string>;

/** Every service that the configured sources and enrichers call. */
function providerNames(variables: SharedIsolate["variables"]): string[] {
  const sources = SOURCES.flatMap((source) => {
    const configured = source.configure(variables);
    return configured.kind === "on" ? configured.providers : [];
  });
  const enrichers = ENRICHERS.filter(
    (enricher) => enricher.configure(variables).kind === "on",
  ).flatMap((each) => each.providers);
  return [...new Set([...enrichers, ...sources])].sort();
}

type Place = Pick<SourceStatus, "polledAt" | "movedAt" | "lastVerdict">;
const NOWHERE: Place = { polledAt: null, movedAt: null, lastVerdict: null };

/** A stream is read as long as its connection speaks. */
async function streamPlace(env: Bindings): Promise<Place> {
  const state = await env.JETSTREAM.getByName("all")
    .state()
    .catch(() => null);
  if (state === null) return NOWHERE;
  return {
    movedAt: state.cursor === null ? null : iso(Number(state.cursor) / 1_000),
    polledAt: state.lastFrameAt === null ? null : iso(state.lastFrameAt),
    lastVerdict: state.connected ? "ok" : state.failures > 0 ? "retry" : null,
  };
}

async function pollPlace(
  name: string,
  providers: string[],
  cursors: CursorCache,
  verdicts: Verdicts,
): Promise<Place> {
  const place = await cursors.cursor(name).catch(() => undefined);
  const last = providers.flatMap((provider) => verdicts.get(provider) ?? []);
  const worst = last.find((kind) => kind !== "ok" && kind !== "empty");
  return {
    polledAt: place?.polledAt ?? null,
    movedAt: place?.movedAt ?? null,
    lastVerdict: worst ?? last[0] ?? null,
  };
}

async function sourceStatus(
  source: Source,
  env: Bindings,
  isolate: SharedIsolate,
  verdicts: Verdicts,
): Promise<SourceStatus> {
  const { name, title, kind } = source;
  const configured = source.configure(isolate.variables);
  const said = { source: name, title, kind };
  if (configured.kind === "off") {
    return {
      ...said,
      on: false,
      why: configured.why,
      everyMinutes: null,
      ...NOWHERE,
      providers: [],
    };
  }
  const { everyMinutes, providers } = configured;
  const known = {
    ...said,
    on: true,
    why: null,
    everyMinutes: kind === "poll" ? everyMinutes : null,
    providers,
  };
  if (kind === "poll")
    return { ...known, ...(await pollPlace(name, providers, cursorsOf(env, isolate), verdicts)) };
  if (kind === "stream") return { ...known, ...(await streamPlace(env)) };
  return { ...known, ...NOWHERE };
}

/** What GET /sources and GET /providers tell. */
export function sourcesPorts(env: Bindings, isolate: SharedIsolate): SourcesPorts {
  const object = (name: string) => env.PROVIDERS.getByName(name);
  const providers = async (): Promise<ProviderStatus[]> =>
    Promise.all(providerNames(isolate.variables).map(async (name) => object(name).status(name)));
  return {
    providers,
    async sources() {
      const verdicts = new Map(
        (await providers()).flatMap(({ provider, last }) =>
          last === null ? [] : [[provider, last.kind] as const],
        ),
      );
      return Promise.all(SOURCES.map((source) => sourceStatus(source, env, isolate, verdicts)));
    },
    async reset(provider) {
      if (!providerNames(isolate.variables).includes(provider)) return false;
      await object(provider).reset();
      return true;
    },
  };
}
