import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { watchEdits } from "./edits.ts";

it("reports each save, also of a file that an editor replaces by another", async () => {
  const folder = mkdtempSync(join(tmpdir(), "edits-"));
  const saved: string[] = [];
  const follow = watchEdits(async (files) => void saved.push(...files));
  const file = join(folder, "index.ts");
  writeFileSync(file, "0");
  follow([folder]);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const text of ["1", "2", "3"]) {
    saved.length = 0;
    writeFileSync(`${file}.next`, text);
    renameSync(`${file}.next`, file);
    await vi.waitFor(() => expect(saved).toContain(file), 5_000);
  }
});
