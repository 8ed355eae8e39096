import { expect, it } from "vitest";
import { spaced } from "./spaced.ts";

function scene() {
  let at = 0;
  const sleeping: { until: number; wake(): void }[] = [];
  const deferred: Promise<unknown>[] = [];
  const run = spaced(250, {
    now: () => at,
    sleep: (ms) => new Promise((wake) => sleeping.push({ until: at + ms, wake })),
  });
  const ran: number[] = [];
  return {
    ran,
    waits: () => sleeping.length,
    ask: () =>
      run(
        () => ran.push(at),
        (work) => deferred.push(work),
      ),
    async pass(ms: number, isAlive = true) {
      at += ms;
      for (const each of sleeping.splice(0)) if (isAlive && each.until <= at) each.wake();
      const works = deferred.splice(0);
      if (isAlive) await Promise.all(works);
    },
  };
}

it("runs a task at once, then once for all that ask within the time", async () => {
  const { ran, ask, waits, pass } = scene();
  ask();
  await pass(100);
  ask();
  ask();
  expect(ran).toEqual([0]);
  expect(waits()).toBe(1);
  await pass(150);
  expect(ran).toEqual([0, 250]);
  await pass(250);
  ask();
  expect(ran).toEqual([0, 250, 500]);
});

it("does not depend on an invocation that ended before its time", async () => {
  const { ran, ask, pass } = scene();
  ask();
  ask();
  await pass(250, false);
  ask();
  ask();
  expect(ran).toEqual([0, 250]);
  await pass(250);
  expect(ran).toEqual([0, 250, 500]);
});
