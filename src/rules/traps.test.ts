import { describe, expect, it } from "vitest";
import { FACTS } from "../model/facts.ts";
import { fixRulesFile } from "./fix.ts";
import { loadRules } from "./load.ts";
import { sampleFile, sampleProblems } from "./samples.ts";

describe("a trap", () => {
  it.each([
    ["goplus_risk == 'green'", 'goplus_risk == "green"'],
    ["dex_liquidity is null", "not exists(dex_liquidity)"],
    ["dex_liquidity is not None", "exists(dex_liquidity)"],
    ["symbol == null", "not exists(symbol)"],
    ["mentions==1 and(copies > 2)", "mentions==1 and (copies > 2)"],
    ["not(mentions > 2)", "not (mentions > 2)"],
    ["is_honeypot == true", "is_honeypot == 1"],
    ["is_honeypot is not True", "is_honeypot != 1"],
    ["mentions > 1e3 && copies > .5", "mentions > 1000 and copies > 0.5"],
    ["type in ['launch', 'listing']", 'type in ("launch", "listing")'],
    ["mentions > 1 OR copies > 1_000", "mentions > 1 or copies > 1000"],
    ["mentions > 1 And Not exists(symbol)", "mentions > 1 and not exists(symbol)"],
    ["mentions => 3 and copies =< 2", "mentions >= 3 and copies <= 2"],
    ["goplus_risk in {'red', 'yellow',}", 'goplus_risk in ("red", "yellow")'],
    ["sentiment > +0.3", "sentiment > 0.3"],
    ["mentions > 010", "mentions > 10"],
    ["is_honeypot or not symbol", "(is_honeypot != 0) or not (not empty(symbol))"],
  ])("%s is refused, and fixed to %s", (written, meant) => {
    expect(sampleProblems(sampleFile(written))[0]).toMatchObject({
      line: 5,
      path: "groups[0].rules[0].condition",
      suggestion: expect.any(String),
    });
    expect(fixRulesFile(sampleFile(written), {}, FACTS)).toMatchObject({
      text: sampleFile(meant),
      left: [],
    });
  });

  it.each([
    ["sentimnt > 1", "did you mean sentiment?"],
    ["mentions > 010", "write 10"],
    ["mentions", "compare it, like mentions > 0"],
    ['keywords == "x"', 'write "word" in keywords'],
  ])("%s is refused with advice", (written, suggestion) => {
    expect(sampleProblems(sampleFile(written))[0]).toMatchObject({ suggestion });
  });

  it("is pointed at where it stands in the YAML, however the text is quoted", () => {
    const at = (condition: string) =>
      sampleProblems(
        `version: "1"\ngroups:\n- name: g\n  rules:\n  - name: r\n    score: 1\n    reason: x\n  ` +
          `  condition: ${condition}\n`,
      )[0];
    expect(at("mentions > 1 and nope > 2")).toMatchObject({ line: 8, column: 33 });
    expect(at('"mentions > 1 and nope > 2"')).toMatchObject({ line: 8, column: 34 });
    expect(at(">-\n      mentions > 1\n      and nope > 2")).toMatchObject({
      line: 10,
      column: 11,
    });
    expect(at("mentions > ${THETA_A:12345} and nope > 2")).toMatchObject({ line: 8, column: 48 });
  });
});

describe("a rule that loads and is probably not meant", () => {
  it.each([
    [
      'goplus_risk == "Green"',
      'goplus_risk is never "Green": it is green, yellow, red, unknown',
      'did you mean "green"?',
    ],
    [
      'type in ("listing", "launched")',
      expect.stringContaining('type is never "launched"'),
      'did you mean "launch"?',
    ],
    ['chain != "ethereum"', expect.stringContaining("it is eth, bsc"), undefined],
    ["mentions % 2 == 0", "% is old", "write mod"],
  ])("is warned about at its place: %s", (condition, message, suggestion) => {
    const loaded = loadRules(sampleFile(condition), {}, FACTS);
    expect(loaded).toMatchObject({
      kind: "loaded",
      warnings: [{ line: 5, message, ...(suggestion && { suggestion }) }],
    });
  });

  it("is not seen where a text may be anything", () => {
    expect(
      loadRules(sampleFile('symbol == "DOGE" and lang != "de" and "moon" in keywords'), {}, FACTS),
    ).toMatchObject({
      warnings: [],
    });
  });
});

it("says once why a reference cannot stand in braces", () => {
  expect(
    sampleProblems(sampleFile("mentions > 1").replace("score: 1", "score: ${THETA_A:1}")),
  ).toMatchObject([
    { line: 5, column: 28, message: expect.stringContaining("give each field a line of its own") },
  ]);
});

describe("what the YAML reader finds", () => {
  it.each([
    ["a: [1", "a closing bracket"],
    ['a: "b', "a quote, a bracket, a comma or a colon is missing"],
    ["a: b: c", "put the text in quotes"],
    ["a:\n\t- b", "not with tabs"],
    ["a: @b", "put it in quotes"],
    ["a: 1\n---\nb: 2", "one document"],
    ['a: "\\q"', "an escape that does not exist"],
  ])("is said in plain words, with its place: %s", (text, message) => {
    const [problem] = sampleProblems(text);
    expect(problem).toMatchObject({
      line: expect.any(Number),
      message: expect.stringContaining(message),
    });
  });
});
