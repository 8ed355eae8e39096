import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { folderSecret } from "../local/access.ts";
import { databaseUrl } from "../local/services/postgres.ts";
import { bundle } from "../local/services/workerd/bundle.ts";
import { openRuntime } from "../local/services/workerd/runtime.ts";
import { type Stack, startStack } from "../local/stack.ts";
import { readStackFile } from "../local/state.ts";
import { freePorts } from "../local/supervisor/ports.ts";
import { type LoadResult, type LoadTurn, loadResult, underLoad } from "./api/load.ts";
import { descendantsOf, partsOf, usageOf } from "./pipeline/usage.ts";
import { fill } from "./store/fill.ts";
import type { Line } from "./table.ts";

/** So many posts of 278 tokens in 30 days make some 100,000 events. */
const { BENCH_POSTS = "190000" } = process.env;
const CLIENTS = 8;
const TURNS = 4;
const TURN_SECONDS = 2;
/** Eight on two cores wait for each other: how long a read takes is seen with fewer. */
const FEW = [1, 2];

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
 * no code of ours: with a key, which asks the database each time, and without, where the Worker
 * keeps an answer for a second. They take turns with a Hono Worker that has a ready answer of the
 * same size, run as ours is, and with Fastify and pg on Node over the same database.
 */
export async function bench(): Promise<Line[]> {
  const dataDir = mkdtempSync(join(tmpdir(), "api-"));
  const [port = 0] = await freePorts(1);
  const stack = await startStack({ port, dataDir }, () => undefined);
  const bare = await startBare(dataDir);
  let node: ChildProcess | undefined;
  try {
    console.log(
      `\napi: ${BENCH_POSTS} posts; ${CLIENTS} clients, ${TURNS} turns of ${TURN_SECONDS} s each`,
    );
    const keys = await filled(dataDir);
    node = spawn(process.execPath, [FASTIFY, addressOf(dataDir)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const fastify = await firstLine(node);
    return await compared(stack, { bare: new URL("/kept", bare.url), fastify }, keys);
  } finally {
    node?.kill();
    await bare.end();
    await stack.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/**
 * Hono with a ready answer, beside the same static files as ours: the runtime asks for a file
 * first, which takes most of the time of such an answer.
 */
async function startBare(dataDir: string): Promise<{ url: string; end(): Promise<void> }> {
  const [port = 0] = await freePorts(1);
  const job = {
    config: "",
    port,
    inspectorPort: null,
    stateDir: join(dataDir, "bare"),
    settings: {},
  };
  const assets = {
    directory: join(import.meta.dirname, "../public"),
    binding: "ASSETS",
    routerConfig: { has_user_worker: true },
    assetConfig: {},
  };
  const bindings = { bindings: {}, compatibilityDate: "2026-11-01", assets };
  const { run, end } = openRuntime(job, "bench-api", bindings);
  const main = join(import.meta.dirname, "api/worker.ts");
  await run(await bundle({ main, keep_names: false, rules: [] }, import.meta.dirname));
  return { url: `http://127.0.0.1:${port}`, end };
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
/** One of those who take turns, and what it is asked with. */
type Rival = { name: string; next: (n: number) => string; headers: Record<string, string> };

async function compared(stack: Stack, peers: Peers, keys: readonly string[]): Promise<Line[]> {
  const withKey = { authorization: `Bearer ${stack.key}` };
  const signal = (n: number) => `/signals/${encodeURIComponent(keys[n % keys.length] ?? "")}`;
  const subjects: [name: string, next: (n: number) => string][] = [
    ["/signals", () => "/signals"],
    ["/signals/{key}", signal],
  ];
  const lines: Line[] = [];
  for (const [name, next] of subjects) {
    const one = stack.url + next(0);
    const body = await (await fetch(one, { headers: withKey })).text();
    await fetch(peers.bare, { method: "PUT", body });
    const size = `${(body.length / 1_000).toFixed(1)} KB`;
    const read = { name: `${name}, ${size}`, next: (n: number) => stack.url + next(n) };
    const uncached = { ...read, headers: withKey };
    const asked = { headers: withKey };
    const rivals: Rival[] = [
      uncached,
      // Without a key an answer is kept for a second: of one signal all ask for the same.
      { name: "  the same, kept by the Worker", next: () => one, headers: {} },
      { name: "  Fastify and pg on Node", next: (n) => peers.fastify + next(n), ...asked },
      { name: "  bare Hono Worker, same bytes", next: () => peers.bare.href, ...asked },
    ];
    const results = await inTurns(rivals, stack);
    rivals.forEach((rival, i) => {
      print(rival.name, results[i], results[0]);
    });
    for (const clients of FEW) {
      const turn = await underLoad(uncached.next, withKey, { clients, seconds: TURN_SECONDS * 2 });
      const result = loadResult([turn]);
      print(`  ${clients} at a time, not kept`, result, result);
      const ours = `p50 ${result.p50.toFixed(1)} ms, p95 ${result.p95.toFixed(1)} ms`;
      lines.push({ what: `GET ${name}, ${clients} at a time`, ours });
    }
    const [own, kept, ...others] = results;
    for (const [what, ours] of [
      [`GET ${name}`, own],
      [`GET ${name}, kept`, kept],
    ] as const)
      lines.push(...linesOf(what, ours, rivals.slice(2), others));
  }
  return lines;
}

type Measured = LoadResult & { cpu: Map<string, number> };

/** Turn by turn, so that what else the machine does falls on all of them; the first warms up. */
async function inTurns(rivals: readonly Rival[], stack: Stack): Promise<Measured[]> {
  const turns = rivals.map(() => ({ turns: [] as LoadTurn[], cpu: new Map<string, number>() }));
  for (let turn = 0; turn <= TURNS; turn++)
    for (const [i, { next, headers }] of rivals.entries()) {
      const before = usageOf(processesOf(stack));
      const done = await underLoad(next, headers, { clients: CLIENTS, seconds: TURN_SECONDS });
      const of = turns[i];
      if (of === undefined || turn === 0) continue;
      of.turns.push(done);
      for (const [name, { cpuMs }] of usageOf(processesOf(stack)))
        of.cpu.set(name, (of.cpu.get(name) ?? 0) + cpuMs - (before.get(name)?.cpuMs ?? 0));
    }
  return turns.map(({ turns, cpu }) => ({ ...loadResult(turns), cpu }));
}

/** Those that answer: our stack's, and the bare Worker's, whose dev server runs in this process. */
function processesOf(stack: Stack): Map<string, number> {
  const parts = partsOf(stack);
  parts.delete("feeder");
  const ours = new Set(parts.values());
  const bare = descendantsOf(process.pid, "workerd").filter((pid) => !ours.has(pid));
  bare.forEach((pid, n) => {
    parts.set(`bare ${n}`, pid);
  });
  return parts;
}

function linesOf(
  what: string,
  own: LoadResult | undefined,
  rivals: readonly Rival[],
  results: readonly LoadResult[],
): Line[] {
  if (own === undefined) return [];
  return results.map(({ perSecond }, i) => ({
    what,
    ours: `${own.perSecond.toFixed(0)}/s`,
    beside: `${rivals[i]?.name.trim()}: ${perSecond.toFixed(0)}/s`,
    ratio: own.perSecond / perSecond,
  }));
}

function print(name: string, of: Measured | LoadResult | undefined, first?: LoadResult): void {
  if (of === undefined) return;
  const ratio =
    first === undefined || of === first
      ? ""
      : `   ${(of.perSecond / first.perSecond).toFixed(2)} times the first`;
  console.log(`  ${name.padEnd(32)} ${shown(of)}${ratio}`);
  if (!("cpu" in of)) return;
  const spent = [...of.cpu]
    .map(([part, ms]) => [part, ms / of.requests] as const)
    .filter(([, ms]) => ms >= 0.05)
    .map(([part, ms]) => `${part} ${ms.toFixed(2)}`);
  if (spent.length > 0) console.log(`    CPU ms a request: ${spent.join(", ")}`);
}

const shown = ({ perSecond, p50, p95 }: LoadResult): string =>
  `${perSecond.toFixed(0).padStart(5)} a second, ` +
  `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`;
