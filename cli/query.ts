import { ask } from "./client.ts";
import { type Io, UsageError } from "./command.ts";
import { instant, parseOptions, wholeNumber } from "./options.ts";
import { table } from "./table.ts";

/** What `events` and `signals` share: filters, pages, one item by its key. */
export const QUERY_FILTERS = `  --type TYPE  --chain CHAIN  --symbol SYMBOL
  --token-ca ADDRESS  --state STATE
  --min-score N        scores of N and above
  --since, --until T   a time, or a span back from now: 30m, 24h, 7d
  --limit N            how many (default 50); --all follows every page
  --json               one JSON object a line`;

type Row = Record<string, unknown>;
type Resource = { path: "events" | "signals"; columns(item: Row): Row };

export async function query(args: string[], io: Io, { path, columns }: Resource): Promise<number> {
  const string = { type: "string" } as const;
  const { values, positionals } = parseOptions(args, {
    type: string,
    chain: string,
    symbol: string,
    "token-ca": string,
    state: string,
    "min-score": string,
    since: string,
    until: string,
    limit: { type: "string", default: "50" },
    all: { type: "boolean", default: false },
  });
  if (positionals.length > 1) throw new UsageError(`one key at a time, not ${positionals.length}`);
  const [key] = positionals;
  if (key !== undefined) {
    io.out(
      JSON.stringify(await ask(io, `/${path}/${encodeURIComponent(key)}`), null, io.json ? 0 : 2),
    );
    return 0;
  }
  const { limit, all, ...filters } = values;
  const wanted = all ? Number.POSITIVE_INFINITY : wholeNumber("limit", limit, 1, 1_000_000);
  const items = await pages(io, path, searchOf(filters), wanted);
  for (const line of io.json
    ? items.map((item) => JSON.stringify(item))
    : table(items.map(columns)))
    io.out(line);
  return 0;
}

function searchOf(filters: Record<string, string | undefined>): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) {
    if (value === undefined) continue;
    const timed = name === "since" || name === "until";
    search.set(name.replace("-", "_"), timed ? instant(name, value, Date.now()) : value);
  }
  return search;
}

async function pages(
  io: Io,
  path: Resource["path"],
  search: URLSearchParams,
  wanted: number,
): Promise<Row[]> {
  const items: Row[] = [];
  for (;;) {
    search.set("limit", String(Math.min(200, wanted - items.length)));
    const page = await ask<Record<string, Row[]> & { next_cursor: string | null }>(
      io,
      `/${path}?${search}`,
    );
    items.push(...(page[path] ?? []));
    if (page.next_cursor === null || items.length >= wanted) return items;
    search.set("cursor", page.next_cursor);
  }
}
