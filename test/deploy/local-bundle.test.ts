import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { bundle } from "../../local/services/workerd/bundle.ts";
import { readLocalConfig } from "../../local/services/workerd/local-config.ts";

const ROOT = resolve(import.meta.dirname, "../..");

const sourcesOf = (map: string, folder: string): string[] =>
  (JSON.parse(map) as { sources: string[] }).sources
    .map((source) => relative(ROOT, resolve(folder, source)))
    // What esbuild holds of Node's own modules has no folder of ours.
    .map((source) => source.replace(/^.*(node-built-in-modules:)/, "$1"))
    // Deployed as modules of their own, and local part of the bundle.
    .filter((source) => !source.endsWith(".yml"))
    .sort();

it("runs the code on this machine that wrangler deploys", async () => {
  const out = mkdtempSync(join(tmpdir(), "bundle-"));
  onTestFinished(() => rmSync(out, { recursive: true }));
  const wrangler = dirname(createRequire(import.meta.url).resolve("wrangler/package.json"));
  execFileSync(
    process.execPath,
    [join(wrangler, "wrangler-dist/cli.js"), "deploy", "--dry-run", "--outdir", out],
    { cwd: ROOT, stdio: "pipe", env: { ...process.env, NODE_ENV: "production" } },
  );
  const deployed = readFileSync(join(out, "index.js"), "utf8");
  const config = readLocalConfig(join(ROOT, "wrangler.toml"));
  const local = await bundle({ ...config, main: join(ROOT, config.main) }, ROOT);

  const deployedSources = sourcesOf(readFileSync(join(out, "index.js.map"), "utf8"), out);
  expect(sourcesOf(local.map, ROOT)).toEqual(deployedSources);
  expect(deployedSources.length).toBeGreaterThan(500);
  // But for the names of the texts, which are modules of their own when they are deployed.
  const lines = (code: string): Set<string> =>
    new Set(code.split("\n").filter((line) => !/^\s*\/\//.test(line)));
  const [ours, theirs] = [lines(local.code), lines(deployed)];
  const differing = [...theirs].filter((line) => !ours.has(line));
  expect(differing.length / theirs.size).toBeLessThan(0.001);
});
