import pg from "pg";
import { webhook } from "../../src/channels/webhook.ts";
import { limitConcurrency } from "../../src/concurrency/semaphore.ts";
import { iso } from "../../src/kit/time.ts";
import { ChannelFilter } from "../../src/model/channel-config.ts";
import { deliver } from "../../src/outbox/deliver.ts";
import { idemKeyOf } from "../../src/outbox/idem-key.ts";
import type { DeliverPorts } from "../../src/outbox/ports.ts";
import { ChannelEnv } from "../../src/settings/settings.ts";
import { postgresLeases, postgresStore } from "../../src/store/postgres/index.ts";
import { eventOf, notificationOf, SECRET, signalOf } from "../../test/support/outbox.ts";
import { type Engine, type Job, numbers, POOL, subjectOf } from "./engine.ts";

/** As in workers/compose/isolate.ts. */
const CLOSINGS_GATHER_MS = 10;
const pause = () => new Promise<void>((wake) => setTimeout(wake, CLOSINGS_GATHER_MS));

/** The store as the object of a channel has it. */
function open(databaseUrl: string) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: POOL });
  pool.on("error", () => undefined);
  const sql = {
    query: async <Row>(text: string, params: unknown[]) =>
      (await pool.query(text, params)).rows as Row[],
  };
  return { store: { ...postgresStore(sql), ...postgresLeases(sql, pause) }, pool };
}

async function fill({ databaseUrl, sink, jobs }: Job): Promise<void> {
  const { store, pool } = open(databaseUrl);
  const settings = { url: `${sink}/hook`, secrets: [SECRET] };
  const draft = {
    kind: "webhook",
    name: "sink",
    settings,
    filter: ChannelFilter.parse({}),
    atMostOnce: false,
  };
  const saved = await store.addChannel(draft, iso(Date.now()));
  if (saved.kind !== "saved") throw new Error("the bench needs an empty database");
  const channelId = saved.channel.id;
  const turn = limitConcurrency(POOL);
  const commit = (n: number) => {
    const eventKey = subjectOf(n);
    const idemKey = idemKeyOf(eventKey, channelId, 1);
    // A subject of its own: what says the same of one subject is not sent again.
    const payload = notificationOf({ eventKey, subject: eventKey });
    const outbox = [{ channelId, eventKey, idemKey, payload, notBefore: null }];
    const at = iso(Date.now());
    return store.commit({
      expectedRev: 0,
      before: null,
      event: eventOf({ eventKey }),
      evidence: [],
      signal: signalOf({ eventKey }),
      outbox,
      at,
    });
  };
  await Promise.all(numbers(jobs).map((n) => turn(() => commit(n))));
  await pool.end();
}

/**
 * The product's own delivery, fed by its own query for what is due. Its pace is left out: no peer
 * has one.
 */
async function drain({ databaseUrl, sink, concurrency }: Job): Promise<void> {
  const { store } = open(databaseUrl);
  const channels = await store.channels();
  const journal = new Map<number, { externalId: string | null }>();
  const ports: DeliverPorts = {
    store,
    env: ChannelEnv.parse({ EGRESS_ALLOW: new URL(sink).host }),
    channels: async () => channels,
    routes: async () => null,
    quotas: async () => ({}),
    // With no jitter a second each time, as for the peers: the schedule of webhooks would have the
    // bench wait for hours.
    kind: () => ({ ...webhook, policy: "log" }),
    fetch,
    now: Date.now,
    random: () => 0,
    leaseToken: () => crypto.randomUUID(),
    reserve: async () => 0,
    reserveAt: async () => 0,
    sleep: async () => undefined,
    limitSends: limitConcurrency(concurrency),
    log: () => undefined,
    journal: {
      get: async (id) => journal.get(id),
      put: async (id, sent) => void journal.set(id, sent),
      delete: async (id) => void journal.delete(id),
      ids: async () => [...journal.keys()],
    },
  };
  const underWay = limitConcurrency(concurrency * 2);
  const running = new Set<number>();
  for (;;) {
    const due = (await store.due(iso(Date.now()), 500)).filter(({ id }) => !running.has(id));
    for (const { id } of due) {
      running.add(id);
      void underWay(() => deliver(id, ports, { sendMs: webhook.sendMs })).finally(() =>
        running.delete(id),
      );
    }
    while (running.size > concurrency * 4) await new Promise((wake) => setTimeout(wake, 5));
    if (due.length === 0) await new Promise((wake) => setTimeout(wake, 100));
  }
}

export const ours: Engine = {
  packages: [],
  needs: "postgres",
  fill,
  drain,
  async left({ databaseUrl }) {
    const { store, pool } = open(databaseUrl);
    const { outbox } = await store.audit();
    await pool.end();
    return outbox.pending + outbox.failed + outbox.dlq;
  },
};
