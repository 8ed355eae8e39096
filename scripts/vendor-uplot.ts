/**
 * `node scripts/bootstrap.mjs scripts/vendor-uplot.ts`: copies uPlot into public/vendor, so that
 * pages need no build and no other host. test/browser/vendor.test.ts fails when it is stale.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const FROM = join(ROOT, "node_modules/uplot");

/** By its name in public/vendor: the text of each file of uPlot that pages load. */
export function vendoredFiles(): Record<string, string> {
  const read = (file: string) => readFileSync(join(FROM, file), "utf8");
  return {
    "uplot.js": read("dist/uPlot.esm.js"),
    "uplot.css": read("dist/uPlot.min.css"),
    "uplot.license.txt": read("LICENSE"),
  };
}

if (import.meta.main)
  for (const [name, text] of Object.entries(vendoredFiles()))
    writeFileSync(join(ROOT, "public/vendor", name), text);
