import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { scratchFolder } from "./pg-dump.ts";

it("restores by a folder beside the file, or in the temporary one where it may not write", () => {
  const home = mkdtempSync(join(tmpdir(), "backups-"));
  const beside = scratchFolder(join(home, "a.dump"));
  expect(dirname(beside)).toBe(home);
  // Nobody can write into a folder that is not there, root included.
  const elsewhere = scratchFolder(join(home, "read-only", "a.dump"));
  expect(dirname(elsewhere)).toBe(tmpdir());
  for (const folder of [home, elsewhere]) rmSync(folder, { recursive: true });
});
