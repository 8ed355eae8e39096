import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";

const LOOK_MS = 500;
const MOST_AT_ONCE = 1_000_000;

/**
 * Calls `found` once when what is written to the log from now on matches the pattern. Answers what
 * ends the watch.
 */
export function watchLog(file: string, pattern: RegExp, found: () => void): () => void {
  let read = existsSync(file) ? statSync(file).size : 0;
  /** The last line may be written in part. */
  let begun = "";

  function look(): void {
    const size = existsSync(file) ? statSync(file).size : 0;
    while (read < size) {
      const chunk = Buffer.alloc(Math.min(size - read, MOST_AT_ONCE));
      const log = openSync(file, "r");
      const length = readSync(log, chunk, 0, chunk.length, read);
      closeSync(log);
      if (length === 0) return;
      read += length;
      const lines = (begun + chunk.toString("utf8", 0, length)).split("\n");
      begun = lines.pop() ?? "";
      if (!lines.some((line) => pattern.test(line))) continue;
      end();
      found();
      return;
    }
  }

  const looks = setInterval(look, LOOK_MS);
  looks.unref();
  const end = (): void => clearInterval(looks);
  return end;
}
