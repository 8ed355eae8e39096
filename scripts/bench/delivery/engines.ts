import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { ChannelEnv } from "../../../src/channels/env.ts";
import { webhook } from "../../../src/channels/webhook.ts";
import { iso } from "../../../src/kit/time.ts";
import { turns } from "../../../src/kit/turns.ts";
import { deliver } from "../../../src/outbox/deliver.ts";
import { idemKeyOf } from "../../../src/outbox/plan.ts";
import { postgresStore } from "../../../src/store/postgres.ts";
import { eventOf, notificationOf, SECRET, signalOf } from "../../../test/support/outbox.ts";

export type Job = { databaseUrl: string; redisUrl: string; sink: string; jobs: number; concurrency: number };
/** `fill` writes the jobs and ends; `drain` works them off until it is killed. */
export type Engine = {
  packages: string[];
  needs: "postgres" | "redis";
  fill(job: Job): Promise<void>;
  drain(job: Job): Promise<void>;
};

/** Peers are installed beside the bench, not into the product. */
const PEERS = join(tmpdir(), "event-stream-bench-peers");

export function installPeers(packages: string[]): void {
  mkdirSync(PEERS, { recursive: true });
  const missing = packages.filter((name) => !existsSync(join(PEERS, "node_modules", name.replace(/@[^@]*$/, ""))));
  if (missing.length === 0) return;
  execFileSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", PEERS, ...packages], {
    stdio: "pipe",
  });
}

const peer = (name: string) => createRequire(join(PEERS, "package.json"))(name);

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** What every peer does with a job: the same request, and an error for anything but a 2xx. */
async function post(sink: string, n: number): Promise<void> {
  const response = await fetch(`${sink}/${n}`, {
    method: "POST",
    headers: { "webhook-id": `${n}` },
    body: JSON.stringify(notificationOf()),
    signal: AbortSignal.timeout(15_000),
  });
  await response.text();
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
}

const ours: Engine = {
  packages: [],
  needs: "postgres",
  async fill({ databaseUrl, sink, jobs }) {
    const { store, end } = open(databaseUrl);
    const draft = { kind: "webhook", name: "sink", settings: { url: `${sink}/hook`, secrets: [SECRET] } };
    const filter = { minScore: null, chains: [], symbols: [], states: [], quietHours: null, digestMinutes: 0, mutedEvents: [] };
    const saved = await store.addChannel({ ...draft, filter, atMostOnce: false }, iso(Date.now()));
    if (saved.kind !== "saved") throw new Error("the bench needs an empty database");
    const channelId = saved.channel.id;
    const turn = turns(16);
    const commit = (n: number) => {
      const eventKey = `eth:BENCH${n}:w`;
      const row = {
        channelId,
        eventKey,
        idemKey: idemKeyOf(eventKey, channelId, 1),
        payload: notificationOf({ eventKey }),
        notBefore: null,
      };
      const at = iso(Date.now());
      return store.commit({
        expectedRev: 0,
        event: eventOf({ eventKey }),
        evidence: [],
        signal: signalOf({ eventKey }),
        outbox: [row],
        at,
      });
    };
    await Promise.all(numbers(jobs).map((n) => turn(() => commit(n))));
    await end();
  },
  async drain({ databaseUrl, sink, concurrency }) {
    const { store } = open(databaseUrl);
    const env = ChannelEnv.parse({ EGRESS_ALLOW: new URL(sink).host });
    const channels = await store.channels();
    const journal = new Map<number, { externalId: string | null }>();
    const ports = {
      store,
      env,
      channels: async () => channels,
      // The back-off of peers is about a second; that of real webhooks would have the bench wait for hours.
      kind: () => ({ ...webhook, policy: "log" as const }),
      fetch,
      now: Date.now,
      random: Math.random,
      leaseToken: () => crypto.randomUUID(),
      pace: async () => 0,
      sleep: async () => undefined,
      log: () => undefined,
      journal: {
        get: async (id: number) => journal.get(id),
        put: async (id: number, sent: { externalId: string | null }) => void journal.set(id, sent),
        delete: async (id: number) => void journal.delete(id),
      },
    };
    const turn = turns(concurrency);
    const running = new Set<number>();
    for (;;) {
      const due = (await store.due(iso(Date.now()), 500)).filter(({ id }) => !running.has(id));
      for (const { id } of due) {
        running.add(id);
        void turn(() => deliver(id, ports)).finally(() => running.delete(id));
      }
      while (running.size > 250) await new Promise((wake) => setTimeout(wake, 5));
      if (due.length === 0) await new Promise((wake) => setTimeout(wake, 100));
    }
  },
};

function open(databaseUrl: string) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 16 });
  return {
    store: postgresStore({ query: async (text, params) => (await pool.query(text, params as unknown[])).rows }),
    end: () => pool.end(),
  };
}

const pgBoss: Engine = {
  packages: ["pg-boss@12.38.0"],
  needs: "postgres",
  async fill({ databaseUrl, jobs }) {
    const boss = await startBoss(databaseUrl);
    const options = { retryLimit: 50, retryDelay: 1, expireInSeconds: 120 };
    await boss.createQueue("bench", options);
    for (let from = 0; from < jobs; from += 1_000)
      await boss.insert(
        "bench",
        numbers(Math.min(1_000, jobs - from)).map((n) => ({ data: { n: from + n }, ...options })),
      );
    await boss.stop();
  },
  async drain({ databaseUrl, sink, concurrency }) {
    const boss = await startBoss(databaseUrl);
    const one = async ([job]: { data: { n: number } }[]) => post(sink, job?.data.n ?? 0);
    await Promise.all(numbers(concurrency).map(() => boss.work("bench", { batchSize: 1, pollingIntervalSeconds: 0.5 }, one)));
    await new Promise(() => undefined);
  },
};

async function startBoss(databaseUrl: string) {
  const { PgBoss } = peer("pg-boss");
  const boss = new PgBoss({ connectionString: databaseUrl, max: 16, schema: "pgboss" });
  boss.on("error", () => undefined);
  await boss.start();
  return boss;
}

const graphileWorker: Engine = {
  packages: ["graphile-worker@0.18.0"],
  needs: "postgres",
  async fill({ databaseUrl, jobs }) {
    const { makeWorkerUtils } = peer("graphile-worker");
    const utils = await makeWorkerUtils({ connectionString: databaseUrl });
    await utils.migrate();
    const text = "select graphile_worker.add_job('send', json_build_object('n', n)) from generate_series(0, $1 - 1) n";
    await utils.withPgClient((client: pg.PoolClient) => client.query(text, [jobs]));
    await utils.release();
  },
  async drain({ databaseUrl, sink, concurrency }) {
    const { run, Logger } = peer("graphile-worker");
    const send = ({ n }: { n: number }) => post(sink, n);
    const logger = new Logger(() => () => undefined);
    const runner = await run({
      connectionString: databaseUrl,
      concurrency,
      maxPoolSize: 16,
      pollInterval: 500,
      taskList: { send },
      logger,
    });
    await runner.promise;
  },
};

const bullmq: Engine = {
  packages: ["bullmq@6.7.0"],
  needs: "redis",
  async fill({ redisUrl, jobs }) {
    const { Queue } = peer("bullmq");
    const queue = new Queue("bench", { connection: { url: redisUrl } });
    const opts = { attempts: 50, backoff: { type: "fixed", delay: 1_000 } };
    await queue.addBulk(numbers(jobs).map((n) => ({ name: "send", data: { n }, opts })));
    await queue.close();
  },
  async drain({ redisUrl, sink, concurrency }) {
    const { Worker } = peer("bullmq");
    const worker = new Worker("bench", (job: { data: { n: number } }) => post(sink, job.data.n), {
      connection: { url: redisUrl },
      concurrency,
    });
    worker.on("error", () => undefined);
    await new Promise(() => undefined);
  },
};

export const ENGINES: Record<string, Engine> = { ours, "pg-boss": pgBoss, "graphile-worker": graphileWorker, bullmq };
