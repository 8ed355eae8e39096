import { expect, it } from "vitest";
import { memoryRedis } from "../concurrency/memory-redis.ts";
import { seenWindow, WINDOW_SECONDS } from "./window.ts";

function setUp() {
  let now = 0;
  const redis = memoryRedis(() => now);
  return { redis, seen: seenWindow(redis), pass: (ms: number) => (now += ms) };
}
const post = (key: string, holder = "message-1") => ({ key, holder });

it("takes a new post", async () => {
  expect(await setUp().seen.claim([post("x:1"), post("x:2")])).toEqual(new Set());
});

it("skips a post that is done, no matter which source brings it again", async () => {
  const { seen } = setUp();
  await seen.claim([post("x:1")]);
  await seen.confirm(["x:1"]);
  expect(await seen.claim([post("x:1", "message-2"), post("x:2", "message-2")])).toEqual(
    new Set(["x:1"]),
  );
});

it("keeps a post whose claimer died", async () => {
  const { seen } = setUp();
  await seen.claim([post("x:1")]);
  expect(await seen.claim([post("x:1", "message-2")])).toEqual(new Set());
});

it("keeps a post whose claim was set by a call that lost its reply", async () => {
  const { seen } = setUp();
  await seen.claim([post("x:1")]);
  expect(await seen.claim([post("x:1")])).toEqual(new Set());
});

it("takes a post again after 14 days, and after it was forgotten", async () => {
  const { seen, pass } = setUp();
  await seen.confirm(["x:1", "x:2"]);
  await seen.forget(["x:2"]);
  expect(await seen.claim([post("x:1"), post("x:2")])).toEqual(new Set(["x:1"]));
  pass(WINDOW_SECONDS * 1_000);
  expect(await seen.claim([post("x:1")])).toEqual(new Set());
});

it("takes every post while Redis is down", async () => {
  const { seen, redis } = setUp();
  await seen.confirm(["x:1"]);
  redis.down = true;
  expect(await seen.claim([post("x:1")])).toEqual(new Set());
  await expect(seen.confirm(["x:2"])).resolves.toBeUndefined();
});
