/**
 * Bundles src/text/index.ts, weights and all, into dist/text.mjs: a module for Node without
 * dependencies.
 */
import { build } from "esbuild";

// The text bench imports this file, with words of its own behind it.
if (import.meta.main && process.argv.length > 2) {
  console.error(
    "usage: npm run -s build:text\n\nBundles the text functions of src/text/index.ts into " +
      "dist/text.mjs.",
  );
  process.exit(process.argv.includes("--help") ? 0 : 2);
}

await build({
  entryPoints: [new URL("../src/text/index.ts", import.meta.url).pathname],
  outfile: new URL("../dist/text.mjs", import.meta.url).pathname,
  bundle: true,
  minify: true,
  format: "esm",
  platform: "neutral",
  mainFields: ["module", "main"],
  target: "node20",
  logLevel: "warning",
});
