import { iso } from "../src/kit/time.ts";
import { startPostgres } from "../test/support/postgres.ts";
import { fill } from "./store/fill.ts";
import { type Measured, measureStore } from "./store/measure.ts";
import type { Line } from "./table.ts";

const { BENCH_POSTS = "100000,1000000", BENCH_EXPLAIN } = process.env;
const SIZES = BENCH_POSTS.split(",").map(Number);
const DAYS = 30;
const HOURS = DAYS * 24;
/** Of a hundred posts some twenty make an event, however many there are. */
const POSTS_AN_EVENT = 5;
/** In the table at the end: so many of those that take so long at least. */
const SHOWN = 5;
const LEAST_SHOWN_PAGES = 50;

type Figures = Map<string, Measured>;

/**
 * Every statement of the store against databases of growing size: how long it takes, which hangs on
 * what else the machine does, and how many pages it touches, which does not. BENCH_POSTS=
 * 100000,10000000 takes some 20 GB of disk, which are free again afterwards, and half an hour.
 * BENCH_EXPLAIN=2000 prints the plans of those that touch as many pages.
 */
export async function bench(): Promise<Line[]> {
  const sizes: Figures[] = [];
  for (const posts of SIZES) sizes.push(await measured(posts));
  const [smallest = new Map(), largest = new Map()] = [sizes[0], sizes.at(-1)];
  console.log("\nstore: median milliseconds and pages of each statement, by the number of posts");
  const heads = ["ms", "pages"].flatMap((what) => SIZES.map((size) => `${what} ${size}`));
  console.log(`  ${"".padEnd(42)}${heads.map((head) => head.padStart(16)).join("")}`);
  for (const name of largest.keys()) {
    const figures = sizes.map((each) => each.get(name));
    const cells = [
      ...figures.map((each) => (each?.ms ?? 0).toFixed(1)),
      ...figures.map((each) => `${each?.pages ?? 0}`),
    ];
    console.log(`  ${name.padEnd(42)}${cells.map((cell) => cell.padStart(16)).join("")}`);
  }
  return linesOf(smallest, largest);
}

/** The statements that grew most: ours is the larger database, beside it the smaller one. */
function linesOf(smallest: Figures, largest: Figures): Line[] {
  const grown = [...largest].map(([what, { pages }]) => ({
    what,
    pages,
    before: smallest.get(what)?.pages ?? pages,
  }));
  return grown
    .filter(({ pages }) => pages >= LEAST_SHOWN_PAGES)
    .sort((a, b) => a.before / a.pages - b.before / b.pages)
    .slice(0, SHOWN)
    .map(({ what, pages, before }) => ({
      what,
      ours: `${pages} pages of ${SIZES.at(-1)} posts`,
      beside: `${before} pages of ${SIZES[0]}`,
      ratio: before / pages,
    }));
}

async function measured(posts: number): Promise<Figures> {
  console.log(`\nstore: ${posts} posts of ${DAYS} days on PostgreSQL 17`);
  const postgres = await startPostgres();
  try {
    const symbols = Math.ceil(posts / POSTS_AN_EVENT / HOURS);
    const size = { posts, days: DAYS, now: iso(Date.now()), symbols };
    await fill(postgres.pool, size);
    return await measureStore(postgres.pool, size, Number(BENCH_EXPLAIN ?? Infinity));
  } finally {
    await postgres.stop();
  }
}
