import { ask } from "../../client.ts";
import { type Io, UsageError } from "../../command.ts";
import { instant, parseOptions } from "../../options.ts";
import type { HistoryRow } from "./parquet.ts";

export const EXPORT_USAGE = `stream signals export --since T [options]

Every change of the score or state of a signal, the latest first.

  --since, --until T   a time, or a span back from now: 30m, 24h, 7d
  --format FORMAT      jsonl (default): one JSON object a line; csv: with a line of names first;
                       parquet: typed columns, for DuckDB, ClickHouse, pandas and others
  --out FILE           where parquet goes

  npm run -s stream -- signals export --since 7d --format csv > signals.csv
  npm run -s stream -- signals export --since 7d --format parquet --out signals.parquet`;

export const HISTORY_COLUMNS = [
  ...["ts", "event_key", "chain", "symbol", "rev", "state", "previous_state", "score"],
  ...["previous_score", "level", "risk_level", "transition", "rules_version", "evidence_count"],
  ...["unique_authors", "liquidity", "price_usd"],
];

/**
 * RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe, because symbols
 * come from posts.
 */
export function csvField(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const FORMATS: Record<string, { head: string | null; line(row: HistoryRow): string }> = {
  jsonl: { head: null, line: (row) => JSON.stringify(row) },
  csv: {
    head: HISTORY_COLUMNS.join(","),
    line: (row) => HISTORY_COLUMNS.map((name) => csvField(row[name])).join(","),
  },
};

type ExportTarget = { format: string; file: string | undefined };

/** Page by page: an export may be larger than memory. */
export async function exportSignals(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    since: { type: "string" },
    until: { type: "string" },
    format: { type: "string", default: "jsonl" },
    out: { type: "string" },
  });
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is one word too many`);
  if (values.since === undefined)
    throw new UsageError("--since says from when on: a time, or a span back from now like 24h");
  const search = new URLSearchParams({ limit: "200" });
  search.set("since", instant("since", values.since, Date.now()));
  if (values.until !== undefined) search.set("until", instant("until", values.until, Date.now()));
  await writeRows(changesOf(search, io), { format: values.format, file: values.out }, io);
  return 0;
}

async function* changesOf(search: URLSearchParams, io: Io): AsyncGenerator<HistoryRow> {
  for (;;) {
    const page = await ask<{ history: HistoryRow[]; next_cursor: string | null }>(
      io,
      `/history?${search}`,
    );
    yield* page.history;
    if (page.next_cursor === null) return;
    search.set("cursor", page.next_cursor);
  }
}

async function writeRows(
  rows: AsyncIterable<HistoryRow>,
  { format, file }: ExportTarget,
  io: Io,
): Promise<void> {
  if (format === "parquet") {
    if (file === undefined) throw new UsageError("--format parquet needs --out FILE");
    const { writeParquet } = await import("./parquet.ts");
    const count = await writeParquet(rows, file);
    io.err(`${count} rows in ${file}`);
    return;
  }
  const text = FORMATS[format];
  if (text === undefined)
    throw new UsageError(`--format is jsonl, csv or parquet, not ${JSON.stringify(format)}`);
  if (file !== undefined) throw new UsageError("--out is for --format parquet; use > FILE");
  if (text.head !== null) io.out(text.head);
  for await (const row of rows) io.out(text.line(row));
}
