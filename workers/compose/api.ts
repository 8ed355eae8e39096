import manifest from "../../package.json" with { type: "json" };
import { healthProbes } from "../../src/api/health.ts";
import type { ApiPorts, PublicRead } from "../../src/api/ports.ts";
import { channelCatalogue } from "../../src/channels/catalogue.ts";
import { ChannelEnv } from "../../src/channels/env.ts";
import { VOCABULARY } from "../../src/enrich/registry.ts";
import { acceptPosts, overdueFrom } from "../../src/intake/accept.ts";
import { receivePush } from "../../src/intake/push.ts";
import { toBase64Url } from "../../src/kit/base64.ts";
import { iso } from "../../src/kit/time.ts";
import { openEnvelope, sealEnvelope } from "../../src/model/envelope.ts";
import { type MetricGauge, prometheusText } from "../../src/observability/prometheus.ts";
import { enqueueDeliveries } from "../../src/outbox/enqueue.ts";
import { explainSignal } from "../../src/rules/explain.ts";
import { loadRules } from "../../src/rules/load.ts";
import { notePoll } from "../../src/schedule/tick.ts";
import { poll } from "../../src/sources/poll.ts";
import { SOURCES } from "../../src/sources/registry.ts";
import type { ReplayDeadLetter } from "../../src/store/admin.ts";
import type { Bindings } from "../env.ts";
import { slidingWindow } from "../platform/rate-limit.ts";
import type { Settings } from "../settings.ts";
import { pollPorts } from "./cron.ts";
import { emulatorDials } from "./emulator-faults.ts";
import { isolateOf, type SharedIsolate } from "./isolate.ts";
import {
  acceptPorts,
  backlogsOf,
  type ComposedPorts,
  type DeferWork,
  metricsFlusher,
  runtimePorts,
  sweeperOf,
  uuid,
} from "./shared.ts";
import { sourcesPorts } from "./sources.ts";

const REPLY_SECONDS = 86_400;
/** Longer than the database takes to answer or to be given up. */
const SWEPT_AFTER_MS = 15_000;

/** Locally the machine is its owner's: everything that only reads is open. */
const publicRead = ({ PUBLIC_READ, LOCAL }: Settings): PublicRead =>
  PUBLIC_READ === "off" ? "none" : LOCAL ? "operations" : "feed";

/** Each part by itself: while the database is out the queues are what one wants to see. */
async function gauges(env: Bindings, isolate: SharedIsolate): Promise<MetricGauge[]> {
  const parts = [tableGauges(isolate), queueGauges(env), breakerGauges(env, isolate)];
  return (await Promise.all(parts.map((part) => part.catch(() => [])))).flat();
}

async function tableGauges({ store, now }: SharedIsolate): Promise<MetricGauge[]> {
  const { outbox, deadLetters } = await store.overview(iso(now()));
  const open = outbox.filter(({ status }) => status === "pending" || status === "failed");
  return [
    { name: "outbox_backlog", value: open.reduce((sum, { count }) => sum + count, 0) },
    { name: "dead_letters", value: deadLetters },
  ];
}

const queueGauges = async (env: Bindings): Promise<MetricGauge[]> =>
  Object.entries(await backlogsOf(env)).flatMap(([queue, value]) =>
    value === null ? [] : [{ name: "queue_backlog", labels: { queue }, value }],
  );

const BREAKER = { closed: 0, "half-open": 1, open: 2 };

async function breakerGauges(env: Bindings, isolate: SharedIsolate): Promise<MetricGauge[]> {
  const providers = await sourcesPorts(env, isolate).providers();
  return providers.map(({ provider, breaker }) => ({
    name: "breaker_state",
    labels: { provider },
    value: BREAKER[breaker],
  }));
}

/**
 * Replayed dead letters go back where they came from. Posts go in as sent again, past the mark in the
 * dedup window; deliveries are due in the outbox already.
 */
async function resend(env: Bindings, deadLetters: readonly ReplayDeadLetter[]): Promise<void> {
  for (const { payload } of deadLetters) {
    const post = openEnvelope(payload, "post");
    const mention = openEnvelope(payload, "mention");
    if (post.kind === "body")
      await env.POSTS.send(sealEnvelope({ ...post.body, again: true }, post.traceId));
    else if (mention.kind === "body")
      await env.MENTIONS.send(sealEnvelope(mention.body, mention.traceId));
  }
  await sweeperOf(env).wake(Date.now());
}

export function composeApi(env: Bindings, defer: DeferWork): ComposedPorts<ApiPorts> {
  const isolate = isolateOf(env);
  const { settings, store, rules, redis, now } = isolate;
  const ports: ApiPorts = {
    ...runtimePorts(isolate),
    settings: {
      publicRead: publicRead(settings),
      version: manifest.version,
      adminKey: settings.ADMIN_KEY ?? null,
    },
    store,
    keys: store,
    randomToken: (bytes) => toBase64Url(crypto.getRandomValues(new Uint8Array(bytes))),
    limit: slidingWindow(isolate.client),
    replies: {
      async recall(key) {
        const read = await redis.read([`reply:${key}`]);
        return read === "down" ? undefined : (read[0] ?? undefined);
      },
      async remember(key, reply) {
        await redis.write([{ key: `reply:${key}`, value: reply }], REPLY_SECONDS);
      },
    },
    ingest: (posts) => acceptPosts(posts, acceptPorts(env, isolate)),
    receive: (source, request, trusted) =>
      receivePush(source, request, trusted, isolate, acceptPorts(env, isolate)),
    sources: sourcesPorts(env, isolate),
    dials: emulatorDials(isolate),
    async trigger(name, options) {
      const source = SOURCES.find((each) => each.name === name);
      if (!source) return { kind: "unknown", sources: SOURCES.map((each) => each.name) };
      const configured = source.configure(isolate.variables);
      if (configured.kind === "off") return { kind: "off", reason: configured.why };
      const polling = poll(source, isolate.variables, pollPorts(env, isolate), {
        now: true,
        ...options,
      });
      defer(polling.then((report) => notePoll(report, isolate)));
      return { kind: "started" };
    },
    ...healthProbes({
      version: manifest.version,
      store,
      redis,
      redisConfigured: isolate.client !== null,
      rules,
      channels: () => isolate.channels.get(),
      queueBacklogs: () => backlogsOf(env),
      now,
    }),
    async metrics() {
      const totals = await env.METRICS.getByName("all").totals();
      return prometheusText(totals, await gauges(env, isolate));
    },
    async explain(signal) {
      const scoredBy = await rules.version(signal.rulesVersion);
      return scoredBy
        ? explainSignal(scoredBy, signal.facts, signal.previousState)
        : { rulesVersion: signal.rulesVersion, error: "these rules are no longer known" };
    },
    stream: (request) => env.STREAM.getByName("all").fetch(request),
    rules: {
      current: rules.current,
      version: rules.version,
      status: rules.status,
      load: (text) => loadRules(text, isolate.variables, VOCABULARY),
      publish: rules.publish,
      versions: (limit) => store.rulesVersions(limit),
      vocabulary: VOCABULARY,
      backtestRows: async (since, limit) =>
        (await store.snapshots(since, limit)).map(({ signal }) => signal),
      now,
    },
    channels: {
      catalogue: channelCatalogue({
        fetch: (url, init) => fetch(url, init),
        telemetry: isolate.called,
        env: ChannelEnv.parse(isolate.variables),
        now,
        randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
      }),
      store,
      async resumed(channelId) {
        await store.bringForward(channelId, iso(now())).catch(() => undefined);
        await sweeperOf(env).wake(now());
      },
      now,
    },
    outbox: {
      store,
      awaited: () => sweeperOf(env).wake(now() + SWEPT_AFTER_MS),
      enqueue: (due) => enqueueDeliveries(due, { deliveries: env.DELIVERIES, uuid }),
      now,
      log: isolate.log,
    },
    deadLetters: {
      store,
      async awaited() {
        await sweeperOf(env).expectPosts(
          overdueFrom(now(), { requeueAfterSeconds: settings.REQUEUE_AFTER_SECONDS }),
        );
        await sweeperOf(env).wake(now() + SWEPT_AFTER_MS);
      },
      resend: (deadLetters) => resend(env, deadLetters),
      now,
      log: isolate.log,
    },
    async publishList(name, text) {
      const lists = { authors: isolate.authors, blacklist: isolate.blacklist };
      const list = Object.entries(lists).find(([known]) => known === name)?.[1];
      return list ? list.publish(text) : { kind: "unknown", lists: Object.keys(lists) };
    },
  };
  return { ports, flush: metricsFlusher(env, isolate, defer) };
}
