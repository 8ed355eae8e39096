import { describe, expect, it } from "vitest";
import { kept } from "./kept.ts";

describe("kept", () => {
  it("asks again after ten times as long as the answer took", async () => {
    let now = 0;
    let asked = 0;
    const ask = kept(
      async () => {
        now += 30;
        return ++asked;
      },
      () => now,
    );
    expect(await ask()).toBe(1);
    now += 299;
    expect(await ask()).toBe(1);
    now += 1;
    expect(await ask()).toBe(2);
  });

  it("always asks for what costs nothing", async () => {
    let asked = 0;
    const ask = kept(
      async () => ++asked,
      () => 0,
    );
    expect([await ask(), await ask()]).toEqual([1, 2]);
  });

  it("keeps no failure, and does not show the answer of before in its place", async () => {
    let now = 0;
    const answers = ["good", undefined, "back"];
    const ask = kept(
      async () => {
        now += 10;
        const answer = answers.shift();
        if (answer === undefined) throw new Error("out");
        return answer;
      },
      () => now,
    );
    await ask();
    now += 100;
    await expect(ask()).rejects.toThrow("out");
    expect(await ask()).toBe("back");
  });
});
