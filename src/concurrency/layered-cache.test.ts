import { describe, expect, it } from "vitest";
import { layeredCache } from "./layered-cache.ts";
import { memoryRedis } from "./memory-redis.ts";
import { singleFlight } from "./single-flight.ts";

const asText = (stored: unknown) => (typeof stored === "string" ? stored : undefined);

function setUp() {
  let now = 1_000_000;
  const redis = memoryRedis(() => now);
  return {
    redis,
    isolate: () => layeredCache(redis, () => now),
    pass: (ms: number) => (now += ms),
    now: () => now,
  };
}

describe("layeredCache", () => {
  it("shares entries between isolates through Redis", async () => {
    const { isolate, now } = setUp();
    await isolate().put("k", "v", 60, 600);
    expect(await isolate().get("k", asText)).toEqual({
      value: "v",
      at: now(),
      freshUntil: now() + 60_000,
    });
  });

  it("keeps an entry past its freshness, until it is too old to stand in", async () => {
    const { isolate, pass, now } = setUp();
    const cache = isolate();
    await cache.put("k", "v", 60, 600);
    pass(61_000);
    const old = await cache.get("k", asText);
    expect(old !== null && old.freshUntil < now()).toBe(true);
    pass(600_000);
    expect(await cache.get("k", asText)).toBeNull();
  });

  it("goes on serving what this isolate knows while Redis is down", async () => {
    const { redis, isolate, pass } = setUp();
    const cache = isolate();
    await cache.put("k", "v", 60, 600);
    redis.down = true;
    pass(61_000);
    expect((await cache.get("k", asText))?.value).toBe("v");
    await cache.put("k", "w", 60, 600);
    expect((await cache.get("k", asText))?.value).toBe("w");
  });

  it("asks Redis nothing for an entry that is still fresh", async () => {
    const { redis, isolate } = setUp();
    const cache = isolate();
    await cache.put("k", "v", 60, 600);
    const before = redis.commands;
    await cache.get("k", asText);
    expect(redis.commands).toBe(before);
  });

  it.each(["", "{", "[]", "null", '{"value":1}'])("takes %o in Redis for nothing", async (text) => {
    const { redis, isolate } = setUp();
    await redis.write([{ key: "k", value: text }], 60);
    expect(await isolate().get("k", asText)).toBeNull();
  });

  it("takes what another version wrote for nothing", async () => {
    const { isolate } = setUp();
    await isolate().put("k", { other: "shape" }, 60, 600);
    expect(await isolate().get("k", asText)).toBeNull();
  });
});

describe("singleFlight", () => {
  it("runs one task for callers at once, and another one after it ended", async () => {
    const once = singleFlight();
    let runs = 0;
    const task = async () => ++runs;
    expect(await Promise.all([once("k", task), once("k", task), once("other", task)])).toEqual([
      1, 1, 2,
    ]);
    expect(await once("k", task)).toBe(3);
  });

  it("hands a failure to all who wait, and tries anew for the next", async () => {
    const once = singleFlight();
    const fails = () => once("k", () => Promise.reject(new Error("down")));
    await expect(Promise.allSettled([fails(), fails()])).resolves.toMatchObject([
      { status: "rejected" },
      { status: "rejected" },
    ]);
    await expect(once("k", async () => "up")).resolves.toBe("up");
  });
});
