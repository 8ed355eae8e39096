import alertsFile from "../../rules/alerts.yml";
import authorsList from "../../rules/authors.yml";
import blacklist from "../../rules/blacklist.yml";
import coinsList from "../../rules/coins.yml";
import builtInRoutes from "../../rules/routes.yml";
import builtInRules from "../../rules/rules.yml";
import { type AlertSet, loadAlerts } from "../../src/alerts/load-alerts.ts";
import { type FailedKeys, failedKeys } from "../../src/api/failed-keys.ts";
import { type KeyUses, keyUses } from "../../src/api/key-uses.ts";
import { type RateLimiter, rateLimiter } from "../../src/api/rate-limit.ts";
import { type RecentAnswers, recentAnswers } from "../../src/api/recent-answers.ts";
import { type SealedChannels, sealedChannels } from "../../src/channels/sealed-channels.ts";
import { type CachedValue, cached } from "../../src/concurrency/cached.ts";
import { layeredCache } from "../../src/concurrency/layered-cache.ts";
import type { Redis } from "../../src/concurrency/redis.ts";
import { type Spaced, spaced } from "../../src/concurrency/spaced.ts";
import { rememberedFeatures } from "../../src/enrich/features-memory.ts";
import { VOCABULARY } from "../../src/enrich/registry.ts";
import { type Blacklist, parseBlacklist } from "../../src/filter/blacklist.ts";
import type { CallRecord } from "../../src/http/request.ts";
import { type SecretBox, secretBox } from "../../src/kit/secret-box.ts";
import { iso } from "../../src/kit/time.ts";
import type { ChannelConfig } from "../../src/model/channel-config.ts";
import { DEFAULT_TENANT, isDefaultTenant, type TenantQuota } from "../../src/model/tenant.ts";
import { type MetricsCollector, metricsCollector } from "../../src/observability/collector.ts";
import type { LiveMessage } from "../../src/observability/live.ts";
import { batchLines, createLogger } from "../../src/observability/log.ts";
import { outsideCallReporter } from "../../src/observability/outside-calls.ts";
import { type PointCollector, pointCollector } from "../../src/observability/points/collector.ts";
import type { RuntimePorts } from "../../src/observability/runtime.ts";
import {
  type OtlpTarget,
  otlpExporter,
  type SpanExporter,
} from "../../src/observability/spans/otlp.ts";
import { bothTelemetries } from "../../src/observability/telemetry.ts";
import { type ListedAuthors, parseAuthors } from "../../src/refine/authors.ts";
import { type KnownCoins, parseCoins } from "../../src/refine/coins.ts";
import type { ParsedSettings } from "../../src/settings/parse.ts";
import { SECRETS_IN_CLEAR, type Settings } from "../../src/settings/settings.ts";
import type { FeatureStore } from "../../src/store/features.ts";
import type { Store } from "../../src/store/index.ts";
import { postgresCommits, postgresLeases, postgresStore } from "../../src/store/postgres/index.ts";
import type { Sql } from "../../src/store/postgres/sql.ts";
import { withReplica } from "../../src/store/replica.ts";
import { type Bindings, settingsOf } from "../env.ts";
import { hyperdriveSql } from "../platform/hyperdrive.ts";
import { type HotList, hotList } from "../platform/lists-kv.ts";
import { neonSql } from "../platform/neon.ts";
import { type GuardMemory, guardMemory } from "../platform/provider-guard.ts";
import { platformLimits, slidingWindow } from "../platform/rate-limit.ts";
import { type RoutesKv, routesFromKv } from "../platform/routes-kv.ts";
import { type RulesKv, rulesFromKv } from "../platform/rules-kv.ts";
import { noRedis, upstashClient, upstashRedis } from "../platform/upstash.ts";

/**
 * What all invocations and objects of one isolate share: clients without a connection of their own,
 * and values read lately. No promise is shared.
 */
export type SharedIsolate = RuntimePorts & {
  settings: ParsedSettings;
  metrics: MetricsCollector;
  points: PointCollector;
  /** Null: the spans of posts are exported nowhere. */
  spans: SpanExporter | null;
  store: Store;
  /** What the API reads from: the feed may be a replica's. */
  feed: Store;
  sealSecrets: SealedChannels["seal"];
  /** Those of the operators, as the database has them; and any as they are used. */
  storedChannels(): Promise<ChannelConfig[]>;
  openChannels: SealedChannels["open"];
  /** New ones for each object: they share promises. */
  leases(): ReturnType<typeof postgresLeases>;
  commits(): ReturnType<typeof postgresCommits>;
  redis: Redis;
  client: ReturnType<typeof upstashClient> | null;
  cache: ReturnType<typeof layeredCache>;
  guards: GuardMemory;
  tokens: Map<string, { token: string; until: number }>;
  /** What its objects ask providers for, and until when at most, in milliseconds. */
  underway: Map<string, number>;
  features: FeatureStore;
  rules: RulesKv;
  routesOf(tenant: string): RoutesKv;
  authors: HotList<ListedAuthors>;
  blacklist: HotList<Blacklist>;
  coins: HotList<KnownCoins>;
  alerts: HotList<AlertSet>;
  failedKeys: FailedKeys;
  keyUses: KeyUses;
  limiter: RateLimiter;
  recent: RecentAnswers;
  channels: CachedValue<ChannelConfig[]>;
  /** Of a tenant other than the default one. */
  quotas(tenant: string): Promise<TenantQuota>;
  /** What the live stream has still to be sent, and when it and the metrics are. */
  unheard: LiveMessage[];
  liveSpaced: Spaced;
  metricsSpaced: Spaced;
  requestsSpaced: Spaced;
  called(record: CallRecord): void;
};

/**
 * How long values that operators change are kept before they are read again: a change is live
 * everywhere within 90 s, locally within seconds.
 */
const REREAD_MS = 30_000;
const REREAD_LOCAL_MS = 2_000;
/** A stream begins with commits at most so long after it was added. */
const CHANNELS_REREAD_MS = 5_000;

/** Requests and objects of an isolate call the objects of the metrics and the stream no more often. */
const SPACED_MS = 250;

/** So long a commit waits for others to share its statement. */
const GATHER_MS = 25;
/** The same of a delivery that was sent: only the record of it waits. */
const CLOSINGS_GATHER_MS = 10;

export const sleepFor = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** Makes what belongs to a name at its first use, and keeps it. */
function keptByName<T>(make: (name: string) => T): { of(name: string): T } {
  const kept = new Map<string, T>();
  return {
    of(name) {
      const made = kept.get(name) ?? make(name);
      kept.set(name, made);
      return made;
    },
  };
}

/** Made at the first use in an isolate, and kept: an isolate has one set of bindings. */
export function onceAnIsolate<T extends object>(make: (env: Bindings) => T): (env: Bindings) => T {
  const kept = new WeakMap<Bindings, T>();
  return (env) => {
    const made = kept.get(env) ?? make(env);
    kept.set(env, made);
    return made;
  };
}

const boxOf = ({ SECRETS_KEY, SECRETS_KEY_PREVIOUS }: Settings): SecretBox | null =>
  SECRETS_KEY === undefined
    ? null
    : secretBox([SECRETS_KEY, ...SECRETS_KEY_PREVIOUS], (count) =>
        crypto.getRandomValues(new Uint8Array(count)),
      );

/** Hyperdrive has the login by itself. A replica is always read over Neon's protocol. */
const sqlOf = (env: Bindings, { DATABASE_URL, NEON_FETCH_ENDPOINT }: Settings): Sql =>
  env.HYPERDRIVE === undefined
    ? neonSql({ databaseUrl: DATABASE_URL, fetchEndpoint: NEON_FETCH_ENDPOINT })
    : hyperdriveSql(env.HYPERDRIVE.connectionString);

function feedOf({ READ_DATABASE_URL, NEON_FETCH_ENDPOINT }: Settings, primary: Store): Store {
  if (READ_DATABASE_URL === undefined) return primary;
  const sql = neonSql({ databaseUrl: READ_DATABASE_URL, fetchEndpoint: NEON_FETCH_ENDPOINT });
  return withReplica(primary, postgresStore(sql));
}

function otlpTarget({ OTLP_ENDPOINT: endpoint, OTLP_HEADERS }: Settings): OtlpTarget | null {
  if (endpoint === undefined || endpoint === "") return null;
  const pairs = OTLP_HEADERS.split(",").filter(Boolean);
  const headers = pairs.map((pair) => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  return { endpoint, headers: Object.fromEntries(headers) };
}

export const isolateOf = onceAnIsolate(isolate);

function isolate(env: Bindings): SharedIsolate {
  const settings = settingsOf(env);
  const given = settings.core;
  const now = Date.now;
  const metrics = metricsCollector();
  const points = pointCollector();
  const telemetry = bothTelemetries(metrics, points);
  // In production each line is a record of its own. wrangler dev spends more on a line than the
  // Worker on a post.
  const log = createLogger(given.LOCAL ? batchLines(console.log) : console.log, now);
  const target = otlpTarget(given);
  const called = outsideCallReporter({ log, telemetry });
  const exporterPorts = {
    now,
    telemetry: called,
    fetch: (url: string, init: RequestInit) => fetch(url, init),
  };
  const rereadMs = given.LOCAL ? REREAD_LOCAL_MS : REREAD_MS;
  const sql = sqlOf(env, given);
  const tables = postgresStore(sql);
  // It counts every row there is, for the page, the metrics and four charts.
  const feed = feedOf(given, tables);
  const overview = cached(() => feed.overview(iso(now())), { costFactor: 10, now });
  const quotas = keptByName((tenant) =>
    cached(() => tables.quotaOf(tenant), { ttlMs: rereadMs, staleOnError: true, now }),
  );
  const routes = keptByName((tenant) =>
    routesFromKv(
      env.RULES,
      {
        fallback: tenant === DEFAULT_TENANT ? builtInRoutes : "",
        ...{ tenant, variables: settings.rules, vocabulary: VOCABULARY, rereadMs },
      },
      { now, telemetry },
    ),
  );
  const box = boxOf(given);
  const sealed = sealedChannels(tables, box);
  const ownRows: Store["ownRows"] = (tenant) => {
    const own = tables.ownRows(tenant);
    return { ...own, ...sealedChannels(own, box) };
  };
  const store: Store = { ...tables, ...sealed, ownRows, overview: () => overview.get() };
  if (given.SECRETS_KEY === undefined)
    log({ stage: "settings", level: "warn", reason: SECRETS_IN_CLEAR });
  const client = given.UPSTASH_REDIS_REST_URL
    ? upstashClient(given.UPSTASH_REDIS_REST_URL, given.UPSTASH_REDIS_REST_TOKEN ?? "")
    : null;
  const redis = client
    ? upstashRedis(client, now, () => telemetry.count("external_error_total_redis"))
    : noRedis;
  return {
    settings,
    now,
    log,
    metrics,
    points,
    spans: target && otlpExporter(target, exporterPorts),
    telemetry,
    store,
    feed: { ...feed, ...sealed, ownRows, overview: () => overview.get() },
    sealSecrets: sealed.seal,
    storedChannels: async () => (await tables.channels()).filter(isDefaultTenant),
    openChannels: sealed.open,
    leases: () => postgresLeases(sql, () => sleepFor(CLOSINGS_GATHER_MS)),
    commits: () => postgresCommits(sql, () => sleepFor(GATHER_MS)),
    redis,
    client,
    cache: layeredCache(redis, now),
    guards: guardMemory(now),
    failedKeys: failedKeys(now),
    keyUses: keyUses(now),
    recent: recentAnswers(now),
    limiter: rateLimiter({
      now,
      floors: given.RATE_FLOORS === "on",
      exact: slidingWindow(client),
      platform: platformLimits({
        address: env.RATE_ADDRESS,
        key: env.RATE_KEY,
        route: env.RATE_ROUTE,
      }),
    }),
    tokens: new Map(),
    underway: new Map(),
    features: rememberedFeatures(tables, now),
    rules: rulesFromKv(
      env.RULES,
      store,
      { fallback: builtInRules, variables: settings.rules, vocabulary: VOCABULARY, rereadMs },
      { now, telemetry },
    ),
    routesOf: routes.of,
    authors: hotList("authors", authorsList, parseAuthors, env.RULES, rereadMs, now),
    blacklist: hotList("blacklist", blacklist, parseBlacklist, env.RULES, rereadMs, now),
    coins: hotList("coins", coinsList, parseCoins, env.RULES, rereadMs, now),
    alerts: hotList(
      "alerts",
      alertsFile,
      (text) => loadAlerts(text, settings.rules),
      env.RULES,
      rereadMs,
      now,
    ),
    channels: cached(() => store.channels(), {
      ttlMs: Math.min(rereadMs, CHANNELS_REREAD_MS),
      staleOnError: true,
      watchLoad: sleepFor,
      now,
    }),
    quotas: (tenant) => quotas.of(tenant).get(),
    called,
    unheard: [],
    liveSpaced: spaced(SPACED_MS, { now, sleep: sleepFor }),
    metricsSpaced: spaced(SPACED_MS, { now, sleep: sleepFor }),
    requestsSpaced: spaced(SPACED_MS, { now, sleep: sleepFor }),
  };
}
