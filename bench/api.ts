import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { unstable_startWorker as startWorker } from "wrangler";
import { folderSecret } from "../local/access.ts";
import { databaseUrl } from "../local/services/postgres.ts";
import { type Stack, startStack } from "../local/stack.ts";
import { readStackFile } from "../local/state.ts";
import { freePorts } from "../local/supervisor/ports.ts";
import { type LoadResult, underLoad } from "./api/load.ts";
import { fill } from "./store/fill.ts";
import type { Line } from "./table.ts";

/** So many posts of 278 tokens in 30 days make some 100,000 events. */
const { BENCH_POSTS = "190000" } = process.env;
const LOAD = { clients: 8, seconds: 8 };
const WARM_UP = { clients: 8, seconds: 2 };

/** A signal as the product stores one: thirty facts with their providers. */
const FACTS = {
  evaluatedAt: "2026-01-15T10:00:00.000Z",
  values: Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`fact_${n}`, n * 1.5])),
  origin: Object.fromEntries(
    Array.from({ length: 30 }, (_, n) => [
      `fact_${n}`,
      { provider: "dex", asOf: "2026-01-15T10:00:00.000Z" },
    ]),
  ),
  degraded: [],
  notes: [],
};
const REASONS = Array.from({ length: 4 }, (_, n) => ({
  rule: `R${n}`,
  group: "g",
  score: 4,
  text: `Reason ${n}: many authors speak of it`,
}));

/**
 * GET /signals and /signals/{key} over 100,000 events, past the cache before the Worker, which runs
 * no code of ours, taking turns with a Hono Worker that has a ready answer of the same size, on the
 * same dev server, and with Fastify and pg on Node over the same database.
 */
export async function bench(): Promise<Line[]> {
  const dataDir = mkdtempSync(join(tmpdir(), "api-"));
  const [port = 0] = await freePorts(1);
  const stack = await startStack({ port, dataDir }, () => undefined);
  const bare = await startWorker({
    config: fileURLToPath(new URL("./api/wrangler.toml", import.meta.url)),
    dev: {
      server: { hostname: "127.0.0.1", port: 0 },
      inspector: false,
      logLevel: "error",
      watch: false,
    },
  });
  let node: ChildProcess | undefined;
  try {
    await bare.ready;
    console.log(`\napi: ${BENCH_POSTS} posts; ${LOAD.clients} clients for ${LOAD.seconds} s each`);
    const keys = await filled(dataDir);
    node = spawn(process.execPath, [FASTIFY, addressOf(dataDir)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const fastify = await firstLine(node);
    return await compared(stack, { bare: new URL("/kept", await bare.url), fastify }, keys);
  } finally {
    node?.kill();
    await bare.dispose();
    await stack.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const FASTIFY = fileURLToPath(new URL("./api/fastify.ts", import.meta.url));

function addressOf(dataDir: string): string {
  const { postgres = 0 } = readStackFile(dataDir)?.ports ?? {};
  return databaseUrl(postgres, folderSecret(dataDir, "postgres"));
}

/** What a process says first: its address. */
const firstLine = (process: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    process.once("exit", (code) => reject(new Error(`Fastify ended with ${code}`)));
    process.stdout?.once("data", (text) => resolve(String(text).trim()));
  });

/** Fills the stack's database; the keys of a thousand signals. */
async function filled(dataDir: string): Promise<string[]> {
  const pool = new pg.Pool({ connectionString: addressOf(dataDir), max: 1 });
  try {
    const now = new Date().toISOString();
    await fill(pool, { posts: Number(BENCH_POSTS), days: 30, now });
    await pool.query(
      `update signals set level = 'observe', risk_level = 'green', features_snapshot = $1,
        reasons = $2`,
      [JSON.stringify(FACTS), JSON.stringify(REASONS)],
    );
    await pool.query("vacuum analyze signals");
    const { rows } = await pool.query<{ key: string }>(
      "select event_key as key from signals order by ts desc limit 1000",
    );
    return rows.map(({ key }) => key);
  } finally {
    await pool.end();
  }
}

type Peers = { bare: URL; fastify: string };

async function compared(stack: Stack, peers: Peers, keys: readonly string[]): Promise<Line[]> {
  const headers = { authorization: `Bearer ${stack.key}` };
  const page = () => "/signals";
  const signal = (n: number) => `/signals/${encodeURIComponent(keys[n % keys.length] ?? "")}`;
  const subjects: [name: string, next: (n: number) => string][] = [
    ["/signals", page],
    ["/signals/{key}", signal],
  ];
  const lines: Line[] = [];
  for (const [name, next] of subjects) {
    const body = await (await fetch(stack.url + next(0), { headers })).text();
    await fetch(peers.bare, { method: "PUT", body });
    const rivals: [name: string, next: (n: number) => string][] = [
      [`${name}, ${(body.length / 1_000).toFixed(1)} KB`, (n) => stack.url + next(n)],
      ["  Fastify and pg on Node", (n) => peers.fastify + next(n)],
      ["  bare Hono Worker, same bytes", () => peers.bare.href],
    ];
    for (const [, address] of rivals) await underLoad(address, headers, WARM_UP);
    const results: LoadResult[] = [];
    for (const [, address] of rivals) results.push(await underLoad(address, headers, LOAD));
    rivals.forEach(([rival], i) => {
      print(rival, results[i], results[0]);
    });
    lines.push(
      ...linesOf(
        `GET ${name}`,
        rivals.map(([rival]) => rival.trim()),
        results,
      ),
    );
  }
  return lines;
}

function linesOf(what: string, rivals: readonly string[], results: readonly LoadResult[]): Line[] {
  const [own, ...peers] = results;
  if (own === undefined) return [];
  return peers.map((peer, i) => ({
    ...{ what, ours: `${own.perSecond.toFixed(0)}/s` },
    beside: `${rivals[i + 1]}: ${peer.perSecond.toFixed(0)}/s`,
    ratio: own.perSecond / peer.perSecond,
  }));
}

function print(name: string, of: LoadResult | undefined, ours: LoadResult | undefined): void {
  if (!of || !ours) return;
  const ratio = of === ours ? "" : `   ours is ${(ours.perSecond / of.perSecond).toFixed(2)} of it`;
  console.log(`  ${name.padEnd(32)} ${shown(of)}${ratio}`);
}

const shown = ({ perSecond, p50, p95 }: LoadResult): string =>
  `${perSecond.toFixed(0).padStart(5)} a second, ` +
  `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`;
