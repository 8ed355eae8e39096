import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { INTERNAL_SETTINGS, settingGroups } from "./catalogue.ts";
import { KNOWN_SETTINGS, settingProblems, unknownSettings } from "./registry.ts";

const DOCS = join(import.meta.dirname, "../../docs");
const docs = readdirSync(DOCS)
  .filter((file) => file.endsWith(".md"))
  .map((file) => readFileSync(join(DOCS, file), "utf8"))
  .join("\n");

it("names the setting that was meant", () => {
  expect(
    unknownSettings(["TELEGRAM_BOT_TOKN", "LANGAUGES", "SPAM_FROM", "THETA_LIQ", "FOO"]),
  ).toEqual([
    "TELEGRAM_BOT_TOKN is not a setting that anything reads; is TELEGRAM_BOT_TOKEN meant?",
    "LANGAUGES is not a setting that anything reads; is LANGUAGES meant?",
    "FOO is not a setting that anything reads",
  ]);
});

it("finds every setting in the documentation", () => {
  const documented = (name: string) => docs.includes(`\`${name}\``);
  expect(
    [...KNOWN_SETTINGS].filter((name) => !INTERNAL_SETTINGS.has(name) && !documented(name)),
  ).toEqual([]);
});

it("knows every setting that the tables of the documentation name", () => {
  const cells = docs
    .split("\n")
    .flatMap((line) => /^\| (`[A-Z][A-Z0-9_]{3,}`[^|]*)\|/.exec(line)?.[1] ?? []);
  const names = cells.flatMap((cell) =>
    [...cell.matchAll(/`([A-Z][A-Z0-9_]{3,})`/g)].map(([, name = ""]) => name),
  );
  expect(names.length).toBeGreaterThan(30);
  expect(unknownSettings(names)).toEqual([]);
});

it("describes every setting", () => {
  const entries = settingGroups().flatMap((group) => group.entries);
  expect(entries.length).toBe(KNOWN_SETTINGS.size - INTERNAL_SETTINGS.size);
  expect(entries.filter(({ description }) => description.length < 10)).toEqual([]);
});

describe("settingProblems", () => {
  const DATABASE_URL = "postgresql://a@b/c";

  it("finds nothing wrong with the defaults, nor with settings that nobody filled in", () => {
    const empty = Object.fromEntries([...KNOWN_SETTINGS].map((name) => [name, " "]));
    expect(settingProblems({ DATABASE_URL })).toEqual([]);
    expect(settingProblems({ ...empty, DATABASE_URL })).toEqual([]);
  });

  it.each([
    ["a core setting", { SPAM_FROM: "60%" }, /^SPAM_FROM must be a plain number/],
    ["a channel setting", { PUBLIC_URL: "signals.dev.org" }, /^PUBLIC_URL .*https:\/\/signals/],
    [
      "a source",
      { GITHUB_REPOS: "bitcoin" },
      /^github: GITHUB_REPOS\S* must be written owner\/name/,
    ],
    ["an enricher", { RISK_TAX_RED: "a tenth" }, /^goplus: RISK_TAX_RED /],
    ["a key", { GCP_SA_JSON: "{}" }, /^bigquery: .*GCP_SA_JSON is no key file/],
    ["a source to leave off", { SOURCES_OFF: "feed x" }, /^SOURCES_OFF .*"feed".*is feeds meant\?/],
  ])("names %s that is wrong", (_, given, problem) => {
    const problems = settingProblems({ DATABASE_URL, ...given });
    expect(problems).not.toEqual([]);
    for (const each of problems) expect(each).toMatch(problem);
  });

  it("does not complain of a source that merely lacks its key", () => {
    expect(settingProblems({ DATABASE_URL, X_QUERY: "defi" })).toEqual([]);
  });

  it("says that a database is needed", () => {
    expect(settingProblems({})).toEqual(["DATABASE_URL is not set"]);
  });
});
