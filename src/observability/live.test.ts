import { describe, expect, it } from "vitest";
import { liveSignal } from "../../test/support/live-signal.ts";
import { EVERYTHING, type LiveMessage, passesFilter } from "./live.ts";

const signal = liveSignal({ tokenCa: undefined });
const posts: LiveMessage = { event: "posts", posts: [], at: "2026-01-15T10:00:00Z" };

describe("passes", () => {
  it("lets everything through when nothing is asked", () => {
    expect([signal, posts].map((message) => passesFilter(EVERYTHING, message))).toEqual([
      true,
      true,
    ]);
  });

  it("keeps deliveries, which name channels, from the public", () => {
    const delivery: LiveMessage = {
      event: "delivery",
      deliveryId: 1,
      channel: "ops",
      eventKey: "eth:DEMO:2026-01-15T10:00:00Z",
      chain: "eth",
      symbol: "DEMO",
      score: 12,
      result: "ok",
      attempt: 1,
      at: "2026-01-15T10:00:00Z",
    };
    const shown = [true, false].map((operations) =>
      [signal, posts, delivery].map((message) =>
        passesFilter({ ...EVERYTHING, operations }, message),
      ),
    );
    expect(shown).toEqual([
      [true, true, true],
      [true, true, false],
    ]);
  });

  it("takes a score at the limit and a symbol in any case", () => {
    expect(
      passesFilter({ ...EVERYTHING, minScore: 12, chain: "eth", symbol: "demo" }, signal),
    ).toBe(true);
  });

  it.each([{ minScore: 12.01 }, { chain: "sol" }, { symbol: "OTHER" }])(
    "holds back what does not match %j",
    (asked) => {
      expect(passesFilter({ ...EVERYTHING, ...asked }, signal)).toBe(false);
    },
  );

  it("holds back posts from a listener who asked for certain signals", () => {
    expect(passesFilter({ ...EVERYTHING, minScore: 0 }, posts)).toBe(false);
  });
});

describe("a filter", () => {
  const listing = { ...signal, type: "listing", tokenCa: "0xAb" };

  it.each([
    { state: "verified" },
    { type: "listing" },
    { level: "observe" },
    { event: "signal" },
    { event: signal.eventKey },
    { token: "$demo" },
    { token: "0xab" },
  ])("lets through what %j names", (asked) => {
    expect(passesFilter({ ...EVERYTHING, ...asked }, listing)).toBe(true);
  });

  it.each([
    { state: "downgraded" },
    { type: "hack" },
    { level: "caution" },
    { event: "delivery" },
    { event: "eth:OTHER:w" },
    { token: "0xcd" },
  ])("holds back what %j does not name", (asked) => {
    expect(passesFilter({ ...EVERYTHING, ...asked }, listing)).toBe(false);
  });

  it("lets posts through where they are asked for, and nothing beside them", () => {
    expect(passesFilter({ ...EVERYTHING, event: "posts" }, posts)).toBe(true);
    expect(passesFilter({ ...EVERYTHING, event: "posts" }, signal)).toBe(false);
    expect(passesFilter({ ...EVERYTHING, where: "score > 1" }, posts)).toBe(false);
  });
});
