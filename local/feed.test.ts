import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { batches } from "./feed.ts";

describe("feeding a file", () => {
  it("cuts batches by their bytes: a letter may have three", async () => {
    const folder = mkdtempSync(join(tmpdir(), "feed-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "posts.jsonl");
    const line = JSON.stringify({ raw: { note: "漢".repeat(5_000) } });
    writeFileSync(file, Array.from({ length: 100 }, () => line).join("\n"));
    const sizes: number[] = [];
    let count = 0;
    for await (const posts of batches(file)) {
      sizes.push(Buffer.byteLength(JSON.stringify({ posts })));
      count += posts.length;
    }
    expect(count).toBe(100);
    expect(Math.max(...sizes)).toBeLessThan(1_048_576);
  });
});
