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
 * no code of ours, beside a Hono Worker with a ready answer of the same size, on the same dev
 * server, taking turns.
 */
export async function bench(): Promise<void> {
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
  try {
    await bare.ready;
    console.log(`\napi: ${BENCH_POSTS} posts; ${LOAD.clients} clients for ${LOAD.seconds} s each`);
    const keys = await filled(dataDir);
    await compared(stack, new URL("/kept", await bare.url), keys);
  } finally {
    await bare.dispose();
    await stack.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Fills the stack's database; the keys of a thousand signals. */
async function filled(dataDir: string): Promise<string[]> {
  const { postgres = 0 } = readStackFile(dataDir)?.ports ?? {};
  const pool = new pg.Pool({
    connectionString: databaseUrl(postgres, folderSecret(dataDir, "postgres")),
    max: 1,
  });
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

async function compared(stack: Stack, bare: URL, keys: readonly string[]): Promise<void> {
  const asKey = { authorization: `Bearer ${stack.key}` };
  const page = () => `${stack.url}/signals`;
  const signal = (n: number) =>
    `${stack.url}/signals/${encodeURIComponent(keys[n % keys.length] ?? "")}`;
  const subjects: [name: string, next: (n: number) => string][] = [
    ["/signals", page],
    ["/signals/{key}", signal],
  ];
  for (const [name, next] of subjects) {
    const headers = asKey;
    const body = await (await fetch(next(0), { headers })).text();
    await fetch(bare, { method: "PUT", body });
    await underLoad(next, headers, WARM_UP);
    await underLoad(() => bare.href, {}, WARM_UP);
    const ours = await underLoad(next, headers, LOAD);
    const beside = await underLoad(() => bare.href, {}, LOAD);
    const bytes = `${(body.length / 1_000).toFixed(1)} KB`;
    print(`${name}, ${bytes}`, ours, beside);
  }
}

const print = (name: string, ours: LoadResult, bare: LoadResult): void =>
  console.log(
    `  ${name.padEnd(40)} ${shown(ours)}\n` +
      `  ${"  bare Hono, same bytes".padEnd(40)} ${shown(bare)}` +
      `   ours is ${(ours.perSecond / bare.perSecond).toFixed(2)} of it`,
  );

const shown = ({ perSecond, p50, p95 }: LoadResult): string =>
  `${perSecond.toFixed(0).padStart(5)} a second, ` +
  `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`;
