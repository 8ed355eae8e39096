import { describe, expect, it, vi } from "vitest";
import { FACTS, type Facts, type FactValues } from "../model/facts.ts";
import { backtest } from "./backtest.ts";
import { bundleOf, openBundle } from "./bundle.ts";
import { convertRules } from "./convert.ts";
import { diffRules } from "./diff.ts";
import { explain } from "./explain.ts";
import { loadRules } from "./load.ts";
import { mendFile } from "./mend.ts";
import { type Ruleset, score } from "./score.ts";

// Files near the limits take long on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

/** A file of rules, each worth 1 and named r0, r1, ... by its place. */
const file = (...conditions: string[]): string =>
  `version: "1"\ngroups:\n  - name: g\n    rules:\n${conditions.map((condition, i) => `      - { name: r${i}, score: 1, reason: because, condition: ${JSON.stringify(condition)} }`).join("\n")}\n`;

function load(text: string, variables: Record<string, string> = {}): Ruleset {
  const loaded = loadRules(text, variables, FACTS);
  if (loaded.kind === "rejected") throw new Error(JSON.stringify(loaded.problems));
  return loaded.rules;
}

function problems(text: string, variables: Record<string, string> = {}) {
  const loaded = loadRules(text, variables, FACTS);
  return loaded.kind === "rejected" ? loaded.problems : [];
}

const matches = (condition: string, facts: FactValues): boolean => score(load(file(condition)), facts).reasons.length > 0;

describe("a fact that is not known", () => {
  it.each([
    "dex_liquidity >= 0",
    "dex_liquidity < 0",
    "not (dex_liquidity < 0)",
    'symbol != "X"',
    'not (symbol == "X")',
    'symbol in ("X", "Y")',
    'symbol not in ("X", "Y")',
    'symbol ~= "X"',
    "dex_liquidity + 1 > 0",
    "max(dex_liquidity, 5) > 0",
    "if dex_liquidity > 1 then 1 == 1 else 1 == 1",
  ])("makes no match in %s", (condition) => {
    expect(matches(condition, {})).toBe(false);
  });

  it.each([
    "not exists(dex_liquidity)",
    "empty(keywords)",
    "dex_liquidity > 1 or mentions > 1",
    "not (dex_liquidity > 1 and mentions < 1)",
    "not exists(dex_liquidity) or dex_liquidity > 1",
  ])("does not keep the rest from deciding %s", (condition) => {
    expect(matches(condition, { mentions: 2 })).toBe(true);
  });

  it("never gives an answer that some value of it would turn over", () => {
    const conditions = [
      "sentiment > 0.5 and mentions > 3",
      "not (sentiment > 0.5 or mentions > 3)",
      "sentiment > mentions or sentiment <= mentions",
      "1 < sentiment < mentions",
      "not (mentions in (1, 2) and sentiment == 1)",
      "if mentions > 2 then sentiment > 0 else sentiment < 1",
    ];
    const values = [-1, 0, 0.5, 1, 2, 3, 4];
    for (const condition of conditions) {
      const rules = load(file(condition));
      const ask = (sentiment: number | null, mentions: number | null) =>
        rules.rules[0]?.condition.evaluate(rules.slots.map((name) => ({ sentiment, mentions })[name] ?? null));
      for (const sentiment of [null, ...values]) {
        for (const mentions of [null, ...values]) {
          const answer = ask(sentiment, mentions);
          const completions = (sentiment === null ? values : [sentiment]).flatMap((s) =>
            (mentions === null ? values : [mentions]).map((m) => ask(s, m)),
          );
          if (answer !== null)
            expect([condition, sentiment, mentions, new Set(completions)]).toEqual([
              condition,
              sentiment,
              mentions,
              new Set([answer]),
            ]);
        }
      }
    }
  });
});

describe("a trap", () => {
  it.each([
    ["goplus_risk == 'green'", 'goplus_risk == "green"'],
    ["dex_liquidity is null", "not exists(dex_liquidity)"],
    ["dex_liquidity is not None", "exists(dex_liquidity)"],
    ["symbol == null", "not exists(symbol)"],
    ["mentions==1 and(copies > 2)", "mentions==1 and (copies > 2)"],
    ["not(mentions > 2)", "not (mentions > 2)"],
    ["is_honeypot == true", "is_honeypot == 1"],
    ["mentions > 1e3 && copies > .5", "mentions > 1000 and copies > 0.5"],
    ["type in ['launch', 'listing']", 'type in ("launch", "listing")'],
    ["mentions > 1 OR copies > 1_000", "mentions > 1 or copies > 1000"],
  ])("%s is refused, and mended to %s", (written, meant) => {
    expect(problems(file(written))[0]).toMatchObject({ line: 5, path: "groups[0].rules[0].condition", mend: expect.any(String) });
    expect(mendFile(file(written), {}, FACTS)).toMatchObject({ text: file(meant), left: [] });
  });

  it.each([
    ["sentimnt > 1", "did you mean sentiment?"],
    ["mentions > 010", "write 10"],
    ["mentions", "compare it, like mentions > 0"],
    ['keywords == "x"', 'write "word" in keywords'],
  ])("%s is refused with advice", (written, mend) => {
    expect(problems(file(written))[0]).toMatchObject({ mend });
  });

  it("is pointed at where it stands in the YAML, however the text is quoted", () => {
    const at = (condition: string) =>
      problems(
        `version: "1"\ngroups:\n- name: g\n  rules:\n  - name: r\n    score: 1\n    reason: x\n    condition: ${condition}\n`,
      )[0];
    expect(at("mentions > 1 and nope > 2")).toMatchObject({ line: 8, column: 33 });
    expect(at('"mentions > 1 and nope > 2"')).toMatchObject({ line: 8, column: 34 });
    expect(at(">-\n      mentions > 1\n      and nope > 2")).toMatchObject({ line: 10, column: 11 });
    expect(at("mentions > ${THETA_A:12345} and nope > 2")).toMatchObject({ line: 8, column: 48 });
  });
});

describe("a hostile file", () => {
  const deep = (open: string, close: string, n: number) => open.repeat(n) + close.repeat(n);
  const bomb = `a: &a [x,x]\n${"bcdefghi"
    .split("")
    .map((c, i) => `${c}: &${c} [*${"abcdefgh"[i]},*${"abcdefgh"[i]}]`)
    .join("\n")}`;
  it.each<[string, string]>([
    ["more than 64 KB", `version: "${"x".repeat(70_000)}"`],
    ["aliases", bomb],
    ["__proto__", `${file("mentions > 1")}__proto__: { x: 1 }\n`],
    ["a duplicate key", `version: "1"\nversion: "2"\ngroups: []`],
    ["deep flow", deep("[", "]", 30_000)],
    ["deep blocks", Array.from({ length: 300 }, (_, i) => `${" ".repeat(i)}a:`).join("\n")],
    ["a tag", "version: !!js/function x\ngroups: []"],
    ["deep brackets", file(`${"(".repeat(900)}1 == 1${")".repeat(900)}`)],
    ["many nots", file(`${"not ".repeat(400)}1 == 1`)],
    ["an endless condition", file(`mentions > 1${" or mentions > 1".repeat(200)}`)],
    ["501 rules", file(...Array.from({ length: 501 }, () => "1 == 1"))],
    ["a pattern that backtracks for ever, with look-ahead", file('symbol ~= "(?=(a+)+$)b"')],
    ["a key that is no text", "? [a]\n: b"],
    ["nothing", ""],
    ["a list", "- a"],
    ["a stranger's setting", file("mentions > ${DATABASE_URL:1}")],
  ])("is refused with a place: %s", (_, text) => {
    expect(problems(text)[0]).toMatchObject({
      line: expect.any(Number),
      column: expect.any(Number),
      message: expect.any(String),
    });
  });

  it("cannot rewrite a condition through a setting", () => {
    expect(problems(file("mentions > ${THETA_A:5}"), { THETA_A: "0 or 1 == 1" })[0]?.message).toContain("must be a number");
    expect(
      problems(file('symbol == "${RULES_SYMBOL:ABC}"'), { RULES_SYMBOL: 'X" or 1 == 1 or symbol == "' })[0]?.message,
    ).toContain("letters");
  });
});

describe("scoring", () => {
  const book = load(`version: "1"
groups:
  - name: low
    priority: 1
    rules:
      - { id: A, name: a, condition: mentions > 0, score: 0.1, reason: a }
      - { id: B, name: b, condition: mentions > 0, score: 0.2, per: mentions, reason: b }
  - name: high
    priority: 9
    rules:
      - { id: C, name: c, condition: "symbol ~= \\"^D\\"", score: 5, reason: c }
      - { id: D, name: d, condition: mentions > 0, score: 100, reason: d, stage: shadow }
`);

  it("adds what matches, orders reasons by the group's priority, and rounds to two decimals", () => {
    const verdict = score(book, { mentions: 3, symbol: "DEMO" });
    expect(verdict.reasons.map((reason) => [reason.rule, reason.score])).toEqual([
      ["C", 5],
      ["A", 0.1],
      ["B", 0.6],
    ]);
    expect(verdict.score).toBe(5.7);
    expect(verdict.shadow.map((reason) => reason.rule)).toEqual(["D"]);
  });

  it("lets a rule that fails add nothing, names it, and counts the others", () => {
    const verdict = score(book, { mentions: 1, symbol: 7 });
    expect(verdict.errors).toEqual([{ rule: "C", message: "Expected a text, but got a number instead." }]);
    expect(verdict.score).toBe(0.3);
  });

  it("puts each threshold on the side that it names", () => {
    const at = (points: number) => score(load(`${file("1 == 1").replace("score: 1", `score: ${points}`)}`), {}).level;
    expect([15, 14.99, -4.99, -5].map(at)).toEqual(["opportunity", "observe", "observe", "caution"]);
  });

  it("names its version by the text and the settings in force", () => {
    const text = file("mentions > ${THETA_A:5}");
    expect(load(text).sha).toBe(load(text, { THETA_A: "5", RULES_OTHER: "1" }).sha);
    expect(load(text).sha).not.toBe(load(text, { THETA_A: "6" }).sha);
  });
});

describe("what is kept", () => {
  const rules = load(file("mentions > ${THETA_A:5} and dex_liquidity > 10"), { THETA_A: "7" });
  const facts: Facts = {
    evaluatedAt: "2026-01-01T00:10:00Z",
    values: { mentions: 8, dex_liquidity: 4 },
    origin: { dex_liquidity: { provider: "dex", asOf: "2026-01-01T00:00:00Z" } },
    degraded: [],
    notes: [],
  };

  it("explains the same bytes after a round trip through its bundle", () => {
    const opened = openBundle(bundleOf(rules), rules.sha, FACTS);
    if (opened.kind === "rejected") throw new Error("should open");
    expect(JSON.stringify(explain(opened.rules, JSON.parse(JSON.stringify(facts))))).toBe(JSON.stringify(explain(rules, facts)));
  });

  it("explains a rule that did not match by the comparison that failed, with the fact's provider and age", () => {
    expect(explain(rules, facts).rules[0]).toMatchObject({
      outcome: "unmatched",
      why: "dex_liquidity > 10 is false",
      facts: [
        { name: "mentions", value: 8 },
        { name: "dex_liquidity", value: 4, provider: "dex", ageSeconds: 600 },
      ],
    });
  });

  it("is refused when its content is not what its name says", () => {
    expect(openBundle(bundleOf(rules).replace("> 10", "> 11"), rules.sha, FACTS).kind).toBe("rejected");
    expect(openBundle("{", rules.sha, FACTS).kind).toBe("rejected");
  });
});

it("replays stored signals through a candidate, and says what would change", () => {
  const candidate = load(file("mentions > 5").replace("score: 1", "score: 20"));
  const stored = [1, 9].map(
    (mentions) =>
      ({
        eventKey: `k${mentions}`,
        facts: { mentions, goplus_risk: "green" },
        score: 0,
        level: "observe",
        state: "candidate",
        reasons: [{ rule: "gone" }],
      }) as const,
  );
  const report = backtest(candidate, stored);
  expect(report).toMatchObject({
    signals: 2,
    appear: { count: 1, examples: [{ eventKey: "k9" }] },
    levelChanges: { count: 1 },
    scoreChanges: 1,
  });
  expect(report.rules).toMatchObject([
    { rule: "r0", matchedBefore: 0, matched: 1 },
    { rule: "gone", matchedBefore: 2, matched: 0 },
  ]);
});

it("says what differs between two versions in the terms of the file", () => {
  const diff = diffRules(
    load(file("mentions > 1", "copies > 1")),
    load(`${file("mentions > 2")}notify: { min_score: 3, on: [verified] }\n`),
  );
  expect(diff).toMatchObject({
    added: [],
    removed: ["r1"],
    changed: [{ rule: "r0", field: "condition", before: "mentions > 1", after: "mentions > 2" }],
  });
  expect(diff.settings.map((change) => change.field)).toEqual(["min_score", "on"]);
});

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
  const rules = load(converted.text);
  expect(rules.rules.map((rule) => rule.condition.text)).toEqual([
    'goplus_risk == "green" and exists(dex_liquidity)',
    "(dex_liquidity >= 50000) and (not (is_honeypot == 1))",
  ]);
  expect(rules.document.scoring.thresholds).toEqual({ opportunity: 12, caution: -4 });
  expect(rules.missing.map((entry) => entry.text)).toEqual(["no data"]);
});
