import { createHash, type Hash } from "node:crypto";
import { createReadStream, createWriteStream, renameSync, rmSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import * as z from "zod";

const VERSION = 1;

/**
 * A backup is gzipped lines: `#backup {...}`, then for each table `#table NAME` and its rows, each
 * the JSON that PostgreSQL makes of it, then `#end {...}` with the rows of each table and the
 * SHA-256 of all lines before. `zcat` and `grep` read it.
 */
export const BackupHead = z.object({
  version: z.literal(VERSION),
  madeAt: z.string(),
  server: z.string(),
  /** The latest migration that was applied, as drizzle's journal names it. */
  migration: z.number(),
  /** In the order in which their references allow to fill them. */
  tables: z.array(
    z.object({
      name: z.string(),
      columns: z.array(z.string()),
      /**
       * Those of them that hold JSON: a null in a row is JSON's, and SQL's null is left out. None
       * in files of before this was told apart, where null is SQL's.
       */
      json: z.array(z.string()).default([]),
    }),
  ),
});
export type BackupHead = z.infer<typeof BackupHead>;
type TableHead = BackupHead["tables"][number];

const BackupEnd = z.object({ rows: z.record(z.string(), z.number()), sha256: z.string() });
export type BackupEnd = z.infer<typeof BackupEnd>;

/** Why a file is no backup that can be restored. */
export class BackupRefused extends Error {
  override name = "BackupRefused";
}

/** Writes a backup whole or not at all, for this user's eyes: it holds secrets. */
export async function writeBackup(
  file: string,
  head: BackupHead,
  rowsOf: (table: TableHead) => AsyncIterable<string>,
): Promise<BackupEnd> {
  const part = `${file}.part`;
  const hash = createHash("sha256");
  const end: BackupEnd = { rows: {}, sha256: "" };
  // One that a stopped run left would keep its mode.
  rmSync(part, { force: true });
  try {
    await pipeline(
      Readable.from(linesOf(head, rowsOf, hash, end)),
      createGzip(),
      createWriteStream(part, { mode: 0o600 }),
    );
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
  return end;
}

async function* linesOf(
  head: BackupHead,
  rowsOf: (table: TableHead) => AsyncIterable<string>,
  hash: Hash,
  end: BackupEnd,
): AsyncGenerator<string> {
  const line = (text: string): string => {
    hash.update(`${text}\n`);
    return `${text}\n`;
  };
  yield line(`#backup ${JSON.stringify(head)}`);
  for (const table of head.tables) {
    yield line(`#table ${table.name}`);
    let rows = 0;
    for await (const row of rowsOf(table)) {
      rows++;
      yield line(row);
    }
    end.rows[table.name] = rows;
  }
  end.sha256 = hash.digest("hex");
  yield `#end ${JSON.stringify(end)}\n`;
}

export type BackupRow = { table: string; row: string };

/**
 * Reads a backup; `each` gets its rows in order. Throws BackupRefused when it is cut off, changed
 * or none at all: run it once without `each` before anything is written.
 */
export async function readBackup(
  file: string,
  each: (row: BackupRow) => Promise<void> | void = () => undefined,
): Promise<{ head: BackupHead; end: BackupEnd }> {
  const hash = createHash("sha256");
  const counted: Record<string, number> = {};
  let head: BackupHead | undefined;
  let end: BackupEnd | undefined;
  let table = "";
  try {
    for await (const text of unzippedLines(file)) {
      if (text.startsWith("#end ")) {
        end = BackupEnd.parse(JSON.parse(text.slice(5)));
        continue;
      }
      hash.update(`${text}\n`);
      if (text.startsWith("#backup ")) head = headOf(file, JSON.parse(text.slice(8)));
      else if (text.startsWith("#table ")) {
        table = text.slice(7);
        counted[table] = 0;
      } else {
        counted[table] = (counted[table] ?? 0) + 1;
        await each({ table, row: text });
      }
    }
  } catch (error) {
    const unreadable = error instanceof z.ZodError || error instanceof SyntaxError;
    if (unreadable || /^(Z_|ERR_.*ZLIB)/.test((error as NodeJS.ErrnoException).code ?? ""))
      throw new BackupRefused(`${file} is no backup, or is cut off: ${(error as Error).message}`);
    throw error;
  }
  if (head === undefined) throw new BackupRefused(`${file} is no backup of stream backup`);
  if (end === undefined) throw new BackupRefused(`${file} is cut off: it has no end`);
  if (end.sha256 !== hash.digest("hex") || JSON.stringify(end.rows) !== JSON.stringify(counted))
    throw new BackupRefused(`${file} was changed: its checksum does not fit`);
  return { head, end };
}

function headOf(file: string, read: unknown): BackupHead {
  const { version } = z.looseObject({ version: z.number() }).parse(read);
  if (version > VERSION)
    throw new BackupRefused(
      `${file} has format ${version} of a later version of this product, which reads up to ` +
        `${VERSION} here: update first`,
    );
  return BackupHead.parse(read);
}

/** Lines end at \n alone: node:readline also ends them at U+2028, which stands in posts. */
async function* unzippedLines(file: string): AsyncGenerator<string> {
  const unzipped = createGunzip();
  unzipped.setEncoding("utf8");
  // A failure of either is thrown where the lines are read.
  pipeline(createReadStream(file), unzipped).catch(() => undefined);
  let rest = "";
  for await (const text of unzipped as AsyncIterable<string>) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
