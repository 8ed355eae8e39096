import * as z from "zod";
import { PER_MILLION } from "../../src/analytics/prices.ts";
import counted from "./counts.json" with { type: "json" };

/** When the prices below were read from the pages of Cloudflare, Neon and Upstash. */
export const PRICES_READ = "2026-11-29";

const DAYS = 30.4;
const MINUTES_A_DAY = 1_440;
/** A Durable Object is billed as 128 MB for as long as it works. */
const OBJECT_GB = 0.125;
const WORKERS_PAID = 5;
/** The smallest compute of Neon, which polls every minute keep awake. */
const NEON_HOUR = 0.106 * 0.25;
const NEON_HOURS = 730;

const Figures = z.record(z.string(), z.number());
const Counts = z.object({ posts: z.number(), perThousand: Figures, perMinute: Figures });
export type OperationFigures = z.infer<typeof Counts>;

/** What `npm run bench -- cost` counted last. */
export const COUNTED: OperationFigures = Counts.parse(counted);

/** `included` a month in the paid plan, `perMillion` in dollars above it, `free` a day without. */
type Meter = {
  name: string;
  included: number;
  perMillion: number;
  free: number | null;
  of(figures: Record<string, number>): number;
};

const of = (name: string) => (figures: Record<string, number>) => figures[name] ?? 0;

/** A message that is written, read and deleted is three operations of a queue. */
export const METERS: readonly Meter[] = [
  {
    name: "requests",
    included: 1e7,
    perMillion: PER_MILLION.requests,
    free: 1e5,
    of: of("requests"),
  },
  { name: "CPU, ms", included: 3e7, perMillion: 0.02, free: null, of: of("cpuMs") },
  {
    name: "queue operations",
    included: 1e6,
    perMillion: 0.4,
    free: 1e4,
    of: (figures) => (figures.queueWrites ?? 0) + 2 * (figures.queueReads ?? 0),
  },
  {
    name: "object requests",
    included: 1e6,
    perMillion: 0.15,
    free: 1e5,
    of: of("objectRequests"),
  },
  {
    name: "object GB-s",
    included: 4e5,
    perMillion: 12.5,
    free: 13_000,
    of: (figures) => (figures.objectSeconds ?? 0) * OBJECT_GB,
  },
  {
    name: "object rows written",
    included: 5e7,
    perMillion: 1,
    free: 1e5,
    of: of("objectRowsWritten"),
  },
  {
    name: "object rows read",
    included: 2.5e10,
    perMillion: 0.001,
    free: 5e6,
    of: of("objectRowsRead"),
  },
  { name: "KV reads", included: 1e7, perMillion: 0.5, free: 1e5, of: of("kvReads") },
  { name: "KV writes", included: 1e6, perMillion: 5, free: 1e3, of: of("kvWrites") },
  {
    name: "Analytics points",
    included: 1e7,
    perMillion: PER_MILLION.points,
    free: 1e5,
    of: of("points"),
  },
  { name: "Redis commands", included: 0, perMillion: 2, free: 16_447, of: of("redisCommands") },
];

export type BillLine = {
  meter: string;
  perDay: number;
  perMonth: number;
  included: number;
  /** Dollars a month. */
  dollars: number;
  /** Whether a day of it is within what costs nothing; null: it is not counted by the day. */
  fitsFree: boolean | null;
};

export type Bill = { lines: BillLine[]; workers: number; neon: number; dollars: number };

/** What a month of so many posts a day costs, with one channel and no source that is polled. */
export function billFor(postsPerDay: number, figures: OperationFigures = COUNTED): Bill {
  const lines = METERS.map(({ name, included, perMillion, free, ...meter }): BillLine => {
    const perDay =
      (meter.of(figures.perThousand) * postsPerDay) / 1_000 +
      meter.of(figures.perMinute) * MINUTES_A_DAY;
    const perMonth = perDay * DAYS;
    return {
      meter: name,
      perDay,
      perMonth,
      included,
      dollars: (Math.max(0, perMonth - included) * perMillion) / 1e6,
      fitsFree: free === null ? null : perDay <= free,
    };
  });
  const metered = lines.reduce((sum, { dollars }) => sum + dollars, 0);
  const neon = NEON_HOUR * NEON_HOURS;
  return { lines, workers: WORKERS_PAID, neon, dollars: metered + WORKERS_PAID + neon };
}
