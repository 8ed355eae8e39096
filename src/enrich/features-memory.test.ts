import { expect, it } from "vitest";
import type { OnchainFeatures } from "../model/onchain-features.ts";
import { rememberedFeatures } from "./features-memory.ts";

const FEATURES: OnchainFeatures = {
  chain: "eth",
  tokenCa: "0x1",
  window: "24h",
  asOf: "2026-01-15T10:00:00.000Z",
  values: { transfers_24h: 3 },
  confidence: 1,
};

function setUp() {
  let now = 0;
  let held: OnchainFeatures | undefined;
  let asked = 0;
  const store = rememberedFeatures(
    {
      async putFeatures(features) {
        held = features;
      },
      features: async () => {
        asked++;
        return held;
      },
    },
    () => now,
  );
  const ask = () => store.features("eth", "0x1", "24h");
  return { store, ask, asked: () => asked, pass: (ms: number) => (now += ms) };
}

it("asks the table for a token once a minute, also when it has nothing", async () => {
  const { ask, asked, pass } = setUp();
  for (let n = 0; n < 3; n++) expect(await ask()).toBeUndefined();
  expect(asked()).toBe(1);
  pass(60_000);
  await ask();
  expect(asked()).toBe(2);
});

it("sees at once what it wrote itself", async () => {
  const { store, ask } = setUp();
  await ask();
  await store.putFeatures(FEATURES);
  expect(await ask()).toEqual(FEATURES);
});
