import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ask } from "../cli/client.ts";
import { feedFile, feedPaced } from "../local/feed.ts";
import { type Stack, startStack } from "../local/stack.ts";
import { readStackFile } from "../local/state.ts";
import { freePorts } from "../local/supervisor/ports.ts";
import { workload } from "../test/sim/workload.ts";
import { type BaselineRun, runBaseline } from "./pipeline/baseline.ts";
import { type Times, waitsSince } from "./pipeline/latency.ts";
import { profileWorker } from "./pipeline/profile.ts";
import { storeCounts } from "./pipeline/store-counts.ts";
import { descendantsOf, type Usage, usageOf } from "./pipeline/usage.ts";

/** BENCH_PROFILE: the file to which a CPU profile of the Worker is written. */
const { BENCH_POSTS = "3000", BENCH_FILE, BENCH_PROFILE } = process.env;

const WARM_UP = 300;
/** After the burst posts come at a pace that leaves room: so many a second, for so long. */
const HEALTHY_RATE = 10;
const PACED_SECONDS = 30;

/**
 * The whole product as `npm start` runs it, fed with posts as fast as it takes them: what a post
 * costs, by part. Then another stack on the same posts, where it can run.
 */
export async function bench(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), "pipeline-"));
  const [port = 0] = await freePorts(1);
  try {
    const file = BENCH_FILE ?? generated(dataDir, Number(BENCH_POSTS), 1);
    const rate = await measuredRate(port, dataDir, file);
    race(rate, runBaseline(resolve(file)));
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function race(ours: number, baseline: BaselineRun): void {
  console.log(
    "rate" in baseline
      ? `\n  ${ours.toFixed(0)} posts/s, the baseline ${baseline.rate.toFixed(0)} in the same ` +
          `run: ${(ours / baseline.rate).toFixed(2)} times`
      : `\n  no baseline: ${baseline.why}`,
  );
}

async function measuredRate(port: number, dataDir: string, file: string): Promise<number> {
  const inspect = BENCH_PROFILE !== undefined;
  const stack = await startStack({ port, dataDir, inspect }, () => undefined);
  try {
    // No Telegram chat: it takes a message a second, and the bench would measure that.
    await ask(stack, "/channels", {
      method: "POST",
      body: {
        kind: "webhook",
        name: "hook",
        settings: { url: `${stack.emulators}/webhook/local` },
      },
    });
    console.log(
      `\npipeline: ${BENCH_FILE ?? `${BENCH_POSTS} generated posts`}; a first run warms it up`,
    );
    await feedFile(stack, generated(dataDir, WARM_UP, 2), () => undefined);
    const rate = await measured(stack, dataDir, file);
    await paced(stack, dataDir, Math.max(1, Math.round(rate / 2)), "half the measured rate", 3);
    await paced(stack, dataDir, HEALTHY_RATE, "healthy", 4);
    return rate;
  } finally {
    await stack.stop();
  }
}

/** How long posts and notifications wait when posts come at a rate. */
async function paced(
  stack: Stack,
  dataDir: string,
  rate: number,
  called: string,
  seed: number,
): Promise<void> {
  const since = new Date();
  const file = generated(dataDir, rate * PACED_SECONDS, seed);
  await feedPaced(stack, file, rate, () => undefined);
  const { commitToSend, acceptedToDelivered } = await waitsSince(stack.databaseUrl, since);
  const shown = ({ p50, p95, count }: Times): string =>
    count === 0 ? "none" : `p50 ${p50?.toFixed(0)} ms, p95 ${p95?.toFixed(0)} ms of ${count}`;
  console.log(`\n  ${rate} posts/s for ${PACED_SECONDS} s (${called}):`);
  console.log(`    accepted to delivered ${shown(acceptedToDelivered)}`);
  console.log(`    commit to send        ${shown(commitToSend)}`);
}

function generated(dataDir: string, count: number, seed: number): string {
  const file = join(dataDir, `posts-${seed}.jsonl`);
  const lines = workload(seed, count).posts.map(({ postedAt, tokenCa, id, ...post }) => {
    const wire = { ...post, id: `${seed}-${id}`, posted_at: postedAt };
    return JSON.stringify(tokenCa === undefined ? wire : { ...wire, token_ca: tokenCa });
  });
  writeFileSync(file, lines.join("\n"));
  return file;
}

async function measured(stack: Stack, dataDir: string, file: string): Promise<number> {
  const ports = readStackFile(dataDir)?.ports ?? {};
  const parts = partsOf(stack);
  const usedBefore = usageOf(parts);
  const before = await storeCounts(ports, stack.redisToken);
  const profiler = BENCH_PROFILE && (await profileWorker(ports.inspector ?? 0, BENCH_PROFILE));
  const began = performance.now();
  const first = await feedFile(stack, file, (line) => console.log(line));
  const used = usageOf(parts);
  const after = await storeCounts(ports, stack.redisToken);
  const seconds = (performance.now() - began) / 1_000;
  const posts = first.accepted - WARM_UP;
  const each = (count: number): string => (count / posts).toFixed(2).padStart(8);
  const cpu = (name: string, of: Map<string, Usage>): number => of.get(name)?.cpuMs ?? 0;
  const spent = new Map(
    [...parts.keys()].map((name) => [name, cpu(name, used) - cpu(name, usedBefore)]),
  );
  const total = [...spent.values()].reduce((sum, ms) => sum + ms, 0);
  console.log(`\n  a post costs (${posts} posts in ${seconds.toFixed(1)} s)`);
  console.log(`  ${each(after.sql - before.sql)} SQL statements`);
  console.log(`  ${each(after.redisTrips - before.redisTrips)} Redis round trips`);
  console.log(`  ${each(after.redisCommands - before.redisCommands)} Redis commands`);
  console.log(`  ${each(total)} ms of processor time, of it`);
  for (const [name, ms] of [...spent].sort(([, a], [, b]) => b - a)) {
    const share = `${((100 * ms) / total).toFixed(0)} %`.padStart(5);
    console.log(
      `  ${each(ms)} ms ${share} ${name.padEnd(9)} ` +
        `${(used.get(name)?.megabytes ?? 0).toFixed(0)} MB`,
    );
  }
  if (profiler) for (const line of await profiler.stop()) console.log(`  ${line}`);
  return posts / seconds;
}

/**
 * The process of each part, and this one, which feeds. Under wrangler the Worker has a workerd of
 * its own, and so has the proxy before it.
 */
function partsOf(stack: Stack): Map<string, number> {
  const parts = new Map<string, number>([["feeder", process.pid]]);
  for (const [name, part] of stack.services) {
    const pid = part.pid();
    if (pid !== undefined) parts.set(name === "worker" ? "wrangler" : name, pid);
  }
  const [workerd, proxy] = descendantsOf(parts.get("wrangler") ?? 0, "workerd");
  if (workerd !== undefined) parts.set("workerd", workerd);
  if (proxy !== undefined) parts.set("proxy", proxy);
  return parts;
}
