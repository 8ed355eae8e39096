import type { Envelope } from "../src/model/envelope.ts";
import { type ParsedSettings, parseSettings } from "../src/settings/parse.ts";
import type {
  AlertsRpc,
  ChannelRpc,
  CommitsRpc,
  EventRpc,
  JetstreamRpc,
  MetricsRpc,
  ProviderRpc,
  StreamRpc,
  SweeperRpc,
} from "./objects/rpc.ts";

/** What wrangler.toml binds, beside plain variables and secrets (which `settingsOf` reads). */
export type Bindings = {
  POSTS: Queue<Envelope>;
  MENTIONS: Queue<Envelope>;
  DELIVERIES: Queue<Envelope>;
  EVENTS: DurableObjectNamespace<EventRpc>;
  COMMITS: DurableObjectNamespace<CommitsRpc>;
  CHANNELS: DurableObjectNamespace<ChannelRpc>;
  SWEEPER: DurableObjectNamespace<SweeperRpc>;
  STREAM: DurableObjectNamespace<StreamRpc>;
  METRICS: DurableObjectNamespace<MetricsRpc>;
  PROVIDERS: DurableObjectNamespace<ProviderRpc>;
  ALERTS: DurableObjectNamespace<AlertsRpc>;
  JETSTREAM: DurableObjectNamespace<JetstreamRpc>;
  RULES: KVNamespace;
  /** Bound by the deployment where HYPERDRIVE_ID is set. */
  HYPERDRIVE?: Hyperdrive;
  ANALYTICS: AnalyticsEngineDataset;
  ASSETS: Fetcher;
  /** Floors under the limits of the API, one for each policy of src/api/rate-limit.ts. */
  RATE_ADDRESS: RateLimit;
  RATE_KEY: RateLimit;
  RATE_ROUTE: RateLimit;
};

const parsed = new WeakMap<object, ParsedSettings>();

/**
 * Every setting, read once per isolate. No other file sees a raw variable. Throws one error that
 * names every setting that is wrong.
 */
export function settingsOf(env: Bindings): ParsedSettings {
  const known = parsed.get(env);
  if (known) return known;
  const texts = Object.entries<unknown>(env).filter(([, value]) => typeof value === "string");
  const settings = parseSettings(Object.fromEntries(texts));
  parsed.set(env, settings);
  return settings;
}
