import { expect, it } from "vitest";
import { glance } from "./glance.ts";

function watched() {
  let time = 0;
  let looks = 0;
  let held: (() => void)[] = [];
  const ask = glance(
    () => new Promise<number>((resolve) => held.push(() => resolve(++looks))),
    1_000,
    () => time,
  );
  return {
    ask,
    pass: (ms: number) => (time += ms),
    waiting: () => held.length,
    answer: () => {
      for (const done of held) done();
      held = [];
    },
  };
}

it("looks once a second however many ask, and says when it looked", async () => {
  const { ask, pass, answer, waiting } = watched();
  const first = ask();
  answer();
  expect(await first).toEqual({ value: 1, at: 0 });
  pass(999);
  expect(await Promise.all([ask(), ask(), ask()])).toEqual(Array(3).fill({ value: 1, at: 0 }));
  expect(waiting()).toBe(0);
  pass(1);
  const next = ask();
  answer();
  expect(await next).toEqual({ value: 2, at: 1_000 });
});

it("gives the others what was seen before while one looks, but not for ever", async () => {
  const { ask, pass, answer, waiting } = watched();
  const first = ask();
  answer();
  await first;
  pass(2_000);
  const looking = ask();
  expect(await ask()).toEqual({ value: 1, at: 0 });
  expect(waiting()).toBe(1);
  pass(5_000);
  const another = ask();
  expect(waiting()).toBe(2);
  answer();
  expect((await another).at).toBe(7_000);
  await looking;
});

it("looks again after a look that failed", async () => {
  let fails = true;
  const ask = glance(
    async () => (fails ? Promise.reject(new Error("out")) : "seen"),
    1_000,
    () => 0,
  );
  await expect(ask()).rejects.toThrow("out");
  fails = false;
  expect((await ask()).value).toBe("seen");
});
