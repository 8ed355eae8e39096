import { expect, it } from "vitest";
import { coalesce, coalesceEach } from "./coalesce.ts";

const soon = () => new Promise((resolve) => setTimeout(resolve, 1));

it("merges what arrives during a run into the next, and runs one at a time", async () => {
  const runs: number[][] = [];
  let active = 0;
  const add = coalesce(async (items: number[]) => {
    expect(++active).toBe(1);
    await soon();
    runs.push(items);
    active--;
    return runs.length;
  });
  const first = add([1]);
  await Promise.resolve();
  const results = await Promise.all([first, add([2]), add([3, 4])]);
  expect(runs).toEqual([[1], [2, 3, 4]]);
  expect(results).toEqual([1, 2, 2]);
});

it("fails the callers of a failed run only", async () => {
  let attempts = 0;
  const add = coalesce(async (items: string[]) => {
    await soon();
    if (++attempts === 1) throw new Error("lost");
    return items.join();
  });
  const first = add(["a"]);
  await Promise.resolve();
  const second = add(["b"]);
  await expect(first).rejects.toThrow("lost");
  expect(await second).toBe("b");
  expect(await add(["c"])).toBe("c");
});

const twice = (runs: number[][]) => async (items: number[]) => {
  runs.push(items);
  await soon();
  if (items.includes(13)) throw new Error("thirteen");
  return items.map((item) => item * 2);
};

it("answers each caller what stands in its place", async () => {
  const runs: number[][] = [];
  const double = coalesceEach(twice(runs), () => true);
  expect(await Promise.all([double(1), double(2), double(2)])).toEqual([2, 4, 4]);
  expect(runs).toEqual([[1, 2, 2]]);
});

it("lets one bad item fail alone, unless the error is nobody's own", async () => {
  const alone = coalesceEach(twice([]), () => false);
  const settled = await Promise.allSettled([alone(1), alone(13), alone(3)]);
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  const runs: number[][] = [];
  const together = coalesceEach(twice(runs), () => true);
  await expect(Promise.all([together(1), together(13)])).rejects.toThrow("thirteen");
  expect(runs).toHaveLength(1);
});

it("takes what arrives during the pause before a run with it", async () => {
  const runs: number[][] = [];
  const double = coalesceEach(twice(runs), () => true, { pause: async () => void (await soon()) });
  const first = double(1);
  await Promise.resolve();
  expect(await Promise.all([first, double(2)])).toEqual([2, 4]);
  expect(runs).toEqual([[1, 2]]);
});

const pairs = (items: number[]): number[][] =>
  items.length <= 2 ? [items] : [items.slice(0, 2), ...pairs(items.slice(2))];

it("tries again the items of a failed call alone, and none that another call has done", async () => {
  const runs: number[][] = [];
  const double = coalesceEach(twice(runs), () => false, { cut: pairs });
  const settled = await Promise.allSettled([1, 2, 3, 13, 5].map(double));
  expect(settled.map((each) => ("value" in each ? each.value : "bad"))).toEqual([
    2,
    4,
    6,
    "bad",
    10,
  ]);
  expect(runs.toSorted()).toEqual([[1, 2], [13], [3], [3, 13], [5]]);
});

it("answers the callers of each call when it ends", async () => {
  const runs: number[][] = [];
  const double = coalesceEach(twice(runs), () => true, { cut: pairs });
  const [first, , , , last] = [1, 2, 3, 4, 5].map(double);
  expect(await first).toBe(2);
  expect(runs.flat()).not.toContain(5);
  expect(await last).toBe(10);
});

it("keeps what was done before all fails, and tries nothing after", async () => {
  const runs: number[][] = [];
  const double = coalesceEach(twice(runs), () => true, { cut: pairs });
  const settled = await Promise.allSettled([1, 2, 3, 13, 5].map(double));
  expect(settled.map((each) => ("value" in each ? each.value : "out"))).toEqual([
    2,
    4,
    "out",
    "out",
    "out",
  ]);
  expect(runs).toEqual([
    [1, 2],
    [3, 13],
  ]);
});
