import { expect, it } from "vitest";
import type { ProviderFacts } from "../model/facts.ts";
import type { TokenRef } from "../model/mention.ts";
import { factMemory } from "./fact-memory.ts";

const TOKEN: TokenRef = { chain: "eth", symbol: "DEMO", tokenCa: null, confidence: 0.5 };
const answer = (status: ProviderFacts["status"]): ProviderFacts => ({
  provider: "market",
  via: null,
  status,
  asOf: null,
  values: {},
  notes: [],
  error: null,
});

function scene() {
  const clock = { now: 0 };
  const asked: string[] = [];
  const provider = { status: "fresh" as ProviderFacts["status"] };
  const memory = factMemory(
    async ({ symbol }) => {
      asked.push(`${symbol} at ${clock.now}`);
      return [answer(provider.status)];
    },
    () => clock.now,
  );
  const askAt = async (at: number, token = TOKEN) => {
    clock.now = at;
    return (await memory.facts(token))[0]?.status;
  };
  return { asked, provider, memory, askAt };
}

it("asks once for a burst, and again after ten seconds", async () => {
  const { asked, askAt } = scene();
  for (const at of [0, 500, 9_999, 10_000, 10_001]) expect(await askAt(at)).toBe("fresh");
  expect(asked).toEqual(["DEMO at 0", "DEMO at 10000"]);
});

it("asks sooner for what was late", async () => {
  const { asked, askAt, provider } = scene();
  provider.status = "missing";
  expect([await askAt(0), await askAt(4_999)]).toEqual(["missing", "missing"]);
  provider.status = "fresh";
  expect(await askAt(5_000)).toBe("fresh");
  expect(asked).toEqual(["DEMO at 0", "DEMO at 5000"]);
});

it("says of an answer once how long it was waited for", async () => {
  const memory = factMemory(
    async () => [{ ...answer("fresh"), ms: 120 }],
    () => 0,
  );
  expect(await memory.facts(TOKEN)).toEqual([{ ...answer("fresh"), ms: 120 }]);
  expect(await memory.facts(TOKEN)).toEqual([answer("fresh")]);
});

it("asks for another token, and whenever it is told to", async () => {
  const { asked, askAt, memory } = scene();
  await askAt(0);
  await askAt(1, { ...TOKEN, symbol: "OTHER" });
  await memory.askAnew(TOKEN);
  await askAt(2);
  expect(asked).toEqual(["DEMO at 0", "OTHER at 1", "DEMO at 1"]);
});
