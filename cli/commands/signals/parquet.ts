import { rename, rm } from "node:fs/promises";
import { fileWriter, parquetWriteRows } from "hyparquet-writer";

export type HistoryRow = Record<string, string | number | null>;

const text = (name: string) => ({ name, type: "STRING", nullable: false }) as const;
const maybeText = (name: string) => ({ name, type: "STRING", nullable: true }) as const;
const count = (name: string) => ({ name, type: "INT32", nullable: false }) as const;
const amount = (name: string) => ({ name, type: "DOUBLE", nullable: true }) as const;

/** In the order of the other formats. */
const COLUMNS = [
  { name: "ts", type: "TIMESTAMP", nullable: false } as const,
  ...[text("event_key"), text("chain"), maybeText("symbol"), count("rev")],
  ...[text("state"), maybeText("previous_state"), amount("score"), amount("previous_score")],
  ...[text("level"), text("risk_level"), count("transition"), text("rules_version")],
  ...[count("evidence_count"), count("unique_authors"), amount("liquidity"), amount("price_usd")],
];

/** Rows of so many changes are compressed together and held in memory. */
const GROUP_ROWS = 20_000;

/**
 * Writes the rows to the file, which appears whole or not at all, and answers how many they were.
 */
export async function writeParquet(rows: AsyncIterable<HistoryRow>, file: string): Promise<number> {
  let written = 0;
  async function* typed() {
    for await (const row of rows) {
      written++;
      yield { ...row, ts: new Date(String(row.ts)) };
    }
  }
  const partial = `${file}.partial`;
  try {
    await parquetWriteRows({
      writer: fileWriter(partial),
      columns: COLUMNS,
      rows: typed(),
      rowGroupSize: GROUP_ROWS,
      createdBy: "event-stream-starter",
    });
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
  return written;
}
