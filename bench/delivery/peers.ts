import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { TIMEOUT_MS } from "../../src/channels/_shared/send-result.ts";
import { notificationOf } from "../../test/support/outbox.ts";
import { type Engine, LEASE_SECONDS, numbers, POOL, RETRY_SECONDS, subjectOf } from "./engine.ts";

/** Peers are installed beside the bench, not into the product. */
const FOLDER = join(tmpdir(), "event-stream-bench-peers");
const INSTALL_MS = 120_000;

export function installPeers(packages: string[]): void {
  mkdirSync(FOLDER, { recursive: true });
  const missing = packages.filter(
    (name) => !existsSync(join(FOLDER, "node_modules", name.replace(/@[^@]*$/, ""))),
  );
  if (missing.length === 0) return;
  const options = [
    "--ignore-scripts",
    "--save-exact",
    "--no-audit",
    "--no-fund",
    "--prefix",
    FOLDER,
  ];
  execFileSync("npm", ["install", ...options, ...packages], { stdio: "pipe", timeout: INSTALL_MS });
}

const peer = (name: string) => createRequire(join(FOLDER, "package.json"))(name);

/** What every peer does with a job: the same request, and an error for anything but a 2xx. */
async function post(sink: string, n: number): Promise<void> {
  const response = await fetch(`${sink}/hook`, {
    method: "POST",
    headers: { "content-type": "application/json", "webhook-id": `${n}` },
    body: JSON.stringify({
      type: "signal.verified",
      data: { ...notificationOf(), event_key: subjectOf(n) },
    }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await response.text();
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
}

async function count(databaseUrl: string, text: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on("error", () => undefined);
  await client.connect();
  const { rows } = await client.query<{ count: string }>(text);
  await client.end();
  return Number(rows[0]?.count);
}

/**
 * Two jobs a fetch, so that a worker fetches anew at once while there are more: one alone would
 * wait half a second between two jobs.
 */
const PG_BOSS_BATCH = 2;

export const pgBoss: Engine = {
  packages: ["pg-boss@12.38.0"],
  needs: "postgres",
  async fill({ databaseUrl, jobs }) {
    const boss = await startBoss(databaseUrl);
    const options = { retryLimit: 50, retryDelay: RETRY_SECONDS, expireInSeconds: LEASE_SECONDS };
    await boss.createQueue("bench", options);
    for (let from = 0; from < jobs; from += 1_000) {
      const some = numbers(Math.min(1_000, jobs - from));
      await boss.insert(
        "bench",
        some.map((n) => ({ data: { n: from + n }, ...options })),
      );
    }
    await boss.stop();
  },
  async drain({ databaseUrl, sink, concurrency }) {
    const boss = await startBoss(databaseUrl);
    const one = ({ id, data }: { id: string; data: { n: number } }) =>
      post(sink, data.n).then(
        () => ({ id, status: "completed" }),
        (error) => ({ id, status: "failed", output: { message: String(error) } }),
      );
    const options = {
      localConcurrency: concurrency / PG_BOSS_BATCH,
      batchSize: PG_BOSS_BATCH,
      burstWhenBatchFull: true,
      perJobResults: true,
      pollingIntervalSeconds: 0.5,
    };
    await boss.work("bench", options, (jobs: { id: string; data: { n: number } }[]) =>
      Promise.all(jobs.map(one)),
    );
  },
  left: ({ databaseUrl }) =>
    count(
      databaseUrl,
      "select count(*) from pgboss.job where name = 'bench' and state <> 'completed'",
    ),
};

/** It looks for jobs of dead workers as often as it may. */
async function startBoss(databaseUrl: string) {
  const { PgBoss } = peer("pg-boss");
  const often = {
    superviseIntervalSeconds: 1,
    monitorIntervalSeconds: 1,
    maintenanceIntervalSeconds: 1,
  };
  const boss = new PgBoss({ connectionString: databaseUrl, max: POOL, schema: "pgboss", ...often });
  boss.on("error", (error: unknown) => console.error(`pg-boss: ${String(error)}`));
  await boss.start();
  return boss;
}

export const graphileWorker: Engine = {
  packages: ["graphile-worker@0.18.0"],
  needs: "postgres",
  async fill({ databaseUrl, jobs }) {
    const { makeWorkerUtils } = peer("graphile-worker");
    const utils = await makeWorkerUtils({ connectionString: databaseUrl });
    await utils.migrate();
    const text =
      "select graphile_worker.add_job('send', json_build_object('n', n)) from generate_series(0, " +
      "$1 - 1) n";
    await utils.withPgClient((client: pg.PoolClient) => client.query(text, [jobs]));
    await utils.release();
  },
  /** Batched as its page on performance advises. */
  async drain({ databaseUrl, sink, concurrency }) {
    const { run, Logger } = peer("graphile-worker");
    const runner = await run({
      preset: {
        worker: {
          connectionString: databaseUrl,
          concurrentJobs: concurrency,
          maxPoolSize: POOL,
          pollInterval: 500,
          localQueue: { size: concurrency + 1 },
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
        },
      },
      taskList: { send: ({ n }: { n: number }) => post(sink, n) },
      logger: new Logger(() => () => undefined),
    });
    await runner.promise;
  },
  left: ({ databaseUrl }) => count(databaseUrl, "select count(*) from graphile_worker.jobs"),
};

export const bullmq: Engine = {
  packages: ["bullmq@6.7.0", "ioredis@6.0.0"],
  needs: "redis",
  async fill({ redisUrl, jobs }) {
    const { Queue } = peer("bullmq");
    const queue = new Queue("bench", { connection: { url: redisUrl } });
    const opts = { attempts: 50, backoff: { type: "fixed", delay: RETRY_SECONDS * 1_000 } };
    await queue.addBulk(numbers(jobs).map((n) => ({ name: "send", data: { n }, opts })));
    await queue.close();
  },
  async drain({ redisUrl, sink, concurrency }) {
    const { Worker } = peer("bullmq");
    const lockDuration = LEASE_SECONDS * 1_000;
    const options = {
      connection: { url: redisUrl },
      concurrency,
      lockDuration,
      stalledInterval: lockDuration / 2,
    };
    const worker = new Worker(
      "bench",
      (job: { data: { n: number } }) => post(sink, job.data.n),
      options,
    );
    worker.on("error", (error: unknown) => console.error(`bullmq: ${String(error)}`));
  },
  async left({ redisUrl }) {
    const { Queue } = peer("bullmq");
    const queue = new Queue("bench", { connection: { url: redisUrl } });
    const counts: Record<string, number> = await queue.getJobCounts(
      "waiting",
      "active",
      "delayed",
      "failed",
    );
    await queue.close();
    return Object.values(counts).reduce((sum, count) => sum + count, 0);
  },
};
