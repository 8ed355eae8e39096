import manifest from "../../package.json" with { type: "json" };
import { factGauges } from "../../src/alerts/fact-gauges.ts";
import { analyticsQuery } from "../../src/analytics/query.ts";
import type { ApiPorts } from "../../src/api/app.ts";
import type { PublicRead } from "../../src/api/context.ts";
import { healthProbes } from "../../src/api/health.ts";
import { auditRange } from "../../src/audit/audit-range.ts";
import { channelCatalogue } from "../../src/channels/catalogue.ts";
import { VOCABULARY } from "../../src/enrich/registry.ts";
import { acceptPosts, overdueFrom } from "../../src/intake/accept.ts";
import { senderTrace } from "../../src/intake/post-traces.ts";
import { receivePush } from "../../src/intake/push.ts";
import { resendDeadLetters } from "../../src/intake/resend.ts";
import { toBase64Url } from "../../src/kit/base64.ts";
import { hmacHex } from "../../src/kit/hash.ts";
import { iso } from "../../src/kit/time.ts";
import { isDefaultTenant } from "../../src/model/tenant.ts";
import { readGauges } from "../../src/observability/gauges.ts";
import { LISTENER_HEADER } from "../../src/observability/live.ts";
import { prometheusText } from "../../src/observability/prometheus.ts";
import { enqueueDeliveries } from "../../src/outbox/enqueue.ts";
import { waitReason } from "../../src/outbox/wait-reason.ts";
import { explainStored } from "../../src/rules/explain.ts";
import { loadRules } from "../../src/rules/load.ts";
import { notePoll } from "../../src/schedule/tick.ts";
import type { Settings } from "../../src/settings/settings.ts";
import { poll } from "../../src/sources/poll.ts";
import { reservedNames, SOURCES } from "../../src/sources/registry.ts";
import type { Bindings } from "../env.ts";
import type { HotList } from "../platform/lists-kv.ts";
import { LEAF_HEADER, leafFor, STREAM_ROOT } from "../platform/stream-places.ts";
import { pollPorts } from "./cron.ts";
import { emulatorFaults } from "./emulator-faults.ts";
import { isolateOf, type SharedIsolate } from "./isolate.ts";
import { routeNotes, routingPorts } from "./routing.ts";
import {
  acceptPorts,
  backlogsOf,
  bucketOf,
  type ComposedPorts,
  type DeferWork,
  queuesOf,
  runtimePorts,
  sleepFor,
  spacedFlusher,
  sweeperOf,
  uuid,
} from "./shared.ts";
import { sourcesPorts, usedProviderStatuses } from "./sources.ts";
import { telegramPorts } from "./telegram.ts";

/** Longer than the database takes to answer or to be given up. */
const SWEPT_AFTER_MS = 15_000;

/** Locally the machine is its owner's: everything that only reads is open. */
const publicRead = ({ PUBLIC_READ, LOCAL }: Settings): PublicRead =>
  PUBLIC_READ === "off" ? "none" : LOCAL ? "operations" : "feed";

/** Without a prototype: its names are no lists. */
const listsOf = ({
  alerts,
  authors,
  blacklist,
  coins,
}: SharedIsolate): Record<string, HotList<unknown>> =>
  Object.assign(Object.create(null), { alerts, authors, blacklist, coins });

export function composeApi(env: Bindings, defer: DeferWork): ComposedPorts<ApiPorts> {
  const isolate = isolateOf(env);
  const { settings, store, rules, redis, now } = isolate;
  const ports: ApiPorts = {
    ...runtimePorts(isolate),
    settings: {
      publicRead: publicRead(settings.core),
      cacheReads: settings.core.EDGE_CACHE === "on",
      version: manifest.version,
      adminKey: settings.core.ADMIN_KEY ?? null,
      keyPepper: settings.core.KEY_PEPPER ?? null,
      // A secret that every isolate has. One that changes ends the walks that are under way.
      cursorKey: hmacHex(settings.core.DATABASE_URL, "cursors of pages"),
    },
    store: isolate.feed,
    auditRange: (range) => auditRange(range, { store, rulesVersion: rules.version }),
    keys: store,
    failedKeys: isolate.failedKeys,
    keyUsed(id) {
      if (isolate.keyUses.isDue(id)) defer(store.noteUse(id, iso(now())).catch(() => undefined));
    },
    randomToken: (bytes) => toBase64Url(crypto.getRandomValues(new Uint8Array(bytes))),
    limiter: isolate.limiter,
    recent: isolate.recent,
    ownRows: store.ownRows,
    tenants: store,
    quotas: isolate.quotas,
    sleep: sleepFor,
    requestId: uuid,
    auditLog: store,
    archive: { store, bucket: bucketOf(env) },
    ingest: (posts, headers) =>
      acceptPosts(
        posts,
        acceptPorts(env, isolate, defer),
        headers && senderTrace(headers, isolate.telemetry),
      ),
    receive: (source, request, rights) =>
      receivePush(
        source,
        request,
        rights,
        { sources: settings.sources, now },
        acceptPorts(env, isolate, defer),
      ),
    reservedNames: reservedNames(settings.sources),
    sources: sourcesPorts(env, isolate),
    faults: emulatorFaults(isolate),
    async trigger(name, options) {
      const source = SOURCES.find((each) => each.name === name);
      if (!source) return { kind: "unknown", sources: SOURCES.map((each) => each.name) };
      const state = settings.sources.get(name);
      if (state?.kind !== "on") return { kind: "off", reason: state?.why ?? "" };
      const polling = poll(source, state, pollPorts(env, isolate, defer), {
        now: true,
        ...options,
      });
      defer(polling.then((report) => notePoll(report, isolate)));
      return { kind: "started" };
    },
    panels: {
      query: analyticsQuery(
        {
          baseUrl: settings.core.ANALYTICS_BASE_URL,
          accountId: settings.core.ANALYTICS_ACCOUNT_ID,
          token: settings.core.ANALYTICS_TOKEN,
        },
        { fetch: (url, init) => fetch(url, init), now, telemetry: isolate.called },
      ),
      store: isolate.feed,
      totals: () => env.METRICS.getByName("all").totals(),
      providers: () => usedProviderStatuses(env, isolate),
      now,
    },
    ...healthProbes({
      version: manifest.version,
      store,
      requeueAfterSeconds: settings.core.REQUEUE_AFTER_SECONDS,
      overloadedAfterSeconds: settings.core.OVERLOADED_AFTER_SECONDS,
      redis,
      redisConfigured: isolate.client !== null,
      rules,
      channels: async () => (await isolate.channels.get()).filter(isDefaultTenant),
      routeNotes: (channels) => routeNotes(channels, isolate),
      alerts: async () => env.ALERTS.getByName("all").view(),
      queueBacklogs: () => backlogsOf(env),
      now,
    }),
    async metrics() {
      const totals = await env.METRICS.getByName("all").totals();
      return prometheusText(
        totals,
        await readGauges({
          overview: () => store.overview(iso(now())),
          queueBacklogs: () => backlogsOf(env),
          providers: () => usedProviderStatuses(env, isolate),
          facts: async () => factGauges(await env.ALERTS.getByName("all").view()),
        }),
      );
    },
    async explain(signal) {
      const scoredBy = await rules.version(signal.rulesVersion);
      return scoredBy
        ? explainStored(scoredBy, signal)
        : { rulesVersion: signal.rulesVersion, error: "these rules are no longer known" };
    },
    keyEnded: (keyId) => defer(env.STREAM.getByName(STREAM_ROOT).endKey(keyId)),
    tickets: {
      issue: async (caller) => env.STREAM.getByName(STREAM_ROOT).issueTicket(caller),
      redeem: async (ticket) => env.STREAM.getByName(STREAM_ROOT).redeemTicket(ticket),
    },
    stream(request, listener) {
      const headers = new Headers(request.headers);
      headers.set(LISTENER_HEADER, JSON.stringify(listener));
      const leaf = leafFor(listener, settings.core.STREAM_LEAVES, uuid);
      headers.set(LEAF_HEADER, leaf ?? "");
      return env.STREAM.getByName(leaf ?? STREAM_ROOT).fetch(new Request(request, { headers }));
    },
    rules: {
      current: rules.current,
      version: rules.version,
      status: rules.status,
      load: (text) => loadRules(text, settings.rules, VOCABULARY),
      publish: rules.publish,
      canary: rules.canary,
      startCanary: rules.startCanary,
      stopCanary: rules.stopCanary,
      refused: rules.refused,
      versions: (limit) => store.rulesVersions(limit),
      vocabulary: VOCABULARY,
      backtestRows: async (since, limit) =>
        (await store.snapshots(since, limit)).map(({ signal }) => signal),
      now,
    },
    alerts: {
      current: () => isolate.alerts.get(),
      view: async () => env.ALERTS.getByName("all").view(),
      addSilence: async (silence) => env.ALERTS.getByName("all").addSilence(silence),
      endSilence: async (id) => env.ALERTS.getByName("all").endSilence(id),
      silenceId: uuid,
    },
    routing: routingPorts(isolate, (at) => sweeperOf(env).wake(at)),
    telegram: telegramPorts(isolate),
    channels: {
      catalogue: channelCatalogue({
        fetch: (url, init) => fetch(url, init),
        telemetry: isolate.called,
        env: settings.channels,
        now,
        randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
      }),
      ownRows: store.ownRows,
      seal: isolate.sealSecrets,
      async resumed(channelId) {
        await store.bringForward(channelId, iso(now())).catch(() => undefined);
        await sweeperOf(env).wake(now());
      },
      now,
    },
    outbox: {
      ownRows: store.ownRows,
      routes: (tenant) =>
        isolate
          .routesOf(tenant)
          .current()
          .catch(() => null),
      waitReason: (row, channels, inForce) => waitReason(row, channels, now(), inForce),
      awaited: () => sweeperOf(env).wake(now() + SWEPT_AFTER_MS),
      enqueue: (due) => enqueueDeliveries(due, { deliveries: env.DELIVERIES }),
      now,
      log: isolate.log,
    },
    deadLetters: {
      ownRows: store.ownRows,
      async awaited() {
        await sweeperOf(env).schedulePostSweep(
          overdueFrom(now(), { requeueAfterSeconds: settings.core.REQUEUE_AFTER_SECONDS }),
        );
        await sweeperOf(env).wake(now() + SWEPT_AFTER_MS);
      },
      resend: (deadLetters) =>
        resendDeadLetters(deadLetters, {
          posts: queuesOf(env).posts,
          mentions: queuesOf(env).mentions,
          wakeSweeper: () => sweeperOf(env).wake(now()),
        }),
      now,
      log: isolate.log,
    },
    async publishList(name, text, record) {
      const lists = listsOf(isolate);
      const published = await lists[name]?.publish(text, record);
      if (published === undefined) return { kind: "unknown", lists: Object.keys(lists) };
      if (published.kind === "rejected") rules.refused();
      return published;
    },
  };
  return { ports, flush: spacedFlusher(env, isolate, defer) };
}
