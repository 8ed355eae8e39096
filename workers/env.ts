import type { Envelope } from "../src/model/envelope.ts";
import { settingsProblem } from "../src/settings/define.ts";
import { Settings } from "../src/settings/settings.ts";
import type {
  ChannelRpc,
  EventRpc,
  JetstreamRpc,
  MetricsRpc,
  ProviderRpc,
  StreamRpc,
  SweeperRpc,
} from "./objects/rpc.ts";

/** What wrangler.toml binds, beside plain variables and secrets (which `settings` reads). */
export type Bindings = {
  POSTS: Queue<Envelope>;
  MENTIONS: Queue<Envelope>;
  DELIVERIES: Queue<Envelope>;
  EVENTS: DurableObjectNamespace<EventRpc>;
  CHANNELS: DurableObjectNamespace<ChannelRpc>;
  SWEEPER: DurableObjectNamespace<SweeperRpc>;
  STREAM: DurableObjectNamespace<StreamRpc>;
  METRICS: DurableObjectNamespace<MetricsRpc>;
  PROVIDERS: DurableObjectNamespace<ProviderRpc>;
  JETSTREAM: DurableObjectNamespace<JetstreamRpc>;
  RULES: KVNamespace;
  ANALYTICS: AnalyticsEngineDataset;
  ASSETS: Fetcher;
};

const parsed = new WeakMap<object, Settings>();

/**
 * The variables and secrets, checked once per isolate. Throws one error that names every setting
 * that is wrong.
 */
export function settingsOf(env: Bindings): Settings {
  const known = parsed.get(env);
  if (known) return known;
  const read = Settings.safeParse(env);
  if (!read.success) throw new Error(`settings: ${settingsProblem(read.error)}`);
  parsed.set(env, read.data);
  return read.data;
}

/** Plain variables and secrets by name, for adapters that check their own settings. */
export const variablesOf = (env: Bindings): Record<string, string> =>
  Object.fromEntries(
    Object.entries<unknown>(env).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value]] : [],
    ),
  );
