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

it("waits once for a burst, and asks again beside it after ten seconds", async () => {
  const { asked, askAt, provider } = scene();
  for (const at of [0, 500, 9_999]) expect(await askAt(at)).toBe("fresh");
  provider.status = "partial";
  expect(await askAt(10_000)).toBe("fresh");
  expect(await askAt(10_001)).toBe("partial");
  expect(asked).toEqual(["DEMO at 0", "DEMO at 10000"]);
});

it("asks sooner for what was late", async () => {
  const { asked, askAt, provider } = scene();
  provider.status = "missing";
  expect([await askAt(0), await askAt(2_999)]).toEqual(["missing", "missing"]);
  provider.status = "fresh";
  expect([await askAt(3_000), await askAt(3_001)]).toEqual(["missing", "fresh"]);
  expect(asked).toEqual(["DEMO at 0", "DEMO at 3000"]);
});

it("waits again after 45 seconds", async () => {
  const { askAt, provider } = scene();
  await askAt(0);
  provider.status = "partial";
  expect(await askAt(45_000)).toBe("partial");
});

it("keeps what it has when asking again beside a commit fails", async () => {
  const clock = { now: 0 };
  const memory = factMemory(
    async () => {
      if (clock.now > 0) throw new Error("the object dies");
      return [answer("fresh")];
    },
    () => clock.now,
  );
  await memory.facts(TOKEN);
  clock.now = 10_000;
  expect(await memory.facts(TOKEN)).toEqual([answer("fresh")]);
  expect(await memory.facts(TOKEN)).toEqual([answer("fresh")]);
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
