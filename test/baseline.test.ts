import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runBaseline } from "../bench/pipeline/baseline.ts";

it("reads the rate that the other stack prints, or says why there is none", () => {
  const folder = mkdtempSync(join(tmpdir(), "baseline-"));
  const script = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const prints = script("prints.sh", 'echo "stack: 10 posts in 2.0 s = 5.5 posts/s ($1)"');
  const fails = script("fails.sh", 'echo "no package redis-server" >&2; exit 3');
  try {
    expect(runBaseline("posts.jsonl", prints)).toEqual({ rate: 5.5 });
    expect(runBaseline("posts.jsonl", fails)).toEqual({
      why: "it ended with 3: no package redis-server",
    });
    expect(runBaseline("posts.jsonl", join(folder, "none.sh"))).toMatchObject({
      why: expect.stringContaining("is not there"),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
