import { iso } from "../src/kit/time.ts";
import { postgresStore } from "../src/store/postgres/index.ts";
import { startPostgres } from "../test/support/postgres.ts";
import { fill } from "./store/fill.ts";
import { askFor, flowStatements, readStatements } from "./store/statements.ts";
import type { Line } from "./table.ts";

const { BENCH_POSTS = "100000,1000000", BENCH_EXPLAIN } = process.env;
const SIZES = BENCH_POSTS.split(",").map(Number);
const DAYS = 30;
const RUNS = 9;
const HOURS = DAYS * 24;
/** Of a hundred posts some twenty make an event, however many there are. */
const POSTS_AN_EVENT = 5;
const MOST_MS = 5_000;
/** In the table at the end: so many of those that take so long at least. */
const SHOWN = 5;
const LEAST_SHOWN_MS = 2;

type Times = Map<string, number>;

/**
 * Every statement of the store against databases of growing size. BENCH_POSTS=100000,10000000 takes
 * some 20 GB of disk, which are free again afterwards.
 */
export async function bench(): Promise<Line[]> {
  const sizes: Times[] = [];
  for (const posts of SIZES) sizes.push(await timed(posts));
  const [smallest, largest] = [sizes[0], sizes.at(-1)];
  console.log(`\nstore: median milliseconds of each statement, by the number of posts`);
  console.log(
    `  ${"".padEnd(42)}${SIZES.map((size) => `${size}`.padStart(10)).join("")}     ratio`,
  );
  for (const name of largest?.keys() ?? []) {
    const row = sizes.map((times) => (times.get(name) ?? 0).toFixed(1).padStart(10)).join("");
    const ratio = (largest?.get(name) ?? 0) / (smallest?.get(name) ?? 1);
    console.log(`  ${name.padEnd(42)}${row}${ratio.toFixed(1).padStart(10)}`);
  }
  return linesOf(smallest ?? new Map(), largest ?? new Map());
}

/** The statements that grew most: ours is the larger database, beside it the smaller one. */
function linesOf(smallest: Times, largest: Times): Line[] {
  const grown = [...largest].map(([what, ms]) => ({ what, ms, before: smallest.get(what) ?? ms }));
  return grown
    .filter(({ ms }) => ms >= LEAST_SHOWN_MS)
    .sort((a, b) => a.before / a.ms - b.before / b.ms)
    .slice(0, SHOWN)
    .map(({ what, ms, before }) => ({
      what,
      ours: `${ms.toFixed(1)} ms of ${SIZES.at(-1)} posts`,
      beside: `${before.toFixed(1)} ms of ${SIZES[0]}`,
      ratio: before / ms,
    }));
}

async function timed(posts: number): Promise<Times> {
  console.log(`\nstore: ${posts} posts of ${DAYS} days on PostgreSQL 17`);
  const postgres = await startPostgres();
  try {
    const size = { posts, days: DAYS, now: iso(Date.now()) };
    const symbols = Math.ceil(posts / POSTS_AN_EVENT / HOURS);
    await fill(postgres.pool, { ...size, symbols });
    let last: [string, unknown[]] = ["", []];
    const store = postgresStore({
      query: async <Row>(text: string, params: unknown[]) => {
        last = [text, params];
        return (await postgres.pool.query(text, params)).rows as Row[];
      },
    });
    const asked = await askFor(store, size);
    const times: Times = new Map();
    const statements = { ...readStatements(store, asked), ...flowStatements(store, asked) };
    for (const [name, work] of Object.entries(statements)) {
      const each: number[] = [];
      const began = performance.now();
      for (let run = 0; run < RUNS && (run < 2 || performance.now() - began < MOST_MS); run++) {
        const start = performance.now();
        await work(run);
        each.push(performance.now() - start);
      }
      const ms = each.toSorted((a, b) => a - b)[each.length >> 1] ?? 0;
      times.set(name, ms);
      if (BENCH_EXPLAIN === undefined || ms <= Number(BENCH_EXPLAIN)) continue;
      const [text, params] = last;
      const { rows } = await postgres.pool.query(`explain (analyze, buffers) ${text}`, params);
      console.log(`  ${name}\n${rows.map((row) => `      ${row["QUERY PLAN"]}`).join("\n")}`);
    }
    return times;
  } finally {
    await postgres.stop();
  }
}
