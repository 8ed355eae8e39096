import * as z from "zod";
import { layeredCache } from "../../src/concurrency/layered-cache.ts";
import { singleFlight } from "../../src/concurrency/single-flight.ts";
import { enrich, groupsOf } from "../../src/enrich/enrich.ts";
import { enricher } from "../../src/enrich/enricher.ts";
import type { EventPorts } from "../../src/events/event-actor.ts";
import { localGuard } from "../../src/http/local-guard.ts";
import { guardedCall } from "../../src/http/provider-call.ts";
import type { FetchLike } from "../../src/http/request.ts";
import { FACTS, type FactValues } from "../../src/model/facts.ts";
import { switchesOf } from "../../src/settings/plugin.ts";
import { cross, type Ether, type Life, Refused } from "./life.ts";
import { hash32 } from "./random.ts";
import type { SimRedis } from "./services.ts";

const Reply = z.object({ values: z.record(z.string(), z.union([z.number(), z.string()])) });

/** What a provider says of a token, before and after the facts change: of every other, the same. */
export function truth(provider: string, tokenCa: string, changed: boolean): FactValues {
  const isOther = changed && hash32(tokenCa) % 2 === 0;
  const drawn = hash32(`${provider}:${tokenCa}${isOther ? ":changed" : ""}`);
  return provider === "goplus"
    ? {
        goplus_risk: (["green", "green", "yellow", "red"] as const)[drawn % 4] ?? "green",
        sell_tax: drawn % 7,
      }
    : { dex_liquidity: 10_000 + (drawn % 900_000) };
}

/** How long an answer may be used again. */
export const FRESH_SECONDS = 600;

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
      return { verdict, values: read.data.values, notes: [], freshSeconds: FRESH_SECONDS };
    },
  });

export const ENRICHERS = [
  simEnricher("goplus", ["goplus_risk", "sell_tax"]),
  simEnricher("dex", ["dex_liquidity"]),
];

/** Of two contracts with one symbol: every other time both markets are as large. */
export const isContested = (symbol: string, contracts: readonly string[]): boolean =>
  contracts.length > 1 && hash32(symbol) % 2 === 0;

/** What a search for a symbol finds: its contracts, the first in a deep pool. */
function pairsOf(symbol: string, { contracts }: Ether) {
  const known = contracts.get(symbol) ?? [];
  return known.map((address, i) => {
    const usd = i === 0 || isContested(symbol, known) ? 1_000_000 : 20_000;
    return {
      chainId: "ethereum",
      baseToken: { address, symbol },
      quoteToken: { address: "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2", symbol: "WETH" },
      liquidity: { usd },
      volume: { h24: usd },
    };
  });
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
        ? Response.json({ pairs: pairsOf(searchParams.get("q") ?? "", ether) })
        : Response.json({
            values: truth(provider, pathname.slice(1), kernel.now() >= ether.changes.factsAt),
          });
    });
    return answer.catch((error: unknown) => {
      throw error instanceof Refused ? new TypeError("fetch failed") : error;
    });
  };

/**
 * The real enrich() around two small providers, as each isolate has it: own cache in front of
 * Redis, own guard.
 */
export function enricherOf(who: Life, ether: Ether, redis: SimRedis): EventPorts["enrich"] {
  const ports = {
    fetch: providerFetch(who, ether),
    now: who.now,
    guard: localGuard(who.now),
    sleep: ether.kernel.pause,
    tokens: new Map(),
    features: { putFeatures: async () => undefined, features: async () => undefined },
    groups: groupsOf(ENRICHERS, switchesOf(ENRICHERS, {})),
    cache: layeredCache(redis(who), who.now),
    flight: singleFlight(),
    defer: (work: Promise<unknown>) => ether.kernel.spawn(work),
    search: { baseUrl: "https://search.test" },
  };
  return (token) => enrich(token, ports);
}
