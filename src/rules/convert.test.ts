import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FACTS } from "../model/facts.ts";
import { convertRules } from "./convert.ts";
import { loadSample, sampleProblems } from "./samples.ts";
import { scoreRules } from "./score.ts";

it("converts a rules file of the Python kind into one that loads", () => {
  const converted = convertRules(
    `version: 1.0
levels: { opportunity: { min: 12 }, caution: { max: -4 } }
missing_map: { dex: no data }
rules:
  - name: safe
    when: "goplus_risk == 'green' and dex_liquidity is not null"
    weight: 3
  - name: liquid
    when: ["dex_liquidity >= \${THETA_LIQ:-50000}", "not(is_honeypot == True)"]
    score: \${THETA_WEIGHT:-4}
`,
    FACTS,
  );
  if (converted.kind === "unreadable") throw new Error(converted.message);
  const rules = loadSample(converted.text);
  expect(rules.rules.map((rule) => rule.condition.text)).toEqual([
    'goplus_risk == "green" and exists(dex_liquidity)',
    "(dex_liquidity >= 50000) and (not (is_honeypot == 1))",
  ]);
  expect(converted.notes).toEqual(["${THETA_LIQ:-50000}: read as the default 50000"]);
  expect(rules.rules.map((rule) => rule.weight)).toEqual([3, -4]);
  expect(rules.document.scoring.thresholds).toEqual({ opportunity: 12, caution: -4 });
  expect(rules.missing.map((entry) => entry.text)).toEqual(["no data"]);
});

it("converts a bare list of rules, as the Python project has it", () => {
  const converted = convertRules(
    `- name: "high_liquidity"
  condition: "dex_liquidity >= 500000"
  score: 8
  reason: "High liquidity (≥$500K)"
- name: hyped
  when: "sentiment > 0.5 and goplus_risk != 'red' and 'moon' in keywords"
  weight: -2
`,
    FACTS,
  );
  if (converted.kind === "unreadable") throw new Error(converted.message);
  expect(loadSample(converted.text).rules).toMatchObject([
    {
      key: "high_liquidity",
      weight: 8,
      reason: "High liquidity (≥$500K)",
      condition: { text: "dex_liquidity >= 500000" },
    },
    {
      key: "hyped",
      weight: -2,
      condition: { text: 'sentiment > 0.5 and goplus_risk != "red" and "moon" in keywords' },
    },
  ]);
});

it("says what it could not carry over", () => {
  const converted = convertRules(
    `levels: { opportunity: 12, meltdown: 99 }
missing_map: { dex: no data, sentiment: 0 }
cache_ttl: 60
rules: [{ name: r, when: mentions > 1, score: "\${SECRET:-4}", owner: me, enabled: false }]
`,
    FACTS,
  );
  if (converted.kind === "unreadable") throw new Error(converted.message);
  expect(loadSample(converted.text).rules).toMatchObject([{ weight: -4, shadow: true }]);
  expect(converted.notes.map((note) => /^(?:\$\{)?\w+/.exec(note)?.[0]).sort()).toEqual(
    ["${SECRET", "cache_ttl", "levels", "missing_map", "r", "r"].sort(),
  );
});

it("converts conditions of other forms, and says what of a rule cannot be used", () => {
  const converted = convertRules(
    `thresholds: { opportunity: 11, caution: -2 }
missing_map: { DEX: no market }
rules:
  - { id: 1, conditions: [is_honeypot, "goplus_risk in {'red', 'yellow'}"], score: -5 }
  - { id: 1, condition: { field: mentions, op: gte, value: 3 }, score: high }
  - { id: lost, score: 3 }
`,
    FACTS,
  );
  if (converted.kind === "unreadable") throw new Error(converted.message);
  const rules = loadSample(converted.text);
  expect(rules.rules.map(({ key, weight, condition }) => [key, weight, condition.text])).toEqual([
    ["1", -5, '((is_honeypot != 0)) and (goplus_risk in ("red", "yellow"))'],
    ["1_2", 0, "mentions >= 3"],
  ]);
  expect(rules.document).toMatchObject({
    scoring: { thresholds: { opportunity: 11, caution: -2 } },
    missing: { dex: "no market" },
  });
  expect(converted.notes).toEqual([
    "imported: lost has no condition: left out",
    '1: score "high" is no number; it is 0 now',
    "1: its id 1 was taken; it is 1_2 now",
    "missing_map: DEX: is called dex here",
  ]);
});

describe("a file of the Python kind", () => {
  it.each([
    ["when", '- { name: a, when: "x > 1" }', 1],
    ["missing_map", 'version: "1"\ngroups: []\nmissing_map: { dex: none }', 3],
    ["levels", 'version: "1"\nlevels: { opportunity: 15 }\ngroups: []', 2],
    [
      "weight",
      'version: "1"\ngroups:\n- name: g\n  rules:\n  - name: r\n    weight: 3\n    condition: x ' +
        "is null",
      6,
    ],
  ])("gets one answer, which leads to the import: %s", (_, text, line) => {
    expect(sampleProblems(text)).toEqual([
      expect.objectContaining({
        line,
        suggestion: expect.stringContaining("rules import FILE"),
        message: expect.any(String),
      }),
    ]);
  });
});

it("writes out what anchors and merge keys share, and refuses a bomb of them", () => {
  const shared =
    "base: &b { points: 3, message: m }\nrules:\n  - { <<: *b, name: a, when: mentions > 3 }\n  " +
    "- text\n";
  expect(convertRules(shared, FACTS)).toMatchObject({
    kind: "converted",
    text: expect.stringMatching(/name: a\n +condition: mentions > 3\n +score: 3\n +reason: m/),
    notes: [
      "imported: 1 of its rules are no fields and were left out",
      "base has no counterpart and was left out",
    ],
  });
  const bomb = [
    "a: &a [x,x,x,x,x,x,x,x,x]",
    ...[..."bcdefgh"].map((c, i) => `${c}: &${c} [${`*${"abcdefg"[i]},`.repeat(9)}]`),
  ].join("\n");
  expect(convertRules(bomb, FACTS)).toMatchObject({
    kind: "unreadable",
    message: expect.stringContaining("alias"),
  });
});

/** Converts a text that has to be readable. */
function converted(text: string) {
  const result = convertRules(text, FACTS);
  if (result.kind === "unreadable") throw new Error(result.message);
  return { ...result, rules: loadSample(result.text) };
}

const RULE = '{ when: "mentions > 3", score: 5 }';

it("converts the file of the project that this one grew from, and says what it left out", () => {
  const { rules, notes } = converted(
    readFileSync(new URL("../../test/fixtures/python-rules.yml", import.meta.url), "utf8"),
  );
  expect(rules.rules).toHaveLength(25);
  expect(rules.document.groups.map(({ name }) => name)).toEqual([
    "scan",
    "market",
    "mood",
    "heat",
    "market_risk",
  ]);
  expect(rules.document.scoring.thresholds).toEqual({ opportunity: 15, caution: -5 });
  expect(rules.document.missing).toEqual({
    dex: "no market data",
    sentiment: "nobody read the mood",
    goplus: "the scan has not ended",
  });
  expect(notes.join("\n")).toContain("scoring.levels: observe");
  expect(notes.join("\n")).toContain("missing_map: hf: is called sentiment here");
  const facts = { goplus_risk: "red", heat_slope: -0.5, sentiment: 0.8, dex_liquidity: 60_000 };
  expect(scoreRules(rules, facts).score).toBe(-10 - 2 + 6 + 2);
});

describe("the import keeps", () => {
  it("groups and rules that are maps of names", () => {
    const { rules, notes } = converted(
      `groups: { dex: { weight: 0.35, rules: { low: ${RULE}, high: ${RULE} } }, more: [${RULE}] }`,
    );
    expect(rules.rules.map(({ key, group }) => [group, key])).toEqual([
      ["dex", "low"],
      ["dex", "high"],
      ["more", "more_1"],
    ]);
    expect(notes).toEqual(["dex: weight has no counterpart and was left out"]);
  });

  it("rules beside groups", () => {
    expect(converted(`groups: [{ rules: [${RULE}] }]\nrules: [${RULE}]`).rules.rules).toHaveLength(
      2,
    );
  });

  it("the sign of a default where minus can be meant", () => {
    const { text, notes } = converted(
      `rules: [{ when: "heat_slope < \${RULES_SLOPE:-2}", score: "\${RULES_W:-3}", reason: x }]`,
    );
    expect(text).toContain("heat_slope < ${RULES_SLOPE:-2}");
    expect(text).toContain("score: ${RULES_W:-3}");
    expect(notes).toEqual([]);
  });

  it("the meaning of the shell's defaults", () => {
    const { text, notes } = converted(
      [
        `- when: "symbol == '\${RULES_SYMBOL:-DOGE}' and mentions > \${RULES_M:-5}"`,
        `  score: 1`,
        `  reason: "above \${RULES_M:-5}"`,
      ].join("\n"),
    );
    expect(text).toContain('symbol == "${RULES_SYMBOL:DOGE}" and mentions > ${RULES_M:5}');
    expect(text).toContain("above ${RULES_M:5}");
    expect(notes).toHaveLength(2);
  });

  it("conditions that are joined by all, any and not", () => {
    const when = "{ all: [mentions > 3, { any: [copies < 2, { not: sentiment > 0 }] }] }";
    expect(converted(`rules: [{ when: ${when}, score: 1 }]`).rules.rules[0]?.condition.text).toBe(
      "((mentions > 3) and (((copies < 2) or ((not (sentiment > 0))))))",
    );
  });

  it("what is switched off switched off", () => {
    const { rules, notes } = converted(
      [
        "groups:",
        `  - { name: a, enabled: off, rules: [${RULE}] }`,
        "  - name: b",
        "    rules:",
        '      - { name: c, when: "mentions > 1", score: 1, enabled: "no" }',
        '      - { name: d, when: "mentions > 2", score: 1, disabled: true }',
      ].join("\n"),
    );
    expect(rules.rules.map(({ shadow }) => shadow)).toEqual([true, true, true]);
    expect(notes).toHaveLength(3);
  });
});

describe("the import says", () => {
  it.each([
    ["a field of a group", `groups: [{ name: g, max_score: 9, rules: [${RULE}] }]`, "max_score"],
    ["a field of a rule", '- { when: "mentions > 1", score: 1, tags: [x] }', "tags"],
    ["a second weight", '- { when: "mentions > 1", score: 1, points: 3 }', "points"],
    ["a weight that is missing", '- { name: r, when: "mentions > 1" }', "has no score"],
    ["a field of notify", `rules: [${RULE}]\nnotify: { min_score: 1, cooldown: 3 }`, "cooldown"],
    ["a state", `rules: [${RULE}]\nstates: { gold: score > 1 }`, "gold"],
    ["a level", `rules: [${RULE}]\nscoring: { thresholds: { observe: else } }`, "observe"],
    ["a threshold of words", `rules: [${RULE}]\nlevels: { opportunity: high }`, "high"],
    ["a source without facts", `rules: [${RULE}]\nmissing_map: { news: none }`, "news"],
    ["an id of other signs", '- { id: a/b, when: "mentions > 1", score: 1 }', "a_b"],
    ["a group that is no group", `groups: [x, { rules: [${RULE}] }]`, "left out"],
  ])("what became of %s", (_, text, said) => {
    const result = convertRules(text, FACTS);
    expect(result).toMatchObject({ kind: "converted" });
    const loaded = result.kind === "converted" ? sampleProblems(result.text) : [];
    const notes = result.kind === "converted" ? result.notes : [];
    expect([...notes, ...loaded.map(({ message }) => message)].join("\n")).toContain(said);
  });
});

describe("a file of another kind", () => {
  it.each([
    ["a sentence", "just a sentence"],
    ["settings", "chains: { eth: { rpc: x } }"],
    ["alerts", "groups: [{ name: a, rules: [{ alert: x, expr: y > 1 }] }]"],
    ["an empty list", "[]"],
    ["no rules", "groups: []"],
    ["rules of text", "rules: [a, b]"],
    ["two documents", `rules: [${RULE}]\n---\nrules: [${RULE}]`],
    ["deep brackets", "[".repeat(30_000)],
  ])("is refused: %s", (_, text) => {
    expect(convertRules(text, FACTS)).toMatchObject({
      kind: "unreadable",
      message: expect.any(String),
    });
  });
});
