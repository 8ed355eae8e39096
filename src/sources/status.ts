import type { Enricher, EnricherSwitch } from "../enrich/enricher.ts";
import type { ProviderStatus } from "../http/provider-guard.ts";
import { iso } from "../kit/time.ts";
import type { LeftOut, ProviderReport, SourceStatus } from "../model/source-status.ts";
import type { JetstreamState } from "./jetstream/connection.ts";
import type { Source, SourceSwitch } from "./source.ts";

/** The sources and enrichers of this deployment, and what their settings made of each. */
export type Plugins = {
  sources: readonly Source[];
  enrichers: readonly Pick<Enricher, "name" | "providers">[];
  switches: {
    sources: ReadonlyMap<string, SourceSwitch>;
    enrichers: ReadonlyMap<string, EnricherSwitch>;
  };
};

export type StatusPorts = {
  /** The guard's record of a provider. */
  provider(name: string): Promise<ProviderStatus>;
  /** Where a polled source is; undefined before its first poll. May throw. */
  cursor(
    source: string,
  ): Promise<{ polledAt: string | null; movedAt: string | null; leftOut?: LeftOut } | undefined>;
  /** What was left out of what came to a source without a cursor: since the metrics began. */
  leftOut(source: string): Promise<LeftOut>;
  /** The stream's connection; null when it cannot be asked. Never throws. */
  stream(): Promise<JetstreamState | null>;
};

/** The last verdict of each provider. */
type Verdicts = ReadonlyMap<string, string>;
type Reading = Pick<SourceStatus, "polledAt" | "movedAt" | "lastVerdict" | "leftOut">;
const UNREAD: Reading = { polledAt: null, movedAt: null, lastVerdict: null, leftOut: {} };

const distinct = (names: Iterable<string>): string[] => [...new Set(names)].sort();

/** Every service that a source or enricher calls that is on. */
export function usedProviders({ sources, enrichers, switches }: Plugins): string[] {
  const bySources = sources.flatMap(({ name }) => {
    const state = switches.sources.get(name);
    return state?.kind === "on" ? state.providers : [];
  });
  const byEnrichers = enrichers.flatMap(({ name, providers }) =>
    switches.enrichers.get(name)?.kind === "on" ? providers : [],
  );
  return distinct([...byEnrichers, ...bySources]);
}

/** Why the enrichers that call a provider are off. */
function whyOff(provider: string, { enrichers, switches }: Plugins): string | null {
  const reasons = enrichers.flatMap(({ name, providers }) => {
    const state = switches.enrichers.get(name);
    return state?.kind === "off" && providers.includes(provider)
      ? [`enricher ${name}: ${state.why}`]
      : [];
  });
  return reasons.length === 0 ? null : reasons.join("; ");
}

/** Every provider in use, and those of each enricher that is off. */
export async function providerReports(
  plugins: Plugins,
  { provider }: Pick<StatusPorts, "provider">,
): Promise<ProviderReport[]> {
  const used = new Set(usedProviders(plugins));
  const all = distinct([...used, ...plugins.enrichers.flatMap(({ providers }) => providers)]);
  return Promise.all(
    all.map(async (name) => ({
      ...(await provider(name)),
      on: used.has(name),
      why: whyOff(name, plugins),
    })),
  );
}

/** A stream is read as long as its connection speaks. */
async function streamReading(name: string, { stream, leftOut }: StatusPorts): Promise<Reading> {
  const state = await stream();
  if (state === null) return UNREAD;
  return {
    movedAt: state.cursor === null ? null : iso(Number(state.cursor) / 1_000),
    polledAt: state.lastFrameAt === null ? null : iso(state.lastFrameAt),
    lastVerdict: state.connected ? "ok" : state.failures > 0 ? "retry" : null,
    leftOut: await leftOut(name).catch(() => ({})),
  };
}

async function pollReading(
  name: string,
  providers: string[],
  verdicts: Verdicts,
  { cursor }: StatusPorts,
): Promise<Reading> {
  const stored = await cursor(name).catch(() => undefined);
  const last = providers.flatMap((provider) => verdicts.get(provider) ?? []);
  const worst = last.find((kind) => kind !== "ok" && kind !== "empty");
  return {
    polledAt: stored?.polledAt ?? null,
    movedAt: stored?.movedAt ?? null,
    lastVerdict: worst ?? last[0] ?? null,
    leftOut: stored?.leftOut ?? {},
  };
}

async function statusOfSource(
  { name, title, kind }: Source,
  state: SourceSwitch | undefined,
  verdicts: Verdicts,
  ports: StatusPorts,
): Promise<SourceStatus> {
  const common = { source: name, title, kind };
  if (state?.kind !== "on")
    return {
      ...common,
      on: false,
      why: state?.why ?? "its settings were not read",
      everyMinutes: null,
      ...UNREAD,
      providers: [],
    };
  const { everyMinutes, providers } = state;
  const reading =
    kind === "poll"
      ? await pollReading(name, providers, verdicts, ports)
      : kind === "stream"
        ? await streamReading(name, ports)
        : { ...UNREAD, leftOut: await ports.leftOut(name).catch(() => ({})) };
  return {
    ...common,
    on: true,
    why: null,
    everyMinutes: kind === "poll" ? everyMinutes : null,
    ...reading,
    providers,
  };
}

/** What GET /sources answers: every source, on or off, and how its last poll went. */
export async function sourceStatuses(
  plugins: Plugins,
  ports: StatusPorts,
): Promise<SourceStatus[]> {
  const known = await Promise.all(usedProviders(plugins).map(ports.provider));
  const verdicts = new Map(
    known.flatMap(({ provider, last }) => (last === null ? [] : [[provider, last.kind] as const])),
  );
  return Promise.all(
    plugins.sources.map((source) =>
      statusOfSource(source, plugins.switches.sources.get(source.name), verdicts, ports),
    ),
  );
}
