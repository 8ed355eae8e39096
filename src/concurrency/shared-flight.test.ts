import { expect, it } from "vitest";
import { memoryRedis } from "./memory-redis.ts";
import { type SharedFlight, sharedFlight } from "./shared-flight.ts";

/** Isolates over one Redis, and what the holder of a flight leaves behind for the others. */
function setUp() {
  let now = 1_000_000;
  const redis = memoryRedis(() => now);
  const left = new Map<string, string>();
  const sleep = async (ms: number) => {
    now += ms;
    await new Promise((resolve) => setImmediate(resolve));
  };
  let flights = 0;
  const object = (underway: Map<string, number>): SharedFlight => {
    const holder = `isolate-${flights++}`;
    return sharedFlight({ redis, sleep, now: () => now, underway, holder, defer: () => undefined });
  };
  const isolate = () => object(new Map());
  let runs = 0;
  const fly = (flight: SharedFlight, work: () => Promise<string>) =>
    flight(
      "k",
      async () => {
        runs++;
        const answer = await work();
        left.set("k", answer);
        return answer;
      },
      async () => left.get("k") ?? null,
      (answer) => answer !== "not kept",
    );
  return { redis, isolate, object, fly, runs: () => runs, now: () => now };
}

it("lets one isolate of many do the work, and gives its answer to all", async () => {
  const { isolate, fly, runs } = setUp();
  const work = async () => {
    for (const _ of "ab") await new Promise((resolve) => setImmediate(resolve));
    return "found";
  };
  const flights = Array.from({ length: 5 }, () => fly(isolate(), work));
  expect(await Promise.all(flights)).toEqual(Array.from({ length: 5 }, () => "found"));
  expect(runs()).toBe(1);
});

it("asks Redis nothing while another object of its isolate does the work", async () => {
  const { redis, object, fly, runs } = setUp();
  const underway = new Map<string, number>();
  let found: (answer: string) => void = () => undefined;
  const first = fly(object(underway), () => new Promise((resolve) => (found = resolve)));
  await new Promise((resolve) => setImmediate(resolve));
  const others = Array.from({ length: 5 }, () => fly(object(underway), async () => "again"));
  await new Promise((resolve) => setImmediate(resolve));
  found("found");
  expect(await Promise.all([first, ...others])).toEqual(Array.from({ length: 6 }, () => "found"));
  expect([runs(), redis.commands, underway.size]).toEqual([1, 1, 0]);
});

it("does the work itself when another object of its isolate never ends it", async () => {
  const { object, fly, now, runs } = setUp();
  const underway = new Map<string, number>();
  const began = now();
  void fly(object(underway), () => new Promise(() => undefined));
  await new Promise((resolve) => setImmediate(resolve));
  expect(await fly(object(underway), async () => "mine")).toBe("mine");
  expect([runs(), now() - began]).toEqual([2, 6_300]);
});

it("does the work itself when the holder failed and let go", async () => {
  const { isolate, fly, runs } = setUp();
  const failing = fly(isolate(), () => Promise.reject(new Error("down")));
  const waiting = fly(isolate(), async () => "second");
  await expect(failing).rejects.toThrow("down");
  expect([await waiting, runs()]).toEqual(["second", 2]);
});

it("does the work itself when the holder died with the lock", async () => {
  const { isolate, fly, redis } = setUp();
  await redis.claim([{ key: "flight:k", value: "a dead isolate" }], 3_600);
  expect(await fly(isolate(), async () => "mine")).toBe("mine");
  expect(await redis.read(["flight:k"])).toEqual(["a dead isolate"]);
});

it("takes its own name in the lock for its own claim, whose answer was lost", async () => {
  const { isolate, fly, redis } = setUp();
  await redis.claim([{ key: "flight:k", value: "isolate-0" }], 15);
  const before = redis.commands;
  expect(await fly(isolate(), async () => "mine")).toBe("mine");
  expect(redis.commands - before).toBe(1);
});

it("goes on without Redis", async () => {
  const { isolate, fly, redis } = setUp();
  redis.down = true;
  expect(await fly(isolate(), async () => "alone")).toBe("alone");
});

it("lets go of the lock when it left no answer", async () => {
  const { isolate, fly, redis } = setUp();
  await fly(isolate(), async () => "not kept");
  expect(await redis.read(["flight:k"])).toEqual([null]);
});

it("leaves the lock to end by itself when the answer is there: one command a call", async () => {
  const { isolate, fly, redis } = setUp();
  await fly(isolate(), async () => "done");
  expect(redis.commands).toBe(1);
});
