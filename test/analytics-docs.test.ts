import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { analyticsMarkdown } from "../scripts/analytics-docs.ts";

it("docs/analytics.md is what npm run -s analytics:docs writes", () => {
  const file = join(import.meta.dirname, "../docs/analytics.md");
  expect(readFileSync(file, "utf8")).toBe(analyticsMarkdown());
});
