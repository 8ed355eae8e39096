import { parquetWriteBuffer } from "hyparquet-writer";
import type { ArchivedKind, ArchivedRow } from "../store/archive.ts";

type ColumnType = "STRING" | "INT32" | "INT64" | "DOUBLE" | "TIMESTAMP" | "JSON";
type Columns = readonly (readonly [type: ColumnType, names: string])[];

const POST: Columns = [
  ["STRING", "source source_id author text"],
  ["TIMESTAMP", "posted_at accepted_at"],
  ["STRING", "lang"],
  ["DOUBLE", "sentiment spam"],
  ["JSON", "raw"],
  ["STRING", "text_hash fingerprint"],
];

/** The columns of each kind's files, in their order. All but the first of each may be null. */
const COLUMNS: Record<ArchivedKind, Columns> = {
  posts: [
    ["INT64", "id"],
    ...POST,
    ["STRING", "outcome reason detail"],
    ["TIMESTAMP", "judged_at ended_at"],
  ],
  events: [
    ["STRING", "event_key evidence_id type chain symbol token_ca"],
    ["TIMESTAMP", "window_start committed_at"],
    ["INT32", "evidence_count copies unique_authors"],
    ["STRING", "state level risk_level rules_version"],
    ["DOUBLE", "score"],
    ["JSON", "reasons facts history mention"],
    ...POST,
  ],
  history: [
    ["STRING", "event_key"],
    ["TIMESTAMP", "ts"],
    ["STRING", "chain symbol state previous_state level risk_level rules_version"],
    ["INT32", "rev transition evidence_count unique_authors"],
    ["DOUBLE", "score previous_score liquidity price_usd"],
  ],
};

/** How a value is given to the writer. */
const CONVERT: Partial<Record<ColumnType, (value: unknown) => unknown>> = {
  INT64: (value) => BigInt(Number(value)),
  TIMESTAMP: (value) => new Date(String(value)),
};

/** A Parquet file of rows of one kind: the same bytes for the same rows. */
export function parquetOf(
  what: ArchivedKind,
  rows: readonly ArchivedRow[],
): Uint8Array<ArrayBuffer> {
  const columns = COLUMNS[what].flatMap(([type, names]) =>
    names.split(" ").map((name) => ({ type, name })),
  );
  const columnData = columns.map(({ type, name }, n) => {
    const convert = CONVERT[type] ?? ((value: unknown) => value);
    const data = rows.map((row) => {
      const value = row[name] ?? null;
      return value === null ? null : convert(value);
    });
    return { name, type, nullable: n > 0, data };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData, createdBy: "event-stream-starter" }));
}
