import { expect, it } from "vitest";
import { lastGood } from "./last-good.ts";

it("loads once, and again when the time is up", async () => {
  let [clock, loads] = [0, 0];
  const value = lastGood(
    async () => ++loads,
    100,
    () => clock,
  );
  expect([await value.get(), await value.get()]).toEqual([1, 1]);
  clock = 99;
  expect(await value.get()).toBe(1);
  clock = 100;
  expect(await value.get()).toBe(2);
  value.expire();
  expect(await value.get()).toBe(3);
});

it("keeps the last good value through failures, and throws when there is none", async () => {
  let [clock, fails] = [0, true];
  const value = lastGood(
    async () => {
      if (fails) throw new Error("down");
      return "good";
    },
    100,
    () => clock,
  );
  await expect(value.get()).rejects.toThrow("down");
  fails = false;
  expect(await value.get()).toBe("good");
  fails = true;
  clock = 500;
  expect(await value.get()).toBe("good");
});
