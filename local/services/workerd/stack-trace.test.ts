import { build } from "esbuild";
import { expect, it } from "vitest";
import { sourceMapped } from "./stack-trace.ts";

it("leads a place in the bundle back to the source, and leaves others alone", async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: "type Row = 1;\n\nthrow new Error('x')",
      sourcefile: "src/row.ts",
      loader: "ts",
    },
    outdir: "/",
    write: false,
    sourcemap: "external",
  });
  const map = outputFiles.find(({ path }) => path.endsWith(".map"))?.text ?? "";
  const mapped = sourceMapped(map);
  expect(mapped("Error: x\n    at index.js:1:7")).toBe("Error: x\n    at src/row.ts:3:7");
  expect(mapped("no place, node:internal/timers:5:1")).toBe("no place, node:internal/timers:5:1");
});
