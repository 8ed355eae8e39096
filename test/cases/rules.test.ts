import { describe, expect, it } from "vitest";
import { VOCABULARY } from "../../src/enrich/registry.ts";
import { loadRules } from "../../src/rules/load.ts";
import { casesOf } from "./judged.ts";

type Verdict = "ok" | "warn" | "error";
type CheckCase = {
  yaml?: string;
  condition?: string;
  expect: Verdict | Verdict[];
  names?: string | string[];
};

const fileWith = (condition: string): string =>
  [
    'version: "1.0"',
    "groups:",
    "  - name: g",
    "    rules:",
    "      - name: r",
    `        condition: ${condition}`,
    "        score: 1",
    "        reason: because",
    "",
  ].join("\n");

describe("the check of a rules file", () => {
  it.each(casesOf<CheckCase>("rules-check"))("$id: $why", ({ yaml, condition = "", ...wanted }) => {
    const loaded = loadRules(yaml ?? fileWith(condition), {}, VOCABULARY);
    const problems = loaded.kind === "rejected" ? loaded.problems : loaded.warnings;
    const verdict =
      loaded.kind === "rejected" ? "error" : problems.length > 0 ? "warn" : ("ok" as const);
    expect([wanted.expect].flat()).toContain(verdict);
    if (wanted.names === undefined) return;
    const said = problems.flatMap(({ path, message, suggestion = "" }) => [
      path,
      message,
      suggestion,
    ]);
    const named = [wanted.names].flat().some((name) => said.some((text) => text.includes(name)));
    expect(named, said.join("; ")).toBe(true);
  });
});
