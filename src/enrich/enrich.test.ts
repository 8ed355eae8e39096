import { describe, expect, it } from "vitest";
import { layeredCache } from "../concurrency/layered-cache.ts";
import { memoryRedis } from "../concurrency/memory-redis.ts";
import { sharedFlight } from "../concurrency/shared-flight.ts";
import { singleFlight } from "../concurrency/single-flight.ts";
import { localGuard } from "../http/local-guard.ts";
import { FACTS } from "../model/facts.ts";
import type { TokenRef } from "../model/mention.ts";
import { switchesOf } from "../settings/plugin.ts";
import { type EnrichPorts, enrich, groupsOf, searchOf } from "./enrich.ts";
import { mergeFacts } from "./facts.ts";
import { ENRICHERS } from "./registry.ts";

const ADDRESS = "0x5b1c2d3e4f5061728394a5b6c7d8e9f0a1b2c3d4";
const TOKEN: TokenRef = { chain: "eth", symbol: "DEMO", tokenCa: ADDRESS, confidence: 1 };
const ENV = {
  GOPLUS_BASE_URL: "https://goplus.test",
  DEXSCREENER_BASE_URL: "https://dexscreener.test",
  GECKOTERMINAL_BASE_URL: "https://geckoterminal.test",
};

const pair = (more: object = {}) => ({
  chainId: "ethereum",
  baseToken: { address: ADDRESS.toUpperCase().replace("0X", "0x"), symbol: "DEMO" },
  quoteToken: { address: "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2", symbol: "WETH" },
  priceUsd: "0.5",
  volume: { h1: 10, h24: 2_000 },
  priceChange: { h24: -3 },
  liquidity: { usd: 300_000 },
  ...more,
});
const scan = {
  code: 1,
  result: { [ADDRESS]: { is_honeypot: "0", buy_tax: "0", sell_tax: "0.05", holder_count: "12" } },
};
const geckoToken = {
  data: {
    id: `eth_${ADDRESS}`,
    attributes: { price_usd: "0.4", total_reserve_in_usd: "1000", volume_usd: {} },
  },
};

type Reply = () => Response | Promise<Response>;
const never: Reply = () => new Promise<Response>(() => undefined);
const GOOD: Record<string, Reply> = {
  goplus: () => Response.json(scan),
  dexscreener: () => Response.json([pair()]),
  geckoterminal: () => Response.json(geckoToken),
};

function setUp(replies: Record<string, Reply> = {}) {
  let now = Date.UTC(2026, 10, 20, 10);
  const clock = () => now;
  const redis = memoryRedis(clock);
  const calls: string[] = [];
  const deferred: Promise<unknown>[] = [];
  const ports: EnrichPorts = {
    fetch: async (url) => {
      const host = new URL(url).hostname.replace(".test", "");
      calls.push(host);
      return ({ ...GOOD, ...replies }[host] ?? never)();
    },
    now: clock,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms / 2)),
    guard: localGuard(clock),
    tokens: new Map(),
    features: { putFeatures: async () => undefined, features: async () => undefined },
    groups: groupsOf(ENRICHERS, switchesOf(ENRICHERS, ENV)),
    cache: layeredCache(redis, clock),
    flight: singleFlight(),
    defer: (work) => deferred.push(work),
    search: searchOf(switchesOf(ENRICHERS, ENV)),
  };
  return { ports, calls, deferred, redis, pass: (ms: number) => (now += ms) };
}

const statuses = (answers: Awaited<ReturnType<typeof enrich>>) =>
  Object.fromEntries(
    answers.map(({ provider, status, error }) => [
      provider,
      error === null ? status : `${status} (${error})`,
    ]),
  );

describe("enrich", () => {
  it("asks the providers of the token's chain and gives their facts with their names and times", async () => {
    const { ports, calls } = setUp();
    const answers = await enrich(TOKEN, ports);
    expect(statuses(answers)).toEqual({ goplus: "fresh", dex: "fresh" });
    expect(calls.toSorted()).toEqual(["dexscreener", "goplus"]);
    const facts = mergeFacts({ mentions: 2, symbol: "DEMO" }, answers, "2026-11-20T10:00:00.000Z");
    expect(facts.values).toMatchObject({
      goplus_risk: "yellow",
      sell_tax: 5,
      dex_liquidity: 300_000,
      dex_price_usd: 0.5,
      mentions: 2,
    });
    expect(facts.values.dex_price_change_1h).toBeNull();
    expect(facts.origin.dex_liquidity).toEqual({
      provider: "dexscreener",
      asOf: "2026-11-20T10:00:00.000Z",
    });
    expect(facts.notes).toEqual(["sell tax 5 %"]);
    expect(Object.keys(facts.values)).toEqual(expect.arrayContaining(Object.keys(FACTS)));
    expect(facts.degraded).toEqual([]);
  });

  it("does not wait for a turn that comes after the deadline, and still takes it", async () => {
    const { ports, deferred } = setUp();
    await enrich(TOKEN, ports);
    const timeStands = { ...ports, sleep: () => new Promise<void>(() => undefined) };
    const answers = await enrich({ ...TOKEN, tokenCa: ADDRESS.replace("5b", "6c") }, timeStands);
    expect(statuses(answers).goplus).toBe("missing (late)");
    expect(deferred.length).toBeGreaterThan(0);
  });

  it("asks nobody twice while the answer is fresh", async () => {
    const { ports, calls, pass } = setUp();
    await Promise.all([enrich(TOKEN, ports), enrich(TOKEN, ports)]);
    await enrich(TOKEN, ports);
    expect(calls).toHaveLength(2);
    pass(46_000);
    await enrich(TOKEN, ports);
    expect(calls.filter((name) => name === "dexscreener")).toHaveLength(2);
    expect(calls.filter((name) => name === "goplus")).toHaveLength(1);
  });

  it.each([
    ["fails", () => new Response("", { status: 500 })],
    ["knows no pool", () => Response.json([])],
    ["sends a page instead of data", () => new Response("<html>")],
    [
      "knows only pools in which the token is the other side",
      () => Response.json([pair({ baseToken: { address: "0x2", symbol: "W" } })]),
    ],
  ])("asks GeckoTerminal when DexScreener %s", async (_, reply) => {
    const answers = await enrich(TOKEN, setUp({ dexscreener: reply }).ports);
    expect(statuses(answers).dex).toBe("fresh");
    expect(mergeFacts({}, answers, "t").origin.dex_price_usd?.provider).toBe("geckoterminal");
  });

  it("marks a provider missing within its time, and has its answer at the next look", async () => {
    const late = Promise.withResolvers<Response>();
    const { ports, deferred } = setUp({ goplus: () => late.promise });
    const first = await enrich(TOKEN, ports);
    expect(statuses(first)).toEqual({ goplus: "missing (late)", dex: "fresh" });
    expect(mergeFacts({}, first, "t")).toMatchObject({
      degraded: [{ provider: "goplus", status: "missing", error: "late" }],
      values: { goplus_risk: null },
    });
    late.resolve(Response.json(scan));
    await Promise.all(deferred);
    expect(statuses(await enrich(TOKEN, ports)).goplus).toBe("fresh");
  });

  it("lets an old answer stand in while the provider is out, and says how old it is", async () => {
    const replies = { ...GOOD };
    const { ports, pass } = setUp(replies);
    const before = await enrich(TOKEN, ports);
    Object.assign(replies, { dexscreener: never, geckoterminal: never });
    const out = setUp({
      dexscreener: () => new Response("", { status: 503 }),
      geckoterminal: () => new Response("", { status: 503 }),
    });
    pass(120_000);
    const answers = await enrich(TOKEN, { ...ports, fetch: out.ports.fetch });
    const dex = answers.find(({ provider }) => provider === "dex");
    expect(dex).toMatchObject({
      status: "stale",
      asOf: before[1]?.asOf,
      error: "geckoterminal retry: HTTP 503",
      via: "dexscreener",
    });
  });

  it("degrades when everything is down, Redis too, and throws nothing", async () => {
    const down = () => new Response("", { status: 500 });
    const { ports, redis } = setUp({ goplus: down, dexscreener: down, geckoterminal: down });
    redis.down = true;
    expect(statuses(await enrich(TOKEN, ports))).toEqual({
      goplus: "missing (goplus retry: HTTP 500)",
      dex: "missing (geckoterminal retry: HTTP 500)",
    });
  });

  it("takes an unfinished scan and says so", async () => {
    const partial = { code: 2, result: { [ADDRESS]: { is_open_source: "1" } } };
    const answers = await enrich(TOKEN, setUp({ goplus: () => Response.json(partial) }).ports);
    expect(answers[0]).toMatchObject({
      status: "partial",
      values: { goplus_risk: "unknown", is_open_source: 1, is_honeypot: null },
    });
  });

  it("asks nobody about a chain that nobody covers", async () => {
    const { ports, calls } = setUp();
    expect(await enrich({ ...TOKEN, chain: "btc" }, ports)).toEqual([]);
    expect(calls).toEqual([]);
  });
});

describe("a token known by its symbol alone", () => {
  const bare: TokenRef = { chain: "unknown", symbol: "demo", tokenCa: null, confidence: 0.5 };
  const rival = (liquidity: number, address = "0x9999999999999999999999999999999999999999") =>
    pair({ baseToken: { address, symbol: "DEMO" }, liquidity: { usd: liquidity } });
  const search = (...pairs: object[]) => ({ dexscreener: () => Response.json({ pairs }) });

  it("is looked up when one contract clearly dominates, with how sure that is", async () => {
    const { ports } = setUp(search(pair(), rival(30_000)));
    const answers = await enrich(bare, ports);
    expect(statuses(answers)).toEqual({ token: "fresh", goplus: "fresh", dex: "fresh" });
    const { values, notes } = mergeFacts({}, answers, "t");
    expect(values).toMatchObject({ contract: `eth:${ADDRESS}`, goplus_risk: "yellow" });
    expect(notes[0]).toBe(`DEMO taken to be ${ADDRESS} on eth, 91 % sure`);
  });

  it.each([
    ["two share the trade", [pair(), rival(200_000)]],
    ["the pool is too small", [pair({ liquidity: { usd: 90_000 } })]],
    ["nobody trades it", [pair({ volume: { h24: 0 } })]],
    [
      "another symbol merely contains it",
      [pair({ baseToken: { address: ADDRESS, symbol: "DEMO2" } })],
    ],
    ["nothing is found", []],
  ])("stays a symbol when %s", async (_, pairs) => {
    const { ports, calls } = setUp(search(...pairs));
    expect(statuses(await enrich(bare, ports))).toEqual({
      goplus: "empty (no contract address known)",
      dex: "empty (no contract address known)",
    });
    expect(calls).toEqual(["dexscreener"]);
    await enrich(bare, ports);
    expect(calls).toEqual(["dexscreener"]);
  });

  it("looks only on the chain that the post named", async () => {
    const { ports } = setUp(search(pair({ chainId: "solana" })));
    expect(statuses(await enrich({ ...bare, chain: "eth" }, ports)).dex).toBe(
      "empty (no contract address known)",
    );
  });

  it("goes on without an address when the search is out or hangs", async () => {
    for (const reply of [
      never,
      () => new Response("", { status: 500 }),
      () => Response.json({ values: 7 }),
    ]) {
      const answers = await enrich(bare, setUp({ dexscreener: reply }).ports);
      expect(statuses(answers).goplus).toBe("empty (no contract address known)");
      expect(statuses(answers).token).toMatch(/^missing/);
    }
  });
});

describe("a contract of which no post names the chain", () => {
  const somewhere: TokenRef = { ...TOKEN, chain: "unknown", symbol: null };
  const onBase = pair({ chainId: "base", liquidity: { usd: 900_000 } });

  it("is looked up by its address, and lives where most of its liquidity is", async () => {
    const { ports, calls } = setUp({
      dexscreener: () => Response.json({ pairs: [pair(), onBase, pair({ chainId: "polygon" })] }),
    });
    const { values, notes } = mergeFacts({}, await enrich(somewhere, ports), "t");
    expect(values).toMatchObject({ contract: `base:${ADDRESS}`, contract_symbol: "DEMO" });
    expect([values.goplus_risk, notes[0]]).toEqual(["yellow", `${ADDRESS} is traded on base`]);
    expect(calls.toSorted()).toEqual(["dexscreener", "dexscreener", "goplus"]);
    await enrich(somewhere, ports);
    expect(calls).toHaveLength(3);
  });

  it("asks nobody else when no pool knows it, and asks again when the search is out", async () => {
    const nowhere = await enrich(
      somewhere,
      setUp({ dexscreener: () => Response.json({ pairs: [] }) }).ports,
    );
    expect(nowhere).toEqual([]);
    const { ports, calls } = setUp({ dexscreener: () => new Response("", { status: 500 }) });
    expect(statuses(await enrich(somewhere, ports)).token).toMatch(/^missing/);
    expect(calls).toEqual(["dexscreener"]);
  });

  it("is left alone where there is nothing to search with", async () => {
    const { ports, calls } = setUp();
    expect(await enrich(somewhere, { ...ports, search: null })).toEqual([]);
    expect(calls).toEqual([]);
  });
});

describe("an address of a market's page", () => {
  const POOL = "0x1234567890123456789012345678901234567890";
  const WETH = pair().quoteToken;
  const chart: TokenRef = { ...TOKEN, symbol: null, tokenCa: POOL, confidence: 0.5, pool: true };
  const asked = async (token: TokenRef, ...pairs: object[]) => {
    const { ports } = setUp({ dexscreener: () => Response.json({ pairs }) });
    return mergeFacts({}, await enrich(token, ports), "t");
  };

  it("stands for the base token of the pool, whichever side of it a coin is", async () => {
    const sides = { baseToken: WETH, quoteToken: pair().baseToken };
    for (const found of [pair({ pairAddress: POOL }), pair({ pairAddress: POOL, ...sides })]) {
      const { values, notes } = await asked(chart, found, pair({ pairAddress: ADDRESS }));
      expect(values).toMatchObject({ contract: `eth:${ADDRESS}`, contract_symbol: "DEMO" });
      expect(notes[0]).toBe(`the pool ${POOL} trades DEMO, ${ADDRESS} on eth`);
    }
  });

  it("is a token where one has it, on the chain of the page", async () => {
    const token = { ...chart, tokenCa: ADDRESS };
    const { values } = await asked(
      token,
      pair({ chainId: "base", liquidity: { usd: 9e6 } }),
      pair(),
    );
    expect(values.contract).toBe(`eth:${ADDRESS}`);
  });

  it("stays as it is when no pool has it", async () => {
    expect((await asked(chart, pair({ pairAddress: ADDRESS }))).values.contract).toBeNull();
  });
});

it("asks Redis once for a known token, and for a new one twice more for each group", async () => {
  const { ports, redis } = setUp();
  const flight = (holder: string) => sharedFlight({ ...ports, redis, holder, underway: new Map() });
  const isolate = (holder: string): EnrichPorts => ({
    ...ports,
    cache: layeredCache(redis, ports.now),
    flight: flight(holder),
  });
  await enrich(TOKEN, isolate("first"));
  const asked = redis.commands;
  expect(asked).toBe(5);
  expect(statuses(await enrich(TOKEN, isolate("second")))).toMatchObject({ dex: "fresh" });
  expect(redis.commands - asked).toBe(1);
});
