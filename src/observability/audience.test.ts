import { expect, it } from "vitest";
import { liveSignal } from "../../test/support/live-signal.ts";
import { audience } from "./audience.ts";
import { EVERYTHING, type LiveFilter, type LiveMessage, passesFilter } from "./live.ts";

const signal = (over: Parameters<typeof liveSignal>[0] = {}): LiveMessage =>
  liveSignal({ eventKey: "eth:DEMO:w", ...over });
const posts: LiveMessage = { event: "posts", posts: [], at: "2026-01-15T10:00:00Z" };

const FILTERS: LiveFilter[] = [
  {},
  { symbol: "demo" },
  { symbol: "OTHER" },
  { token: "$demo" },
  { token: "0xAB" },
  { chain: "eth" },
  { chain: "sol" },
  { chain: "sol", symbol: "DEMO" },
  { event: "signal" },
  { event: "posts" },
  { event: "ETH:demo:W" },
  { event: "delivery", token: "DEMO" },
  { minScore: 10, symbol: "Demo" },
  { minScore: 20 },
].map((asked) => ({ ...EVERYTHING, ...asked }));

const MESSAGES: LiveMessage[] = [
  signal(),
  signal({ symbol: null }),
  signal({ symbol: "OTHER", tokenCa: null, eventKey: "eth:OTHER:w" }),
  signal({ chain: "sol", eventKey: "sol:DEMO:w" }),
  posts,
];

it("misses no listener whose filter lets a message pass", () => {
  const listeners = FILTERS.map((filter) => ({ filter }));
  const index = audience<{ filter: LiveFilter }>();
  for (const listener of listeners) index.add(listener);
  for (const message of MESSAGES) {
    const asked = index.interestedIn([message]);
    for (const listener of listeners)
      if (passesFilter(listener.filter, message)) expect(asked).toContain(listener);
  }
  expect(index.interestedIn(MESSAGES).size).toBeGreaterThan(10);
});

it("asks few of many, and none that left", () => {
  const index = audience<{ filter: LiveFilter }>();
  const listeners = Array.from({ length: 1_000 }, (_, n) => ({
    filter: { ...EVERYTHING, symbol: `T${n}` },
  }));
  for (const listener of listeners) index.add(listener);
  const about = signal({ symbol: "t7", tokenCa: null });
  expect([...index.interestedIn([about])]).toEqual([listeners[7]]);
  for (const listener of listeners) index.remove(listener);
  expect([index.interestedIn([about]).size, index.all.size]).toEqual([0, 0]);
});
