import { type ChildProcess, spawn } from "node:child_process";
import { startPostgres, type TestPostgres } from "../../test/support/postgres.ts";
import { ENGINES, type Engine, installPeers } from "./delivery/engines.ts";
import { type Report, reportOf } from "./delivery/report.ts";
import { startSink } from "./delivery/sink.ts";

const JOBS = Number(process.env.BENCH_JOBS ?? 10_000);
const CONCURRENCY = 32;
/** When this part of the jobs has arrived the worker is killed, and another carries on. */
const KILL_AT = 0.4;
/** Longer than our own lease and the expiry given to pg-boss: who still holds a job then has lost it for hours. */
const PATIENCE_MS = 180_000;

/**
 * Notifications to a sink on this machine that answers 10 % with 500 and 1 % with 429, and takes 2 % without an answer; the worker is killed with
 * SIGKILL in the middle and another carries on. Each engine in a process of its own, one after another, with the same concurrency and database.
 */
export async function bench(): Promise<void> {
  console.log(`\ndelivery: ${JOBS} notifications, ${CONCURRENCY} at a time, kill -9 at ${KILL_AT * 100} %`);
  const reports: Report[] = [];
  for (const [name, engine] of Object.entries(ENGINES)) {
    const reason = unusable(engine);
    if (reason !== null) console.log(`  ${name.padEnd(16)} skipped: ${reason}`);
    else {
      const report = await run(name);
      reports.push(report);
      console.log(`  ${line(report, reports[0])}`);
    }
  }
}

function unusable({ needs, packages }: Engine): string | null {
  if (needs === "redis" && !process.env.REDIS_URL) return "no Redis here; give one with REDIS_URL";
  try {
    if (packages.length > 0) installPeers(packages);
    return null;
  } catch {
    return `${packages.join(" ")} could not be installed`;
  }
}

const line = (report: Report, own: Report | undefined): string => {
  const { engine, perSecond, p95, last, missing, repeats, lostAnswers } = report;
  const ratio = own && own !== report ? ` (${(perSecond / own.perSecond).toFixed(2)} of ours)` : "";
  const end = missing > 0 ? `${missing} not sent after ${PATIENCE_MS / 1_000} s` : `all after ${last.toFixed(1)} s`;
  return `${engine.padEnd(16)} ${perSecond.toFixed(0).padStart(5)}/s${ratio}, 95 % after ${p95.toFixed(1)} s, ${end}, repeats ${repeats} for ${lostAnswers} lost answers`;
};

async function run(engine: string): Promise<Report> {
  const postgres: TestPostgres = await startPostgres();
  const sink = await startSink();
  const env = { ...process.env, DATABASE: postgres.url, SINK: sink.url, JOBS: `${JOBS}`, CONCURRENCY: `${CONCURRENCY}` };
  const script = new URL("./delivery/worker.ts", import.meta.url).pathname;
  const work = (verb: "fill" | "drain") =>
    spawn(process.execPath, [script, engine, verb], { env, stdio: ["ignore", "ignore", "inherit"] });
  try {
    await ended(work("fill"));
    const started = performance.now();
    const first = work("drain");
    await sink.until(JOBS * KILL_AT, PATIENCE_MS);
    await killed(first);
    const second = work("drain");
    await sink.until(JOBS, PATIENCE_MS);
    await killed(second);
    return reportOf(engine, JOBS, started, sink.arrivals());
  } finally {
    await sink.stop();
    await postgres.stop();
  }
}

function killed(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  return child.exitCode === null && child.signalCode === null
    ? new Promise((gone) => child.once("exit", () => gone()))
    : Promise.resolve();
}

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`the worker ended with ${code}`))));
  });
