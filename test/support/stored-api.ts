import type { ApiPorts } from "../../src/api/app.ts";
import { EXAMPLE_EVENT, EXAMPLE_ROUTES, EXAMPLE_SHA } from "../../src/api/routes/examples.ts";
import { type ArchiveBucket, fileName } from "../../src/archive/bucket.ts";
import { parquetOf } from "../../src/archive/parquet.ts";
import { channelCatalogue } from "../../src/channels/catalogue.ts";
import { ChannelFilter } from "../../src/model/channel-config.ts";
import { explainStored } from "../../src/rules/explain.ts";
import { ChannelEnv } from "../../src/settings/settings.ts";
import type { ChangeEntry } from "../../src/store/audit-log.ts";
import {
  arrival,
  at,
  change,
  draft,
  dropped,
  mention,
  pending,
} from "../../src/store/contract/fixtures.ts";
import type { Store } from "../../src/store/index.ts";
import { memoryStore } from "../../src/store/memory/index.ts";
import { shownAlerts } from "./alerts.ts";
import { fakePorts, NOW } from "./api.ts";
import { memoryBucket } from "./memory-bucket.ts";
import { storedRouting } from "./own-routing.ts";
import { routesOf } from "./routes.ts";

const now = () => NOW;

const MUTE = { token: "$MUTED", until: "2030-01-01T00:00:00.000Z", by: "ada", request: "1" };

/** One of everything that the examples of the routes name. */
async function stored(store: Store): Promise<Store> {
  await store.addChannel(
    {
      kind: "webhook",
      name: "first",
      settings: {
        url: "https://example.com/first",
        secrets: ["whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"],
      },
      filter: ChannelFilter.parse({ mutes: [MUTE] }),
      atMostOnce: false,
    },
    at(0),
  );
  await store.accept([arrival(1), arrival(3), arrival(4)], at(1));
  await store.recordJudgements([pending(1, EXAMPLE_EVENT), dropped(4)], at(2));
  await store.commit(change(0, [mention(1)], { outbox: [draft(1, "key-1")], at: at(3) }));
  await store.claim(1, "L1", at(4), 60_000);
  await store.close(
    1,
    "L1",
    { kind: "failed", nextRetryAt: at(600) },
    {
      deliveryId: 1,
      leaseToken: "L1",
      at: at(5),
      result: "later",
      httpStatus: 503,
      ms: 120,
      error: "503",
      ambiguous: false,
    },
    at(5),
  );
  const deadLetter = {
    key: "posts:3",
    stage: "posts",
    reason: "poison",
    error: "it would not parse",
    payload: { any: "payload" },
    attempts: 5,
    subject: "x:3",
    advice: "Replay it after the next deployment.",
  };
  await store.bury([deadLetter], at(6));
  await store.addTenant("beta", at(0));
  await store.addKey({
    id: "collector1",
    name: "collector",
    tenant: "default",
    hash: "0".repeat(64),
    scopes: ["ingest"],
    sources: null,
    limitPerMinute: 600,
    createdAt: at(0),
    expiresAt: null,
    revokedAt: null,
  });
  await store.recordChange({
    at: at(7),
    keyId: "local",
    keyName: "ADMIN_KEY",
    action: "putList",
    subject: "list/authors",
    requestId: "request-0",
    before: null,
    after: { bytes: 0 },
  });
  const version = { sha: EXAMPLE_SHA, document: "version: 1", author: "ops" };
  await store.recordRules(version, at(0));
  await store.recordChange({
    at: at(0),
    ...{ keyId: "ada", keyName: null, action: "putRoutes", requestId: "request-0" },
    subject: "routes",
    before: null,
    after: { sha: EXAMPLE_SHA, document: EXAMPLE_ROUTES },
  });
  return store;
}

/** A batch of the archive with a file, whose row is there still. */
async function archived(store: Store, bucket: ArchiveBucket): Promise<void> {
  const batch = await store.planArchive("history", at(1e6), 1, at(0));
  if (batch === undefined) throw new Error("no signal changed");
  const { rows } = await store.archiveRows(batch, null, 1, 1);
  const bytes = parquetOf("history", rows);
  await bucket.put(fileName(batch.name, 1), bytes);
  const written = { files: 1, rows: 1, bytes: bytes.byteLength };
  await store.deleteArchived(batch, written, at(-1), at(0));
}

/** As the real rules do: the version and who brought it, in one call. */
const recordRules = (store: Store, sha: string, entry: ChangeEntry): Promise<void> =>
  store.recordRules({ sha, document: "version: 1", author: entry.keyId }, entry.at, entry);

/** Ports over an empty store, one in memory if none is given, that gets something on every route. */
export async function storedPorts(empty: Store = memoryStore()): Promise<ApiPorts> {
  const store = await stored(empty);
  const bucket = memoryBucket();
  await archived(store, bucket);
  const ports = fakePorts();
  const log = () => undefined;
  const awaited = async () => undefined;
  return {
    ...ports,
    store,
    now,
    keys: store,
    panels: { ...ports.panels, store },
    explain: async (signal) => explainStored(await ports.rules.current(), signal),
    receive: async () => ({ kind: "accepted", fresh: 1, repeated: 0 }),
    trigger: async () => ({ kind: "started" }),
    auditLog: store,
    archive: { store, bucket },
    ownRows: store.ownRows,
    tenants: store,
    quotas: store.quotaOf,
    async publishList(_, __, record) {
      await record("- { handle: bob, weight: 1 }\n");
      return { kind: "loaded" };
    },
    stream: async () =>
      new Response("event: hello\n\n", { headers: { "Content-Type": "text/event-stream" } }),
    sources: {
      sources: async () => [
        {
          source: "hackernews",
          title: "Hacker News",
          kind: "poll",
          on: true,
          why: null,
          everyMinutes: 5,
          polledAt: at(0),
          movedAt: null,
          lastVerdict: "ok",
          leftOut: {},
          providers: ["hackernews"],
        },
      ],
      providers: async () => [
        {
          provider: "goplus",
          on: true,
          why: null,
          breaker: "closed",
          cause: null,
          openUntil: null,
          callsLastMinute: 3,
          perMinute: 30,
          budget: null,
          budgetLeft: null,
          last: { at: at(0), kind: "ok", reason: "200" },
        },
      ],
      reset: async () => true,
    },
    alerts: shownAlerts(),
    faults: {
      ask: async (method) => ({
        status: 200,
        json:
          method === "GET"
            ? {
                emulators: ["goplus"],
                faults: ["429"],
                headerStyles: ["none"],
                active: {},
                calls: { goplus: { total: 1, failed: 0 } },
              }
            : { fault: "429", rate: 0.5 },
      }),
    },
    rules: {
      ...ports.rules,
      version: async (sha) => (sha === EXAMPLE_SHA ? ports.rules.current() : undefined),
      canary: async () => {
        const rules = await ports.rules.current();
        return { sha: rules.sha, share: 0.1, since: at(-60), author: "ada", rules };
      },
      publish: (rules, entry) => recordRules(store, rules.sha, entry),
      startCanary: (rules, _, entry) => recordRules(store, rules.sha, entry),
      stopCanary: (entry) => recordRules(store, EXAMPLE_SHA, entry),
      versions: store.rulesVersions,
      backtestRows: async (since, limit) =>
        (await store.snapshots(since, limit)).map(({ signal }) => signal),
    },
    telegram: {
      secret: "0123456789abcdef",
      store,
      call: async () => undefined,
      render: () => null,
      explain: async () => [],
      now,
    },
    routing: storedRouting(
      store,
      routesOf(EXAMPLE_ROUTES.replace("alarms,", "alarms, channels: [gone],")),
      now,
    ),
    channels: {
      catalogue: channelCatalogue({
        env: ChannelEnv.parse({}),
        now,
        randomBytes: (count) => new Uint8Array(count).fill(7),
        fetch: async () => new Response("{}", { status: 200 }),
      }),
      ownRows: store.ownRows,
      seal: async () => ({ sealed: [], unchanged: [], locked: [] }),
      resumed: async () => undefined,
      now,
    },
    outbox: {
      ownRows: store.ownRows,
      routes: async () => null,
      waitReason: () => "its turn",
      awaited,
      enqueue: async () => undefined,
      now,
      log,
    },
    deadLetters: { ownRows: store.ownRows, awaited, resend: async () => undefined, now, log },
  };
}
