import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ratelimit } from "@upstash/ratelimit";
import { Redis } from "@upstash/redis";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePorts } from "../supervisor/ports.ts";
import { serveUpstash } from "./server.ts";

const TOKEN = "local";
let dir = "";
let now = 1_790_000_000_000;
let port = 0;
let stop = () => {};
let redis = new Redis({ url: "http://127.0.0.1:1", token: TOKEN });

async function open(): Promise<void> {
  [port = 0] = await freePorts(1);
  stop = await serveUpstash({ port, token: TOKEN, file: join(dir, "redis.jsonl"), now: () => now });
  redis = new Redis({
    url: `http://127.0.0.1:${port}`,
    token: TOKEN,
    automaticDeserialization: false,
  });
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "upstash-"));
  await open();
});
afterEach(() => {
  stop();
  rmSync(dir, { recursive: true, force: true });
});

async function raw(path: string, init: RequestInit = {}): Promise<[number, unknown]> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    headers: { authorization: `Bearer ${TOKEN}` },
    ...init,
  });
  return [response.status, await response.json()];
}

it("reports by INFO how many requests and commands it has served", async () => {
  await redis.pipeline().set("a", "1").get("a").exec();
  const [, info] = await raw("/", { method: "POST", body: JSON.stringify(["INFO"]) });
  expect(info).toEqual({
    result: "total_connections_received:2\r\ntotal_commands_processed:2\r\n",
  });
});

describe("claims", () => {
  it("lets one claimer win and names the holder to the next", async () => {
    expect(await redis.set("dedup:x:1", "m1", { nx: true, ex: 60, get: true })).toBeNull();
    expect(await redis.set("dedup:x:1", "m2", { nx: true, ex: 60, get: true })).toBe("m1");
    expect(await redis.get("dedup:x:1")).toBe("m1");
  });

  it("frees a claim when its time is over", async () => {
    await redis.set("claim", "m1", { nx: true, px: 500 });
    expect(await redis.ttl("claim")).toBe(1);
    now += 501;
    expect(await redis.set("claim", "m2", { nx: true })).toBe("OK");
    expect(await redis.pttl("claim")).toBe(-1);
  });
});

describe("the wire", () => {
  it("answers a pipeline item by item, errors included", async () => {
    const body = JSON.stringify([
      ["set", "a", "x"],
      ["incr", "a"],
      ["get", "a"],
    ]);
    const [status, answer] = await raw("/pipeline", { method: "POST", body });
    expect([status, answer]).toEqual([
      200,
      [{ result: "OK" }, { error: "ERR value is not an integer or out of range" }, { result: "x" }],
    ]);
  });

  it("takes the path form with the body as last argument", async () => {
    await raw("/set/a%2Fb", { method: "POST", body: "hello" });
    expect(await raw("/get/a%2Fb")).toEqual([200, { result: "hello" }]);
  });

  it("refuses a wrong token: TOKEN, an unknown command and a body that is not JSON", async () => {
    expect((await raw("/get/a", { headers: { authorization: "Bearer no" } }))[0]).toBe(401);
    expect((await raw("/nonsense/a"))[0]).toBe(400);
    expect(await raw("/", { method: "POST", body: "{" })).toEqual([
      400,
      { error: "ERR failed to parse request body" },
    ]);
  });

  it("keeps every letter of a text on the way through base64", async () => {
    await redis.set("t", 'ünï "✓" 漢字 🚀');
    expect(await redis.get("t")).toBe('ünï "✓" 漢字 🚀');
  });
});

describe("@upstash/ratelimit's own scripts", () => {
  const limiters = {
    "fixed window": () => Ratelimit.fixedWindow(3, "1 h"),
    "sliding window": () => Ratelimit.slidingWindow(3, "1 h"),
  };
  it.each(Object.entries(limiters))("let three of five through: %s", async (_, limiter) => {
    const limit = new Ratelimit({
      redis: new Redis({ url: `http://127.0.0.1:${port}`, token: TOKEN }),
      limiter: limiter(),
      ephemeralCache: false,
    });
    const passed: boolean[] = [];
    for (let call = 0; call < 5; call++) passed.push((await limit.limit("someone")).success);
    expect(passed).toEqual([true, true, true, false, false]);
    expect((await limit.getRemaining("someone")).remaining).toBe(0);
  });

  it("answers NOSCRIPT for a script it has not seen, and runs it by hash afterwards", async () => {
    const sha = await redis.scriptLoad("return {KEYS[1], ARGV[1], redis.call('GET', 'none')}");
    expect(await redis.evalsha(sha, ["k"], ["v"])).toEqual(["k", "v", null]);
    await expect(redis.evalsha("abc", [], [])).rejects.toThrow(/NOSCRIPT/);
  });

  it("names a command's error that a script raises, and keeps what the script wrote before", async () => {
    await expect(
      redis.eval("redis.call('SET', 'w', 'x'); return redis.call('INCR', 'w')", [], []),
    ).rejects.toThrow(/not an integer/);
    expect(await redis.get("w")).toBe("x");
  });
});

describe("the journal", () => {
  it("gives everything back after the process is gone", async () => {
    await redis.set("s", "1", { px: 10_000 });
    await redis.incrby("n", 5);
    await redis.set("gone", "1");
    await redis.del("gone");
    stop();
    await open();
    expect(
      await Promise.all([
        redis.get("s"),
        redis.pttl("s"),
        redis.get("n"),
        redis.ttl("n"),
        redis.exists("gone"),
      ]),
    ).toEqual(["1", 10_000, "5", -1, 0]);
  });

  it("leaves out what an earlier version kept of other types", async () => {
    stop();
    writeFileSync(
      join(dir, "redis.jsonl"),
      '["h","hash",[["a","1"]],null]\n["s","string","1",null]\n',
    );
    await open();
    expect([await redis.exists("h"), await redis.get("s")]).toEqual([0, "1"]);
  });

  it("cuts off a last line that a kill has torn", async () => {
    await redis.set("s", "1");
    stop();
    writeFileSync(join(dir, "redis.jsonl"), '["torn","str', { flag: "a" });
    await open();
    expect([await redis.get("s"), await redis.exists("torn")]).toEqual(["1", 0]);
    await redis.set("next", "2");
    stop();
    await open();
    expect(await redis.get("next")).toBe("2");
  });
});

it.each([
  "return os.execute('true')",
  "return io.open('/etc/hostname')",
  "return load('return 1')()",
  "return dofile('/etc/hostname')",
  "return require('os')",
  "return package.path",
  "return debug.getinfo(1)",
])("gives a script no way out: %s", async (script) => {
  await expect(redis.eval(script, [], [])).rejects.toThrow(/nil value|attempt to/);
});
