import * as z from "zod";
import { DATASET } from "../../../src/observability/points/columns.ts";
import type { ClickHouse } from "./chdb.ts";

const COLUMNS = 20;
const numbered = (name: string) => Array.from({ length: COLUMNS }, (_, n) => `${name}${n + 1}`);
const KEPT_DAYS = 90;

/** The table that Analytics Engine shows: every column exists, whatever the points hold. */
const TABLE = `CREATE TABLE IF NOT EXISTS default.${DATASET} (
  dataset LowCardinality(String) DEFAULT '${DATASET}', timestamp DateTime('UTC'),
  _sample_interval UInt32 DEFAULT 1, index1 String,
  ${numbered("blob").map((name) => `${name} LowCardinality(String)`)},
  ${numbered("double").map((name) => `${name} Float64`)}
) ENGINE = MergeTree ORDER BY (blob1, timestamp) TTL timestamp + INTERVAL ${KEPT_DAYS} DAY`;

/** A point as `writeDataPoint` takes it, and when it was written (seconds). */
export const WrittenPoint = z.object({
  indexes: z.array(z.string()).max(1).default([]),
  blobs: z.array(z.string()).max(COLUMNS).default([]),
  doubles: z.array(z.number()).max(COLUMNS).default([]),
  at: z.number().int().optional(),
  /** How many points this one stands for, as after sampling. */
  interval: z.number().int().positive().optional(),
});
export type WrittenPoint = z.infer<typeof WrittenPoint>;

export const makeTable = (clickhouse: ClickHouse): string => clickhouse.run(TABLE);

/** One statement for all of them: each makes a part on disk. */
export function insertPoints(clickhouse: ClickHouse, points: WrittenPoint[], now: number): void {
  if (points.length === 0) return;
  const rows = points.map(({ indexes, blobs, doubles, at, interval }) =>
    JSON.stringify({
      timestamp: at ?? Math.floor(now / 1000),
      _sample_interval: interval ?? 1,
      index1: indexes[0] ?? "",
      ...Object.fromEntries(blobs.map((value, n) => [`blob${n + 1}`, value])),
      ...Object.fromEntries(doubles.map((value, n) => [`double${n + 1}`, value])),
    }),
  );
  clickhouse.run(`INSERT INTO default.${DATASET} FORMAT JSONEachRow ${rows.join("\n")}`);
}
