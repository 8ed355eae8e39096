import * as z from "zod";
import type { Envelope } from "../src/model/envelope.ts";
import type { ChannelObject } from "./channel-object.ts";
import type { EventObject } from "./event-object.ts";
import type { JetstreamObject } from "./jetstream-object.ts";
import type { MetricsObject } from "./metrics-object.ts";
import type { ProviderObject } from "./provider-object.ts";
import { Settings } from "./settings.ts";
import type { StreamObject } from "./stream-object.ts";
import type { SweeperObject } from "./sweeper-object.ts";

/** What wrangler.toml binds, beside plain variables and secrets (which `settings` reads). */
export type Bindings = {
  POSTS: Queue<Envelope>;
  MENTIONS: Queue<Envelope>;
  DELIVERIES: Queue<Envelope>;
  EVENTS: DurableObjectNamespace<EventObject>;
  CHANNELS: DurableObjectNamespace<ChannelObject>;
  SWEEPER: DurableObjectNamespace<SweeperObject>;
  STREAM: DurableObjectNamespace<StreamObject>;
  METRICS: DurableObjectNamespace<MetricsObject>;
  PROVIDERS: DurableObjectNamespace<ProviderObject>;
  JETSTREAM: DurableObjectNamespace<JetstreamObject>;
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
  if (!read.success) throw new Error(`settings: ${z.prettifyError(read.error)}`);
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
