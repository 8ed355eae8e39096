import { rename, rm, writeFile } from "node:fs/promises";
import { parquetReadObjects } from "hyparquet";
import { ask, refusal, send } from "../client.ts";
import { type Command, type Io, UsageError } from "../command.ts";
import { instant, parseOptions, wholeNumber } from "../options.ts";
import { table } from "../table.ts";
import { byVerb } from "../verbs.ts";

const USAGE = `stream archive [list] [--what KIND] [--since TIME] [--until TIME] [--limit N]
       stream archive get ID [--file N] --out FILE
       stream archive posts [--since TIME] [--until TIME]

What retention wrote to the archive's bucket before it deleted it (docs/operations.md): Parquet, a
batch for each kind and day.

  list       the batches, the latest first
  get        one file of a batch, as it is in the bucket
  posts      the posts of those days as JSON Lines: for "stream run", "rules backtest --posts", or
             to send them again with "stream post"

  --what KIND        posts, events (their evidence with its posts) or history (changes of signals)
  --since, --until   by the day of the rows: a time, or a span back from now such as 90d
  --limit N          how many batches (default 50)
  --file N           which of the batch's files (default 1)

  npm run -s stream -- archive posts --since 2026-08-01 --until 2026-08-07 > posts.jsonl`;

type Batch = {
  id: number;
  what: string;
  day: string;
  name: string;
  files: number;
  rows: number;
  bytes: number;
  ended_at: string;
};

type BatchFilter = Readonly<Record<"what" | "since" | "until", string | undefined>>;

const RANGE = { since: { type: "string" }, until: { type: "string" } } as const;

const day = (name: "since" | "until", given: string | undefined): string | undefined =>
  given && instant(name, given, Date.now()).slice(0, 10);

/** Page by page, `limit` at most. */
async function* batches(io: Io, filter: BatchFilter, limit: number): AsyncGenerator<Batch> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) if (value) search.set(name, value);
  for (let left = limit, next: string | null = null; left > 0; ) {
    search.set("limit", String(Math.min(200, left)));
    if (next !== null) search.set("cursor", next);
    const page: { batches: Batch[]; next_cursor: string | null } = await ask(
      io,
      `/archive?${search}`,
    );
    yield* page.batches;
    left -= page.batches.length;
    next = page.next_cursor;
    if (next === null) return;
  }
}

async function fileOf(io: Io, id: number, file: number): Promise<ArrayBuffer> {
  const response = await send(io, `/archive/${id}/${file}`, { headers: { Accept: "*/*" } });
  if (!response.ok) throw await refusal(response);
  return response.arrayBuffer();
}

async function list(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    ...RANGE,
    what: { type: "string" },
    limit: { type: "string", default: "50" },
  });
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is one word too many`);
  const limit = wholeNumber("limit", values.limit, 1, 100_000);
  const range = { since: day("since", values.since), until: day("until", values.until) };
  const found: Batch[] = [];
  for await (const batch of batches(io, { what: values.what, ...range }, limit)) found.push(batch);
  const shown = found.map(({ id, what, day, files, rows, bytes, name }) => ({
    ...{ id: String(id), what, day, rows: String(rows) },
    ...{ files: String(files), kb: (bytes / 1_000).toFixed(0), name },
  }));
  for (const line of io.json ? found.map((batch) => JSON.stringify(batch)) : table(shown))
    io.out(line);
  return 0;
}

async function get(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    file: { type: "string", default: "1" },
    out: { type: "string" },
  });
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0) throw new UsageError("archive get takes one ID");
  if (values.out === undefined) throw new UsageError("archive get needs --out FILE");
  const number = wholeNumber("ID", id, 1, Number.MAX_SAFE_INTEGER);
  const bytes = await fileOf(io, number, wholeNumber("file", values.file, 1, 100_000));
  const partial = `${values.out}.partial`;
  try {
    await writeFile(partial, new Uint8Array(bytes));
    await rename(partial, values.out);
  } finally {
    await rm(partial, { force: true });
  }
  io.err(`${bytes.byteLength} bytes in ${values.out}`);
  return 0;
}

/** What a post may have beside its text, by its name in the row and in a line of posts. */
const FIELDS: Readonly<Record<string, string>> = {
  ...{ url: "url", lang: "lang", tokenCa: "token_ca", symbol: "symbol", chain: "chain" },
  ...{ metrics: "metrics", links: "links", timeGuessed: "time_guessed", raw: "raw" },
};

function postLine(row: Record<string, unknown>): string {
  const raw = (row.raw ?? {}) as Record<string, unknown>;
  const more = Object.entries(FIELDS).flatMap(([field, name]) =>
    raw[field] === undefined ? [] : [[name, raw[field]] as const],
  );
  const { source, source_id: id, author, text, posted_at } = row;
  return JSON.stringify({ id, source, author, text, posted_at, ...Object.fromEntries(more) });
}

/** A post that several events held is in the files of each, and printed once. */
async function posts(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions(args, RANGE);
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is one word too many`);
  const range = { since: day("since", values.since), until: day("until", values.until) };
  const printed = new Set<string>();
  for (const what of ["posts", "events"])
    for await (const { id, files } of batches(io, { what, ...range }, Number.POSITIVE_INFINITY))
      for (let n = 1; n <= files; n++)
        for (const row of await parquetReadObjects({ file: await fileOf(io, id, n) })) {
          const key = `${row.source}:${row.source_id}`;
          if (row.source === null || printed.has(key)) continue;
          printed.add(key);
          io.out(postLine(row));
        }
  return 0;
}

export const archive: Command = {
  name: "archive",
  summary: "what retention archived before it deleted it",
  usage: USAGE,
  run: byVerb("archive", { list, get, posts }, "list"),
};
