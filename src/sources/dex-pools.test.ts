import { describe, expect, it } from "vitest";
import { type Asked, NOW, reader } from "../../test/support/poll-reader.ts";
import type { RawVariables } from "../settings/define.ts";
import { dexPools } from "./dex-pools.ts";

it("asks CoinGecko's own door when it has a key for it", async () => {
  const asked = async (env: RawVariables) => {
    const { read, calls } = reader(dexPools, { DEX_POOLS_CHAINS: "eth", ...env }, () => ({
      data: [],
    }));
    await read();
    return [calls[0]?.url.host, calls[0]?.headers["x-cg-demo-api-key"]];
  };
  expect(await asked({})).toEqual(["api.geckoterminal.com", undefined]);
  expect(await asked({ COINGECKO_API_KEY: "k" })).toEqual(["api.coingecko.com", "k"]);
});

describe("new pools", () => {
  const DEPTH = { reserve_in_usd: "50000" };
  const pool = (minute: number) => ({
    id: `eth_0x${minute}`,
    attributes: {
      name: `T${minute} / WETH`,
      pool_created_at: new Date(NOW - minute * 60_000).toISOString(),
      ...DEPTH,
    },
    relationships: { base_token: { data: { id: `eth_0x${minute}` } } },
  });
  const page = ({ url }: Asked) => {
    const from = (Number(url.searchParams.get("page")) - 1) * 20;
    return { data: Array.from({ length: 20 }, (_, i) => pool(from + i)) };
  };
  const ENV = { DEX_POOLS_CHAINS: "eth" };

  const at = (minute: number) => new Date(NOW - minute * 60_000).toISOString();

  it("are read page by page back to what was reached, and those of its very second that were not known", async () => {
    const { read, calls } = reader(dexPools, ENV, page);
    const known = await read(JSON.stringify({ eth: { at: at(30), ids: ["eth_0x30"] } }));
    expect([known.posts.length, calls.length]).toEqual([30, 2]);
    expect(JSON.parse(known.cursor ?? "").eth).toEqual({ at: at(0), ids: ["eth_0x0"] });
    expect((await read(known.cursor)).posts).toEqual([]);
    expect(
      (await read(JSON.stringify({ eth: { at: at(0), ids: ["another"] } }))).posts,
    ).toHaveLength(1);
  });

  it("stay before a page that failed, so that no pool falls into the gap", async () => {
    const { read } = reader(dexPools, ENV, (asked) =>
      asked.url.searchParams.get("page") === "2" ? new Response("", { status: 500 }) : page(asked),
    );
    const before = { eth: { at: at(30), ids: [] } };
    const { posts, cursor, verdict } = await read(JSON.stringify(before));
    expect([posts.length, JSON.parse(cursor ?? ""), verdict.kind]).toEqual([20, before, "retry"]);
  });

  it("with a time ahead of our clock hide none that come before that time", async () => {
    const state = { pools: [pool(-30), pool(5)] };
    const { read } = reader(dexPools, ENV, () => ({ data: state.pools }));
    const { cursor } = await read();
    expect(JSON.parse(cursor ?? "").eth.at).toBe(at(5));
    state.pools = [pool(-30), pool(1), pool(5)];
    expect((await read(cursor)).posts.map(({ id }) => id)).toContain("eth_0x1");
  });
});
