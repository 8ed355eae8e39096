import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { VOCABULARY } from "../src/enrich/registry.ts";
import { convertRules } from "../src/rules/convert.ts";
import { loadRules } from "../src/rules/load.ts";
import { readCases } from "../src/rules/suite/cases.ts";
import { runCases } from "../src/rules/suite/run.ts";

const page = readFileSync(new URL("../docs/rules.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/```yaml\n(.*?)```/gs)].map((found) => found[1] ?? "");
const rowsOf = (text: string): [written: string, meant: string][] =>
  [...text.matchAll(/^\| +`(.+?)` +\| +`(.+?)` +\|$/gm)].map(([, written = "", meant = ""]) => [
    written,
    meant,
  ]);
const [ours = "", fromPython = ""] = page.split("## Coming from Python");
const rows = rowsOf(ours);
/** A cell holds several conditions, and the cell beside it what becomes of each. */
const imported = rowsOf(fromPython).flatMap(([written, meant]) => {
  const becomes = meant.split("`, `");
  return written.split("`, `").map((each, n) => [each, becomes[n] ?? meant] as const);
});

const load = (text: string) => loadRules(text, {}, VOCABULARY);
const fileWith = (key: string, condition: string) =>
  `version: "1"\ngroups: [{ name: g, rules: [{ name: r, score: 1, reason: x, ${key}: ` +
  `${JSON.stringify(condition)} }] }]`;
const withCondition = (condition: string) => load(fileWith("condition", condition));

it("shows a rules file that loads, and tests that pass on it", () => {
  const [file = "", tests = ""] = blocks;
  const loaded = load(file);
  const read = readCases("docs/rules.md", tests, VOCABULARY, () => "no posts here");
  if (loaded.kind === "rejected" || read.kind === "rejected")
    throw new Error(JSON.stringify({ loaded, read }));
  expect(runCases(loaded.rules, read.cases).flatMap((result) => result.failures)).toEqual([]);
});

it("has every fact that a rule may name in its table, and no other", () => {
  const table = page.slice(page.indexOf("## Facts"), page.indexOf("## What is not known"));
  const named = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = ""]) => name);
  expect(named.toSorted()).toEqual(Object.keys(VOCABULARY).toSorted());
});

it("has at least ten lines in its table of differences", () =>
  expect(rows.length).toBeGreaterThanOrEqual(10));

it.each(rows)("refuses %s and takes %s", (written, meant) => {
  expect(withCondition(written).kind).toBe("rejected");
  expect(withCondition(meant)).toMatchObject({ kind: "loaded" });
});

it.each(imported)("imports %s as %s", (python, becomes) => {
  const converted = convertRules(fileWith("when", python), VOCABULARY);
  const loaded = load(converted.kind === "converted" ? converted.text : "");
  expect(loaded).toMatchObject({
    rules: { document: { groups: [{ rules: [{ condition: becomes }] }] } },
  });
});
