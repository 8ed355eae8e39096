import { expect, it } from "vitest";
import type { EventFacts, FactValues } from "../model/facts.ts";
import { explainSignal, stateCause } from "./explain.ts";
import { loadSample, sampleFile } from "./samples.ts";

const rules = loadSample(
  `${sampleFile("mentions > 5")}states:\n  downgraded: goplus_risk == "red" or score < -5\n` +
    `  verified: score >= 10 and goplus_risk == "green"\n`,
);
const snapshot = (values: FactValues): EventFacts => ({
  evaluatedAt: "2026-01-01T00:10:00Z",
  values,
  origin: {},
  degraded: [],
  notes: [],
});
const downgraded = (values: FactValues, previous: "downgraded" | "candidate") =>
  explainSignal(rules, snapshot(values), previous).states[0];

it("says that a state is held while the facts that would judge it again are missing", () => {
  expect(downgraded({ mentions: 8 }, "downgraded")).toMatchObject({
    state: "downgraded",
    value: null,
    held: true,
    why: "held from before; it cannot be judged again until goplus_risk is known",
  });
});

it("says since when a state is held, and by which comparison", () => {
  const since = { at: "2026-01-01T02:10:33.000Z", by: "score < -5" };
  const facts = { ...snapshot({ mentions: 8 }), stateSince: since };
  expect(explainSignal(rules, facts, "downgraded").states[0]?.why).toBe(
    "was downgraded at 2026-01-01 02:10 UTC by score < -5; " +
      "it cannot be judged again until goplus_risk is known",
  );
});

it.each([
  [{ goplus_risk: "red" }, -2, 'goplus_risk == "red"'],
  [{ goplus_risk: "green" }, -7, "score < -5"],
  [{ goplus_risk: "red" }, -7, 'goplus_risk == "red" and score < -5'],
])("names what put a signal into its state: %j with score %i", (values, score, cause) => {
  expect(stateCause(rules, values, { state: "downgraded", score, level: "caution" })).toBe(cause);
});

it("holds no state that the facts decide, and none that the signal was not in", () => {
  expect(downgraded({ mentions: 8, goplus_risk: "red" }, "downgraded")).toMatchObject({
    held: false,
    why: "",
  });
  expect(downgraded({ mentions: 8, goplus_risk: "green" }, "downgraded")?.held).toBe(false);
  expect(downgraded({ mentions: 8 }, "candidate")?.held).toBe(false);
});
