import { describe, expect, it } from "vitest";
import { limitConcurrency } from "./semaphore.ts";

describe("turns", () => {
  it("never runs more than the limit, keeps the order and survives a task that throws", async () => {
    const turn = limitConcurrency(2);
    const order: number[] = [];
    let running = 0;
    let most = 0;
    const task = (n: number) =>
      turn(async () => {
        most = Math.max(most, ++running);
        order.push(n);
        await new Promise((resolve) => setTimeout(resolve, 2));
        running--;
        if (n === 1) throw new Error("one");
        return n;
      });
    const results = await Promise.allSettled([0, 1, 2, 3, 4, 5].map(task));
    expect(most).toBe(2);
    expect(order).toEqual([0, 1, 2, 3, 4, 5]);
    expect(results.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      ...Array(4).fill("fulfilled"),
    ]);
  });
});
