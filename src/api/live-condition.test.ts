import { expect, it } from "vitest";
import { liveSignal } from "../../test/support/live-signal.ts";
import type { LiveMessage } from "../observability/live.ts";
import { readLiveCondition } from "./live-condition.ts";

const signal = liveSignal({ tokenCa: null, type: "listing", degraded: true });
const holds = (text: string, message: LiveMessage = signal) => {
  const read = readLiveCondition(text);
  if (read.kind === "refused") throw new Error(read.message);
  return read.holds(message);
};

it.each([
  ["score >= 12", true],
  ["score > 12", false],
  ['chain == "eth" and type in ("listing", "hack")', true],
  ['state == "downgraded" or level == "observe"', true],
  ["degraded == 1", true],
  ['symbol ~= "^DE"', true],
  ['event == "signal"', true],
])("%s is %s of a verified listing", (text, expected) => {
  expect(holds(text)).toBe(expected);
});

it("takes what is not known for no answer", () => {
  expect(holds('token == "x"')).toBe(false);
  expect(holds('previous_state == "verified"')).toBe(false);
});

it("lets no batch of posts through", () => {
  expect(holds("score > -100", { event: "posts", posts: [], at: signal.at })).toBe(false);
});

it.each(["scoer > 1", "score >", "score", 'chain > "a"', "(((((1"])(
  "refuses %s with a reason",
  (text) => {
    const read = readLiveCondition(text);
    expect(read.kind).toBe("refused");
    expect(read.kind === "refused" && read.message.length).toBeGreaterThan(5);
  },
);
