import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { startPostgres } from "../test/support/postgres.ts";
import { type Engine, type Job, LEASE_SECONDS } from "./delivery/engine.ts";
import { ENGINES } from "./delivery/engines.ts";
import { installPeers } from "./delivery/peers.ts";
import { type Redis, startRedis } from "./delivery/redis.ts";
import { linesOf, type Report, reportOf, tableOf } from "./delivery/report.ts";
import { startSink } from "./delivery/sink.ts";
import { firstUnder, usageOf } from "./pipeline/usage.ts";
import type { Line } from "./table.ts";

const { BENCH_JOBS = "10000", BENCH_ENGINES = Object.keys(ENGINES).join() } = process.env;
const JOBS = Number(BENCH_JOBS);
const CONCURRENCY = 32;
/** When this part of the jobs has arrived the worker is killed, and another carries on. */
const KILL_AT = 0.4;
/** Until so many arrived, processor time is counted: what comes later waits for retries. */
const COUNTED_TO = 0.95;
/**
 * An engine may need so long to take over what the dead worker held; what has not come then is
 * counted as held.
 */
const PATIENCE_MS = (2 * LEASE_SECONDS + 15) * 1_000;

/**
 * Notifications to a sink on this machine that answers 10 % with 500 and 1 % with 429, and takes 2
 * % without an answer; the worker is killed with SIGKILL in the middle and another carries on. Each
 * engine in a process of its own, one after another, with the same concurrency, retry delay and
 * lease. `BENCH_JOBS=2000 BENCH_ENGINES=ours,bullmq` makes it shorter.
 */
export async function bench(): Promise<Line[]> {
  console.log(
    `\ndelivery: ${JOBS} notifications, ${CONCURRENCY} at a time, kill -9 at ${KILL_AT * 100} %`,
  );
  const redis = await startRedis();
  const reports: Report[] = [];
  try {
    for (const [name, engine] of Object.entries(ENGINES).filter(([name]) =>
      BENCH_ENGINES.split(",").includes(name),
    )) {
      const reason = unusable(engine, redis);
      if (reason === null) reports.push(await run(name, engine, redis?.url ?? ""));
      else console.log(`  ${name}: skipped, ${reason}`);
    }
  } finally {
    redis?.stop();
  }
  console.log(tableOf(reports));
  return linesOf(reports);
}

function unusable({ needs, packages }: Engine, redis: Redis | null): string | null {
  if (needs === "redis" && redis === null)
    return "there is no redis-server here (Debian: apt-get install redis-server)";
  try {
    if (packages.length > 0) installPeers(packages);
    return null;
  } catch {
    return `${packages.join(" ")} could not be installed`;
  }
}

async function run(name: string, engine: Engine, redisUrl: string): Promise<Report> {
  const postgres = await startPostgres();
  const sink = await startSink();
  const job: Job = {
    databaseUrl: postgres.url,
    redisUrl,
    sink: sink.url,
    jobs: JOBS,
    concurrency: CONCURRENCY,
  };
  const work = (verb: "fill" | "drain"): ChildProcess => {
    const script = new URL("./delivery/worker.ts", import.meta.url).pathname;
    return spawn(process.execPath, [script, name, verb, JSON.stringify(job)], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
  };
  try {
    const filled = await once(work("fill"), "exit");
    if (filled[0] !== 0) throw new Error(`${name} could not be filled`);
    const database = firstUnder(process.pid, "postgres") ?? 0;
    const began = cpuMsOf(database);
    const first = work("drain");
    await sink.until(JOBS * KILL_AT, PATIENCE_MS);
    const ofFirst = cpuMsOf(first.pid);
    await killed(first);
    const second = work("drain");
    await sink.until(JOBS * COUNTED_TO, PATIENCE_MS);
    const counted = JOBS * COUNTED_TO;
    const cpu = {
      workerMs: (ofFirst + cpuMsOf(second.pid)) / counted,
      postgresMs: (cpuMsOf(database) - began) / counted,
    };
    await sink.until(JOBS, PATIENCE_MS);
    await killed(second);
    return reportOf(name, JOBS, await engine.left(job), sink.arrivals(), cpu);
  } finally {
    await sink.stop();
    await postgres.stop();
  }
}

/** Processor time of a process and all that descend from it. */
const cpuMsOf = (pid = 0): number => usageOf(new Map([["all", pid]])).get("all")?.cpuMs ?? 0;

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) throw new Error(`the worker ended with ${child.exitCode}`);
  child.kill("SIGKILL");
  await once(child, "exit");
}
