import type { EnricherSwitch } from "../src/enrich/enricher.ts";
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
  /** Further shards of the queues, bound where QUEUE_SHARDS is more than 1. */
  [shard: `POSTS_${number}` | `MENTIONS_${number}`]: Queue<Envelope>;
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
  /** Bound by the deployment where AI_MODEL is set. */
  AI?: { run(model: string, input: unknown): Promise<unknown> };
  /** Bound where ARCHIVE_BUCKET is set. */
  ARCHIVE?: R2Bucket;
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
  const settings = withoutModel(parseSettings(Object.fromEntries(texts)), env);
  parsed.set(env, settings);
  return settings;
}

/** A model that needs the AI binding is off where there is none, and says so. */
function withoutModel(settings: ParsedSettings, { AI }: Bindings): ParsedSettings {
  const { enrichers } = settings;
  const isCut = (state: EnricherSwitch): boolean =>
    AI === undefined && state.kind === "on" && state.opinion?.needsBinding === true;
  const why = "the Worker has no AI binding: npm run deploy binds it where AI_MODEL is set";
  return {
    ...settings,
    enrichers: new Map(
      [...enrichers].map(([name, state]) => [name, isCut(state) ? { kind: "off", why } : state]),
    ),
  };
}
