import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import type { Keyspace } from "./keyspace.ts";

const COMPACT_ABOVE_BYTES = 8 * 1024 * 1024;

export type Journal = {
  /**
   * Writes what changed before the reply leaves: a process killed right after has lost nothing it
   * promised.
   */
  append(lines: string[]): void;
  close(): void;
};

/** A last line torn by a kill was never answered, so it is cut off. */
function replay(file: string, db: Keyspace): void {
  if (!existsSync(file)) return;
  const text = readFileSync(file, "utf8");
  const whole = text.lastIndexOf("\n") + 1;
  for (const line of text.slice(0, whole).split("\n")) if (line) db.restore(line);
  truncateSync(file, Buffer.byteLength(text.slice(0, whole)));
}

/**
 * One line a key that lives. It becomes the journal by a rename, so a kill leaves either the old
 * file or the new one.
 */
function compact(file: string, db: Keyspace): void {
  const next = openSync(`${file}.next`, "w");
  for (const key of db.keys()) writeSync(next, `${db.dump(key)}\n`);
  closeSync(next);
  renameSync(`${file}.next`, file);
}

/** An append-only file of key states; reading it from the start gives the keyspace back. */
export function openJournal(file: string, db: Keyspace): Journal {
  replay(file, db);
  compact(file, db);
  let size = statSync(file).size;
  let limit = Math.max(COMPACT_ABOVE_BYTES, 2 * size);
  let log = openSync(file, "a");
  return {
    append(lines) {
      if (lines.length === 0) return;
      size += writeSync(log, `${lines.join("\n")}\n`);
      if (size < limit) return;
      closeSync(log);
      compact(file, db);
      size = statSync(file).size;
      limit = Math.max(COMPACT_ABOVE_BYTES, 2 * size);
      log = openSync(file, "a");
    },
    close: () => closeSync(log),
  };
}
