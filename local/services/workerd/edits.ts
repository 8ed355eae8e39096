import { watch } from "node:fs";
import { join } from "node:path";
import { coalesce } from "../../../src/concurrency/coalesce.ts";

/** Editors save in several steps. */
const settled = () => new Promise<void>((wake) => setTimeout(wake, 80));

/**
 * Calls `act` with the files that were saved in the folders that are followed: once for those that
 * are saved together, and never while an earlier call runs. Answers how to follow folders, each
 * without those below it: a watch of a whole tree loses a file that an editor replaces by another.
 */
export function watchEdits(
  act: (files: ReadonlySet<string>) => Promise<void>,
): (folders: Iterable<string>) => void {
  const followed = new Set<string>();
  const report = coalesce<string, void>((files) => act(new Set(files)), settled);
  return (folders) => {
    for (const folder of folders) {
      if (followed.has(folder)) continue;
      followed.add(folder);
      watch(folder, { persistent: false }, (_, name) => {
        if (name !== null) void report([join(folder, name)]);
      }).on("error", () => followed.delete(folder));
    }
  };
}
