import { z } from "zod";
import type { Envelope } from "../src/model/envelope.ts";
import type { ChannelObject } from "./channel-object.ts";
import type { EventObject } from "./event-object.ts";
import type { JetstreamObject } from "./jetstream-object.ts";
import type { MetricsObject } from "./metrics-object.ts";
import type { ProviderObject } from "./provider-object.ts";
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

const list = z
  .string()
  .default("")
  .transform((text) => text.split(/[\s,]+/).filter(Boolean));
const flag = z.enum(["on", "off"]);

export const Settings = z.object({
  DATABASE_URL: z.string().startsWith("postgres", "is not a postgresql:// connection string"),
  NEON_FETCH_ENDPOINT: z.url().optional(),
  UPSTASH_REDIS_REST_URL: z.url().optional(),
  UPSTASH_REDIS_REST_TOKEN: z.string().optional(),
  ADMIN_KEY: z.string().optional(),
  EVENT_WINDOW_MINUTES: z.coerce.number().int().min(1).max(1440).default(60),
  LANGUAGES: list,
  PUBLIC_READ: flag.default("on"),
  EGRESS_ALLOW: list,
  /** How long an accepted post may stay without an outcome before it is sent through the queue again. */
  REQUEUE_AFTER_SECONDS: z.coerce.number().int().min(5).default(600),
  LOCAL: z.string().optional(),
});
export type Settings = z.infer<typeof Settings>;

const parsed = new WeakMap<object, Settings>();

/** The variables and secrets, checked once per isolate. Throws one error that names every setting that is wrong. */
export function settings(env: Bindings): Settings {
  const known = parsed.get(env);
  if (known) return known;
  const read = Settings.safeParse(env);
  if (!read.success) throw new Error(`settings: ${z.prettifyError(read.error)}`);
  parsed.set(env, read.data);
  return read.data;
}

/** Plain variables and secrets by name, for adapters that check their own settings. */
export const variables = (env: Bindings): Record<string, string> =>
  Object.fromEntries(Object.entries<unknown>(env).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])));
