import type pg from "pg";
import { postgresStore } from "../../src/store/postgres/index.ts";
import type { Size } from "./fill.ts";
import { pagesOf } from "./pages.ts";
import { askFor, flowStatements, readStatements } from "./statements.ts";

/** Median milliseconds of a statement, and the pages that it touched at its second run. */
export type Measured = { ms: number; pages: number };

const RUNS = 9;
const MOST_MS = 5_000;
/** The run whose pages are counted: plans and catalogues have been read by then. */
const COUNTED_RUN = 1;
const EXPLAIN = "explain (analyze, buffers, timing off)";

/**
 * Every statement of the store against a filled database. `explainFrom`: plans are printed of
 * statements that touch so many pages.
 */
export async function measureStore(
  pool: pg.Pool,
  size: Size,
  explainFrom = Number.POSITIVE_INFINITY,
): Promise<Map<string, Measured>> {
  let plans: string[] | undefined;
  let spent = 0;
  const store = postgresStore({
    query: async <Row>(text: string, params: unknown[]) => {
      if (plans !== undefined) plans.push(await planOf(pool, text, params));
      const began = performance.now();
      const { rows } = await pool.query(text, params);
      spent += performance.now() - began;
      return rows as Row[];
    },
  });
  const asked = await askFor(store, size);
  const measured = new Map<string, Measured>();
  const statements = { ...readStatements(store, asked), ...flowStatements(store, asked) };
  for (const [name, work] of Object.entries(statements)) {
    const each: number[] = [];
    const began = performance.now();
    const found: string[] = [];
    for (let run = 0; run < RUNS && (run < 3 || performance.now() - began < MOST_MS); run++) {
      plans = run === COUNTED_RUN ? found : undefined;
      spent = 0;
      await work(run);
      each.push(spent);
    }
    const ms = each.toSorted((a, b) => a - b)[each.length >> 1] ?? 0;
    const pages = found.reduce((sum, plan) => sum + pagesOf(plan), 0);
    measured.set(name, { ms, pages });
    if (pages < explainFrom) continue;
    console.log(`  ${name}\n${found.join("\n").replaceAll(/^/gm, "      ")}`);
  }
  return measured;
}

/** The plan of a statement that ran, whose changes are undone. */
async function planOf(pool: pg.Pool, text: string, params: unknown[]): Promise<string> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    const { rows } = await client.query(`${EXPLAIN} ${text}`, params);
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  } finally {
    await client.query("rollback");
    client.release();
  }
}
