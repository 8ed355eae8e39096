import { describe, expect, it } from "vitest";
import { FACTS } from "../model/facts.ts";
import { convertRules } from "./convert.ts";
import { loadSample, sampleProblems } from "./samples.ts";

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
  expect(loadSample(converted.text).rules).toMatchObject([{ weight: 4, shadow: true }]);
  expect(converted.notes.map((note) => /^(?:\$\{)?\w+/.exec(note)?.[0]).sort()).toEqual(
    ["${SECRET", "cache_ttl", "levels", "missing_map", "r", "r"].sort(),
  );
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
      "base: has no counterpart and was left out",
      "imported: 1 of its rules are no fields and were left out",
    ],
  });
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${[..."bcdefgh"].map((c, i) => `${c}: &${c} [${`*${"abcdefg"[i]},`.repeat(9)}]`).join("\n")}`;
  expect(convertRules(bomb, FACTS)).toMatchObject({
    kind: "unreadable",
    message: expect.stringContaining("alias"),
  });
});
