import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ask } from "../cli/client.ts";
import { costPage } from "../cli/cost/page.ts";
import { feedFile } from "../local/feed.ts";
import { type Stack, startStack } from "../local/stack.ts";
import { readStackFile } from "../local/state.ts";
import { freePorts } from "../local/supervisor/ports.ts";
import { SOURCES } from "../src/sources/registry.ts";
import type { OperationCounts } from "./cost/counts.ts";
import { storeCounts } from "./pipeline/store-counts.ts";
import { firstUnder, usageOf } from "./pipeline/usage.ts";

const ROOT = resolve(import.meta.dirname, "..");
const SAMPLES = join(ROOT, "samples/posts.jsonl");
const COST_PAGE = join(ROOT, "docs/cost.md");
const COUNTS_FILE = join(ROOT, "cli/cost/counts.json");
const TICKS = 5;
/** Late looks at facts, and what they set off. */
const SETTLE_MS = 27_000;

/** Operations per 1,000 posts, and of one minute without any. */
export type CostCounts = {
  posts: number;
  outcomes: Record<string, number>;
  perThousand: Record<string, number>;
  perMinute: Record<string, number>;
};

/** wrangler.toml with the counting Worker in place of the product's. */
function countingConfig(dataDir: string): string {
  const text = readFileSync(join(ROOT, "wrangler.toml"), "utf8")
    .replace(/^main = .*$/m, `main = ${JSON.stringify(join(ROOT, "bench/cost/worker.ts"))}`)
    .replace(/^directory = .*$/m, `directory = ${JSON.stringify(join(ROOT, "public"))}`);
  const file = join(dataDir, "counting.toml");
  writeFileSync(file, text);
  return file;
}

/**
 * Feeds the sample posts through the whole product with every binding counted, beside one webhook
 * channel and without polled sources.
 */
export async function countOperations(): Promise<CostCounts> {
  const dataDir = mkdtempSync(join(tmpdir(), "cost-"));
  const [port = 0] = await freePorts(1);
  const settings = {
    SOURCES_OFF: SOURCES.map(({ name }) => name).join(" "),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
  };
  const config = countingConfig(dataDir);
  const stack = await startStack({ port, dataDir, config, settings }, () => undefined);
  try {
    await ask(stack, "/channels", {
      method: "POST",
      body: { kind: "webhook", name: "hook", settings: { url: `${stack.emulators}/webhook/a` } },
    });
    return await counted(stack, readStackFile(dataDir)?.ports ?? {});
  } finally {
    await stack.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function counted(stack: Stack, ports: Record<string, number>): Promise<CostCounts> {
  const miniflare = stack.services.get("worker")?.pid() ?? 0;
  const workerd = new Map([["workerd", firstUnder(miniflare, "workerd") ?? 0]]);
  const look = async () => ({
    worker: await ask<OperationCounts>(stack, "/counts"),
    stores: await storeCounts(ports, stack.redisToken),
    cpuMs: usageOf(workerd).get("workerd")?.cpuMs ?? 0,
  });
  type Look = Awaited<ReturnType<typeof look>>;
  const since = (before: Look, { worker, stores, cpuMs }: Look) => ({
    ...flat(worker),
    sqlStatements: stores.sql - before.stores.sql,
    redisCommands: stores.redisCommands - before.stores.redisCommands,
    cpuMs: cpuMs - before.cpuMs,
  });
  const began = await look();
  await feedFile(stack, SAMPLES, () => undefined);
  await new Promise((settled) => setTimeout(settled, SETTLE_MS));
  const fed = await look();
  for (let tick = 0; tick < TICKS; tick++)
    await fetch(
      // A minute each: what is done once a minute is done in each of them.
      `${stack.url}/cdn-cgi/local/scheduled?cron=*+*+*+*+*&time=${Date.now() + tick * 60_000}`,
    );
  const idle = await look();
  const audit = await ask<Record<string, number>>(stack, "/audit");
  const { accepted = 0, evidence = 0, dropped = 0, duplicate = 0 } = audit;
  const each = (counts: Record<string, number>, by: number) =>
    Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, round(count / by)]));
  return {
    posts: accepted,
    outcomes: { evidence, dropped, duplicate },
    perThousand: each(since(began, fed), accepted / 1_000),
    perMinute: each(since(fed, idle), TICKS),
  };
}

const round = (count: number) => Math.round(count * 10) / 10;

/** One figure for each thing that is billed. */
const flat = ({ objectRequests, objectMs, ...rest }: OperationCounts): Record<string, number> => ({
  ...rest,
  objectRequests: Object.values(objectRequests).reduce((sum, count) => sum + count, 0),
  objectSeconds: objectMs / 1_000,
});

/** Counts, prints, and keeps the figures for `stream cost` and docs/cost.md. */
export async function bench(): Promise<void> {
  const counts = await countOperations();
  console.log(JSON.stringify(counts, null, 2));
  writeFileSync(COUNTS_FILE, `${JSON.stringify(counts, null, 2)}\n`);
  const page = readFileSync(COST_PAGE, "utf8");
  writeFileSync(COST_PAGE, costPage(page, counts));
}
