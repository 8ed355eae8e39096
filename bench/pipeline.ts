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
import { partsOf, type Usage, usageOf } from "./pipeline/usage.ts";
import type { Line } from "./table.ts";

/** BENCH_PROFILE: the file to which a CPU profile of the Worker is written. */
const { BENCH_POSTS = "3000", BENCH_FILE, BENCH_PROFILE } = process.env;

const WARM_UP = 300;
/** Batches on their way at a time in the burst: the work of one goes on while another waits. */
const SENDERS = 2;
/** A pace that leaves room: so many posts a second, for so long. */
const HEALTHY_RATE = 10;
const PACED_SECONDS = 30;
/** 15 to 22 s after the first posts their events look again for facts that were late. */
const SETTLED_MS = 27_000;

/**
 * The whole product as `npm start` runs it: how long posts and notifications wait while there is
 * little to do, what a post costs, by part, when posts come as fast as they are taken, and how long
 * they wait at half of that rate. Then another stack on the same posts, where it can run.
 */
export async function bench(): Promise<Line[]> {
  const dataDir = mkdtempSync(join(tmpdir(), "pipeline-"));
  const [port = 0] = await freePorts(1);
  try {
    const file = BENCH_FILE ?? generated(dataDir, Number(BENCH_POSTS), 1);
    const { rate, lines } = await ourRun(port, dataDir, file);
    return [race(rate, runBaseline(resolve(file))), ...lines];
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function race(ours: number, baseline: BaselineRun): Line {
  const what = BENCH_FILE ?? "posts, nine of ten evidence";
  const line = { what, ours: `${ours.toFixed(0)}/s` };
  if (!("rate" in baseline)) {
    console.log(`\n  no baseline: ${baseline.why}`);
    return line;
  }
  const beside = `${baseline.rate.toFixed(0)}/s`;
  const ratio = ours / baseline.rate;
  console.log(
    `\n  ${line.ours}, the baseline ${beside} in the same run: ${ratio.toFixed(2)} times`,
  );
  return { ...line, beside: `baseline: ${beside}`, ratio };
}

type OurRun = { rate: number; lines: Line[] };

async function ourRun(port: number, dataDir: string, file: string): Promise<OurRun> {
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
    await new Promise((wake) => setTimeout(wake, SETTLED_MS));
    const healthy = await paced(stack, dataDir, HEALTHY_RATE, 4);
    const cost = await measured(stack, dataDir, file);
    // What comes at a pace is generated: half of the rate of other posts may be too much of it.
    const pace = Math.max(1, Math.round(cost.rate / 2));
    const half = BENCH_FILE === undefined ? await paced(stack, dataDir, pace, 3) : [];
    const lines = [
      { what: "a post costs", ours: cost.shown },
      ...[...healthy, ...half].map(([what, ours]) => ({ what, ours })),
    ];
    return { rate: cost.rate, lines };
  } finally {
    await stack.stop();
  }
}

/** How long posts and notifications wait when posts come at a rate. */
async function paced(
  stack: Stack,
  dataDir: string,
  rate: number,
  seed: number,
): Promise<[what: string, times: string][]> {
  const since = new Date();
  const file = generated(dataDir, rate * PACED_SECONDS, seed);
  await feedPaced(stack, file, rate, () => undefined);
  const { commitToSend, acceptedToDelivered } = await waitsSince(stack.databaseUrl, since);
  const shown = ({ p50, p95, count }: Times): string =>
    count === 0 ? "none" : `p50 ${p50?.toFixed(0)} ms, p95 ${p95?.toFixed(0)} ms of ${count}`;
  const waits: [string, string][] = [
    [`commit to send, ${rate} posts/s`, shown(commitToSend)],
    [`accepted to delivered, ${rate} posts/s`, shown(acceptedToDelivered)],
  ];
  for (const [what, times] of waits) console.log(`  ${what}: ${times}`);
  return waits;
}

/** Ids differ between sources too: another stack may know a post by its id alone. */
function generated(dataDir: string, count: number, seed: number): string {
  const file = join(dataDir, `posts-${seed}.jsonl`);
  const lines = workload(seed, count).posts.map(({ postedAt, tokenCa, id, ...post }) => {
    const wire = { ...post, id: `${seed}-${post.source}-${id}`, posted_at: postedAt };
    return JSON.stringify(tokenCa === undefined ? wire : { ...wire, token_ca: tokenCa });
  });
  writeFileSync(file, lines.join("\n"));
  return file;
}

type Cost = { rate: number; shown: string };

async function measured(stack: Stack, dataDir: string, file: string): Promise<Cost> {
  const ports = readStackFile(dataDir)?.ports ?? {};
  const parts = partsOf(stack);
  const usedBefore = usageOf(parts);
  const before = await storeCounts(ports, stack.redisToken);
  const { accepted } = await ask<{ accepted: number }>(stack, "/audit");
  const profiler = BENCH_PROFILE && (await profileWorker(ports.inspector ?? 0, BENCH_PROFILE));
  const began = performance.now();
  const first = await feedFile(stack, file, (line) => console.log(line), { senders: SENDERS });
  const used = usageOf(parts);
  const after = await storeCounts(ports, stack.redisToken);
  const seconds = (performance.now() - began) / 1_000;
  const posts = first.accepted - accepted;
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
  const statements = (after.sql - before.sql) / posts;
  return {
    rate: posts / seconds,
    shown: `${(total / posts).toFixed(2)} ms CPU, ${statements.toFixed(2)} SQL statements`,
  };
}
