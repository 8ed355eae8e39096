import { describe, expect, it } from "vitest";
import { type EventFacts, FACTS } from "../model/facts.ts";
import { bundleOf, openBundle } from "./bundle.ts";
import { diffRules } from "./diff.ts";
import { explainSignal } from "./explain.ts";
import { loadSample, sampleFile } from "./samples.ts";

describe("what is kept", () => {
  const rules = loadSample(sampleFile("mentions > ${THETA_A:5} and dex_liquidity > 10"), {
    THETA_A: "7",
  });
  const facts: EventFacts = {
    evaluatedAt: "2026-01-01T00:10:00Z",
    values: { mentions: 8, dex_liquidity: 4 },
    origin: { dex_liquidity: { provider: "dex", asOf: "2026-01-01T00:00:00Z" } },
    degraded: [],
    notes: [],
  };

  it("explains the same bytes after a round trip through its bundle", () => {
    const opened = openBundle(bundleOf(rules), rules.sha, FACTS);
    if (opened.kind === "rejected") throw new Error("should open");
    expect(JSON.stringify(explainSignal(opened.rules, JSON.parse(JSON.stringify(facts))))).toBe(
      JSON.stringify(explainSignal(rules, facts)),
    );
  });

  it("explains a rule that did not match by the comparison that failed, with the fact's provider and age", () => {
    expect(explainSignal(rules, facts).rules[0]).toMatchObject({
      outcome: "unmatched",
      why: "dex_liquidity > 10 is false",
      facts: [
        { name: "mentions", value: 8 },
        { name: "dex_liquidity", value: 4, provider: "dex", ageSeconds: 600 },
      ],
    });
  });

  it("is refused when its content is not what its name says", () => {
    expect(openBundle(bundleOf(rules).replace("> 10", "> 11"), rules.sha, FACTS).kind).toBe(
      "rejected",
    );
    expect(openBundle("{", rules.sha, FACTS).kind).toBe("rejected");
  });
});

it("says what differs between two versions in the terms of the file", () => {
  const diff = diffRules(
    loadSample(sampleFile("mentions > 1", "copies > 1")),
    loadSample(`${sampleFile("mentions > 2")}notify: { min_score: 3, on: [verified] }\n`),
  );
  expect(diff).toMatchObject({
    added: [],
    removed: ["r1"],
    changed: [{ rule: "r0", field: "condition", before: "mentions > 1", after: "mentions > 2" }],
  });
  expect(diff.settings.map((change) => change.field)).toEqual(["min_score", "on"]);
});
