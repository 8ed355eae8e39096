import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { vendoredFiles } from "../scripts/vendor-uplot.ts";

const PUBLIC = join(import.meta.dirname, "../public");
const read = (file: string) => readFileSync(join(PUBLIC, file), "utf8");
const MOST_BYTES = 150_000;

it.each(Object.entries(vendoredFiles()))(
  "public/vendor/%s is what npm installed (node scripts/bootstrap.mjs scripts/vendor-uplot.ts)",
  (name, text) => expect(read(`vendor/${name}`)).toBe(text),
);

it("sends the dashboard in less than 150 kB of gzip", () => {
  const scripts = globSync("js/{dashboard,live}/*.js", { cwd: PUBLIC });
  const linked = [...read("dashboard.html").matchAll(/(?:href|src)="\/([^"]+\.(?:css|js|svg))"/g)];
  const files = [
    "dashboard.html",
    "vendor/uplot.js",
    ...scripts,
    ...linked.map(([, f]) => f ?? ""),
  ];
  const bytes = files.reduce((sum, file) => sum + gzipSync(read(file)).length, 0);
  expect(bytes).toBeGreaterThan(40_000);
  expect(bytes).toBeLessThan(MOST_BYTES);
});
