import { expect, it } from "vitest";
import type { TokenRef } from "../../../src/model/mention.ts";
import { UsageError } from "../../command.ts";
import { readFacts } from "./facts.ts";

const TOKEN: TokenRef = { chain: "eth", symbol: "DEMO", tokenCa: null, confidence: 1 };
const AT = "2026-11-20T10:00:00.000Z";

/** The values that a file of facts gives to a token, and what was said of it. */
function given(facts: object) {
  const warnings: string[] = [];
  const known = readFacts(JSON.stringify(facts), "facts.json", (line) => warnings.push(line));
  const values = Object.assign({}, ...known(TOKEN, AT).map((answer) => answer.values));
  return { values, warnings };
}

it("gives each provider its facts, flags as 1 and 0", () => {
  expect(given({ dex_liquidity: 9, is_honeypot: true })).toEqual({
    values: { dex_liquidity: 9, is_honeypot: 1 },
    warnings: [],
  });
});

it("says what it ignores: facts of the posts, and values of another type", () => {
  const { values, warnings } = given({ DEMO: { mentions: 3, dex_liquidity: "9", buy_tax: 1 } });
  expect(values).toEqual({ buy_tax: 1 });
  expect(warnings).toEqual([
    "facts.json: ignored: dex_liquidity is a number, and this is text",
    "facts.json: ignored: mentions is counted from the posts",
  ]);
});

it("refuses a fact that no rule can read", () => {
  expect(() => given({ dex_liquidty: 9 })).toThrow(UsageError);
  expect(() => given({ dex_liquidty: 9 })).toThrow("did you mean dex_liquidity?");
});
