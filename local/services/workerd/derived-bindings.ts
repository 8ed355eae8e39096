import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Bindings } from "./runtime.ts";

type Kept = { of: string; bindings: Bindings };

/**
 * The options of miniflare that wrangler derives from a configuration. They are kept beside it
 * until it or wrangler changes: deriving takes a second.
 */
export async function derivedBindings(config: string): Promise<Bindings> {
  const wrangler = createRequire(import.meta.url).resolve("wrangler/package.json");
  const hash = createHash("sha256").update(readFileSync(wrangler)).update(readFileSync(config));
  const of = hash.digest("hex");
  const file = join(dirname(config), "bindings.json");
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Kept) : undefined;
  if (kept?.of === of) return kept.bindings;
  const script = join(import.meta.dirname, "bindings.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [script, config]);
  const bindings = JSON.parse(stdout) as Bindings;
  writeFileSync(`${file}.next`, JSON.stringify({ of, bindings } satisfies Kept));
  renameSync(`${file}.next`, file);
  return bindings;
}
