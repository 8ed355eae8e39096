import * as z from "zod";
import { enricher } from "../../src/enrich/enricher.ts";
import { guardedCall } from "../../src/http/provider-call.ts";
import type { FetchLike } from "../../src/http/request.ts";
import { FACTS, type FactValues } from "../../src/model/facts.ts";
import { cross, type Ether, type Life, Refused } from "./life.ts";
import { hash32 } from "./random.ts";

const Reply = z.object({ values: z.record(z.string(), z.union([z.number(), z.string()])) });

/**
 * What is true of a token, for ever: facts that changed would make scores depend on when they were
 * asked for.
 */
function truth(provider: string, tokenCa: string): FactValues {
  const drawn = hash32(`${provider}:${tokenCa}`);
  return provider === "goplus"
    ? {
        goplus_risk: (["green", "green", "yellow", "red"] as const)[drawn % 4] ?? "green",
        sell_tax: drawn % 7,
      }
    : { dex_liquidity: 10_000 + (drawn % 900_000) };
}

/**
 * An enricher as small as one can be, on the real contract: the real guard, breaker, pace, cache
 * and budget stand around it.
 */
const simEnricher = (name: "goplus" | "dex", facts: string[]) =>
  enricher({
    name,
    group: name,
    title: name,
    docs: "of the simulator",
    provides: Object.fromEntries(Object.entries(FACTS).filter(([fact]) => facts.includes(fact))),
    settings: z.object({}),
    keepSeconds: 3_600,
    limits: () => ({ pace: { perMinute: 600, gapMs: 0 }, dailyBudget: null }),
    supports: () => true,
    async ask(token, _settings, ports) {
      const { verdict, json } = await guardedCall(
        {
          provider: name,
          limits: { pace: { perMinute: 600, gapMs: 0 }, dailyBudget: null },
          patienceMs: 500,
        },
        () => ({ url: `https://${name}.test/${token.tokenCa}`, timeoutMs: 3_000, expect: "json" }),
        ports,
      );
      const read = Reply.safeParse(json);
      if (verdict.kind !== "ok") return { verdict, values: {}, notes: [], freshSeconds: 0 };
      if (!read.success)
        return {
          verdict: { kind: "retry", reason: "garbage" },
          values: {},
          notes: [],
          freshSeconds: 0,
        };
      return { verdict, values: read.data.values, notes: [], freshSeconds: 600 };
    },
  });

export const ENRICHERS = [
  simEnricher("goplus", ["goplus_risk", "sell_tax"]),
  simEnricher("dex", ["dex_liquidity"]),
];

/** What a search for a symbol finds: its one contract, in a deep pool. */
function pairsOf(symbol: string, contracts: Ether["contracts"]) {
  const address = contracts.get(symbol);
  return address === undefined
    ? []
    : [
        {
          chainId: "ethereum",
          baseToken: { address, symbol },
          quoteToken: { address: "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2", symbol: "WETH" },
          liquidity: { usd: 1_000_000 },
          volume: { h24: 1_000_000 },
        },
      ];
}

/** The providers' side. */
export const providerFetch =
  (who: Life, ether: Ether): FetchLike =>
  async (url) => {
    const { faults, kernel } = ether;
    const { hostname, pathname, searchParams } = new URL(url);
    const provider = hostname.replace(".test", "");
    if (faults.hits("provider-slow")) await kernel.pause(kernel.dice.int(1_000, 8_000));
    const answer = cross(ether, who, `provider.${provider}`, () => {
      if (faults.hits("provider-5xx")) return new Response("", { status: 503 });
      if (faults.hits("provider-garbage"))
        return new Response(kernel.dice.pick(["<html>", "{}", '{"values":7}']));
      return provider === "search"
        ? Response.json({ pairs: pairsOf(searchParams.get("q") ?? "", ether.contracts) })
        : Response.json({ values: truth(provider, pathname.slice(1)) });
    });
    return answer.catch((error: unknown) => {
      throw error instanceof Refused ? new TypeError("fetch failed") : error;
    });
  };
