import { describe, expect, it } from "vitest";
import { HOSTILE } from "../../test/support/hostile-rules.ts";
import { FACTS } from "../model/facts.ts";
import { loadRules } from "./load.ts";
import { sampleFile, sampleProblems } from "./samples.ts";

describe("a hostile file", () => {
  const deep = (open: string, close: string, n: number) => open.repeat(n) + close.repeat(n);
  const bomb = `a: &a [x,x]\n${"bcdefghi"
    .split("")
    .map((c, i) => `${c}: &${c} [*${"abcdefgh"[i]},*${"abcdefgh"[i]}]`)
    .join("\n")}`;
  it.each<[string, string]>([
    ["more than 64 KB", `version: "${"x".repeat(70_000)}"`],
    ["aliases", bomb],
    ["__proto__", `${sampleFile("mentions > 1")}__proto__: { x: 1 }\n`],
    ["a duplicate key", `version: "1"\nversion: "2"\ngroups: []`],
    ["deep flow", deep("[", "]", 30_000)],
    ["deep blocks", Array.from({ length: 300 }, (_, i) => `${" ".repeat(i)}a:`).join("\n")],
    ["a tag", "version: !!js/function x\ngroups: []"],
    ["deep brackets", sampleFile(`${"(".repeat(900)}1 == 1${")".repeat(900)}`)],
    ["many nots", sampleFile(`${"not ".repeat(400)}1 == 1`)],
    ["an endless condition", sampleFile(`mentions > 1${" or mentions > 1".repeat(200)}`)],
    ["501 rules", sampleFile(...Array.from({ length: 501 }, () => "1 == 1"))],
    ["a pattern that backtracks for ever, with look-ahead", sampleFile('symbol ~= "(?=(a+)+$)b"')],
    ["a key that is no text", "? [a]\n: b"],
    ["nothing", ""],
    ["a list", "- a"],
    ["a stranger's setting", sampleFile("mentions > ${DATABASE_URL:1}")],
  ])("is refused with a place: %s", (_, text) => {
    expect(sampleProblems(text)[0]).toMatchObject({
      line: expect.any(Number),
      column: expect.any(Number),
      message: expect.any(String),
    });
  });

  it("cannot rewrite a condition through a setting", () => {
    expect(
      sampleProblems(sampleFile("mentions > ${THETA_A:5}"), { THETA_A: "0 or 1 == 1" })[0]?.message,
    ).toContain("must be a number");
    expect(
      sampleProblems(sampleFile('symbol == "${RULES_SYMBOL:ABC}"'), {
        RULES_SYMBOL: 'X" or 1 == 1 or symbol == "',
      })[0]?.message,
    ).toContain("letters");
  });
});

/** How long they take is a benchmark: npm run bench -- rules */
it.each(Object.entries(HOSTILE))(
  "is loaded, or refused with a place, and nothing is thrown: %s",
  { timeout: 60_000 },
  (_, text) => {
    const loaded = loadRules(text, {}, FACTS);
    if (loaded.kind === "rejected")
      expect(loaded.problems[0]).toMatchObject({
        line: expect.any(Number),
        column: expect.any(Number),
      });
    else expect(loaded.rules.sha).toMatch(/^[0-9a-f]{64}$/);
  },
);
