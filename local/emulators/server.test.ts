import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { freePorts } from "../supervisor/ports.ts";
import { serveEmulators } from "./server.ts";
import { evmAddress, solanaAddress, tokenAt } from "./tokens.ts";

const dir = mkdtempSync(join(tmpdir(), "emulators-"));
let base = "";
let stop = () => {};

beforeAll(async () => {
  const [port = 0] = await freePorts(1);
  base = `http://127.0.0.1:${port}`;
  // A clock that stands still: the sources publish by the clock, and two calls must see the same
  // posts.
  const now = Date.now();
  stop = await serveEmulators({ port, requestsDir: dir, now: () => now });
});
afterAll(() => {
  stop();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => setFault("*", undefined));

const get = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(`${base}${path}`, init);
  return { status: response.status, headers: response.headers, body: await response.json() };
};
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  get(path, { method: "POST", body: JSON.stringify(body), headers });
const setFault = (provider: string, settings: unknown) =>
  get(
    `/faults/${provider}`,
    settings === undefined
      ? { method: "DELETE" }
      : { method: "PUT", body: JSON.stringify(settings) },
  );
const security = (symbol: string) =>
  get(`/goplus/api/v1/token_security/1?contract_addresses=${evmAddress(symbol)}`);

describe("tokens", () => {
  it("spell their symbol in an address that the chain would accept", () => {
    expect(tokenAt(evmAddress("LUNARA")).symbol).toBe("LUNARA");
    expect(tokenAt(solanaAddress("AURA"))).toMatchObject({ symbol: "AURA", verdict: "green" });
    expect(evmAddress("LUNARA")).toMatch(/^0x[0-9a-f]{40}$/);
  });

  it("look different from each other: a clean one, a honeypot, one that nobody knows", async () => {
    const of = async (symbol: string) => (await security(symbol)).body.result[evmAddress(symbol)];
    expect(await of("LUNARA")).toMatchObject({ is_honeypot: "0", is_mintable: "0" });
    expect(await of("MOONX")).toMatchObject({ is_honeypot: "1", sell_tax: "1" });
    expect(await of("GHOST")).toBeUndefined();
  });

  it("report the same liquidity at both markets", async () => {
    const address = evmAddress("TIDE");
    const pairs = (await get(`/dexscreener/token-pairs/v1/ethereum/${address}`)).body as {
      baseToken: { address: string };
      liquidity: { usd: number };
    }[];
    const own = pairs
      .filter((pair) => pair.baseToken.address === address)
      .reduce((sum, pair) => sum + pair.liquidity.usd, 0);
    const gecko = await get(`/geckoterminal/networks/eth/tokens/${address}?include=top_pools`);
    expect(Number(gecko.body.data.attributes.total_reserve_in_usd) / own).toBeGreaterThan(0.9);
    expect(Number(gecko.body.data.attributes.total_reserve_in_usd) / own).toBeLessThan(1.3);
  });

  it("are answered the same way twice", async () => {
    expect((await security("EMBER")).body.result[evmAddress("EMBER")].buy_tax).toBe(
      (await security("EMBER")).body.result[evmAddress("EMBER")].buy_tax,
    );
  });
});

describe("channels", () => {
  it("keep a log of requests with the idempotency key of every message", async () => {
    await post("/webhook/hook", { a: 1 }, { "webhook-id": "key-1" });
    await post("/telegram/bot1:x/sendMessage", { chat_id: -100, text: "hello" });
    expect((await get("/requests/webhook")).body).toMatchObject([
      { idempotency_key: "key-1", target: "/hook", message: { a: 1 } },
    ]);
    expect((await get("/requests/telegram")).body).toMatchObject([{ target: "sendMessage -100" }]);
  });
});

describe("faults", () => {
  it("fails the same calls whenever it is set to the same seed", async () => {
    const run = async () => {
      await setFault("goplus", { fault: "500", rate: 0.4, seed: 7 });
      const seen: number[] = [];
      for (let call = 0; call < 20; call++) seen.push((await security("LUNARA")).status);
      return seen;
    };
    const first = await run();
    expect(new Set(first)).toEqual(new Set([200, 500]));
    expect(await run()).toEqual(first);
  });

  it("throttles in each provider's own words and each style of header", async () => {
    await setFault("goplus", { fault: "429", headerStyle: "none" });
    expect((await security("LUNARA")).body.code).toBe(4029);
    await setFault("dexscreener", {
      fault: "429",
      headerStyle: "ratelimit-reset",
      retryAfterSeconds: 9,
    });
    const limited = await get("/dexscreener/token-pairs/v1/base/0x1");
    expect([
      limited.status,
      limited.headers.get("ratelimit-reset"),
      limited.headers.get("retry-after"),
    ]).toEqual([429, "9", null]);
  });

  it("carries a delivery out and loses only the answer when it cuts", async () => {
    await setFault("webhook", { fault: "cut" });
    await expect(post("/webhook/cut", { b: 2 })).rejects.toThrow();
    expect((await get("/requests/webhook")).body).toContainEqual(
      expect.objectContaining({ target: "/cut" }),
    );
    await setFault("webhook", { fault: "500" });
    expect((await post("/webhook/refused", {})).status).toBe(500);
    expect((await get("/requests/webhook")).body).not.toContainEqual(
      expect.objectContaining({ target: "/refused" }),
    );
  });

  it("mixes up types, and hands out HTML", async () => {
    await setFault("geckoterminal", { fault: "types" });
    const typed = await get(`/geckoterminal/networks/eth/tokens/${evmAddress("TIDE")}`);
    expect(typeof typed.body.data.attributes.price_usd).toBe("number");
    await setFault("x", { fault: "html" });
    expect(await (await fetch(`${base}/x/2/tweets/search/recent`)).text()).toMatch(
      /^<!doctype html>/,
    );
  });

  it("refuses, breaks off and spoils the stream of Jetstream too", async () => {
    const connect = () =>
      new WebSocket(
        `${base.replace("http", "ws")}/jetstream/subscribe?cursor=${(Date.now() - 60_000) * 1000}`,
      );
    const outcome = (socket: WebSocket) =>
      new Promise<string>((done) => {
        socket.on("unexpected-response", (_, response) => done(String(response.statusCode)));
        socket.on("message", (bytes) => done(String(bytes).slice(0, 9)));
        socket.on("close", () => done("closed"));
        socket.on("error", () => done("error"));
      });
    const seen: string[] = [];
    for (const fault of ["500", "cut", "html"]) {
      await setFault("jetstream", { fault });
      const socket = connect();
      seen.push(await outcome(socket));
      socket.terminate();
    }
    expect(seen).toEqual(["500", "closed", "403"]);
    await setFault("jetstream", { fault: "types" });
    const socket = connect();
    const frame = await new Promise((done) =>
      socket.on("message", (bytes) => done(JSON.parse(String(bytes)))),
    );
    socket.terminate();
    expect(frame).toMatchObject({ did: expect.any(Number), time_us: "NaN" });
  });

  it("names what is wrong with a setting", async () => {
    expect(await setFault("x", { fault: "rain" })).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining("fault must be of") },
    });
    expect((await setFault("nobody", { fault: "500" })).status).toBe(404);
  });
});

describe("sources", () => {
  it("let X be read from an id on, and refuse one that is older than a week", async () => {
    const page = (await get("/x/2/tweets/search/recent?query=a&max_results=10")).body;
    expect(page.data).toHaveLength(10);
    expect(
      (await get(`/x/2/tweets/search/recent?query=a&since_id=${page.data[3].id}`)).body.meta
        .result_count,
    ).toBe(3);
    expect(
      (await get(`/x/2/tweets/search/recent?query=a&since_id=${page.meta.newest_id}`)).body,
    ).toEqual({
      meta: { result_count: 0 },
    });
    expect((await get("/x/2/tweets/search/recent?query=a&since_id=1000")).status).toBe(400);
  });

  it("answer 304 to a feed reader that has seen everything", async () => {
    const first = await fetch(`${base}/feeds/rss.xml`);
    const again = await fetch(`${base}/feeds/rss.xml`, {
      headers: { "if-none-match": first.headers.get("etag") ?? "" },
    });
    expect([first.status, again.status]).toEqual([200, 304]);
  });

  it("resume Jetstream at a cursor without a gap", async () => {
    const from = Date.now() - 60_000;
    const socket = new WebSocket(
      `${base.replace("http", "ws")}/jetstream/subscribe?cursor=${from * 1000}`,
    );
    const times: number[] = [];
    await new Promise<void>((done) => {
      socket.on("message", (bytes) => {
        times.push(JSON.parse(String(bytes)).time_us / 1000);
        if (times.length === 20) done();
      });
    });
    socket.close();
    expect(times[0]).toBeGreaterThanOrEqual(from);
    expect(times.every((time, at) => at === 0 || time - (times[at - 1] ?? 0) === 2_000)).toBe(true);
  });
});
