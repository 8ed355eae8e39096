import { describe, expect, it } from "vitest";
import { localGuard } from "./local-guard.ts";
import { guardedCall } from "./provider-call.ts";
import type { GuardRequest, ProviderLimits } from "./provider-guard.ts";
import { statusOf } from "./provider-guard.ts";

const START = Date.UTC(2026, 10, 20, 23, 59);
const LIMITS: ProviderLimits = { pace: { perMinute: 10, gapMs: 1_000 }, dailyBudget: 100 };

function setUp(limits = LIMITS) {
  let now = START;
  const guard = localGuard(() => now);
  const ask = (more: Partial<GuardRequest> = {}) =>
    guard.acquire({ provider: "demo", limits, patienceMs: 0, ...more });
  const state = () => guard.states.get("demo") ?? expect.fail("no state");
  return { guard, ask, state, now: () => now, pass: (ms: number) => (now += ms) };
}

describe("guard", () => {
  it("keeps calls apart, and reserves a later turn for who can wait", async () => {
    const { ask } = setUp();
    expect((await ask()).kind).toBe("go");
    expect(await ask()).toMatchObject({ kind: "no", cause: "throttled", delayMs: 1_000 });
    expect(await ask({ patienceMs: 5_000 })).toMatchObject({ kind: "go", waitMs: 1_000 });
    expect(await ask({ patienceMs: 5_000 })).toMatchObject({ kind: "go", waitMs: 2_000 });
  });

  it("never grants more than the limit in any 60 seconds, however hard it is pressed", async () => {
    const { ask, pass, now } = setUp({ pace: { perMinute: 10, gapMs: 0 }, dailyBudget: null });
    const calls: number[] = [];
    for (let step = 0; step < 2_000; step++) {
      const admission = await ask({ patienceMs: step % 7 === 0 ? 9_000 : 0 });
      if (admission.kind === "go") calls.push(now() + admission.waitMs);
      pass(step % 3 === 0 ? 137 : 900);
    }
    const most = Math.max(
      ...calls.map((from) => calls.filter((at) => at >= from && at < from + 60_000).length),
    );
    expect({ most, many: calls.length > 150 }).toEqual({ most: 10, many: true });
  });

  it("keeps the limit at the service too, however late each call reaches it", async () => {
    const limits: ProviderLimits = { pace: { perMinute: 5, gapMs: 0 }, dailyBudget: null };
    const { guard, ask, pass, now } = setUp(limits);
    const arrivals: number[] = [];
    for (let round = 0; round < 600; round++) {
      const admission = await ask();
      if (admission.kind === "go") {
        /* On its way for a while, then under way back. */
        const late = (round * 7_919) % 4_000;
        pass(late);
        arrivals.push(now());
        pass(late / 2);
        await guard.release({
          provider: "demo",
          limits,
          permit: admission.permit,
          verdict: { kind: "ok", reason: "" },
          spent: 0,
        });
      }
      pass(700);
    }
    const most = Math.max(
      ...arrivals.map((from) => arrivals.filter((at) => at >= from && at < from + 60_000).length),
    );
    expect({ most, many: arrivals.length > 20 }).toEqual({ most: 5, many: true });
  });

  it("never spends more than the day's budget, with calls at once and calls that die", async () => {
    const { guard, ask, pass } = setUp({ pace: { perMinute: 1_000, gapMs: 0 }, dailyBudget: 100 });
    const cost = { want: 40, atLeast: 10 };
    const first = await ask({ cost });
    const second = await ask({ cost });
    expect(
      [first, second, await ask({ cost }), await ask({ cost })].map((each) =>
        each.kind === "go" ? each.cost : each.cause,
      ),
    ).toEqual([40, 40, 20, "quota"]);
    if (first.kind === "no") throw new Error("refused");
    const ok = { kind: "ok", reason: "" } as const;
    await guard.release({
      provider: "demo",
      limits: LIMITS,
      permit: first.permit,
      verdict: ok,
      spent: 5,
    });
    expect(await ask({ cost })).toMatchObject({ kind: "go", cost: 35 });
    pass(120_000);
    expect(await ask({ cost })).toMatchObject({ kind: "go", cost: 40 });
  });

  it("puts what came back after midnight on the day that paid for it", async () => {
    const { guard, ask, state, pass, now } = setUp();
    const before = await ask({ cost: { want: 100, atLeast: 10 } });
    if (before.kind === "no") throw new Error("refused");
    pass(120_000);
    await ask({ cost: { want: 30, atLeast: 10 } });
    await guard.release({
      provider: "demo",
      limits: LIMITS,
      permit: before.permit,
      verdict: { kind: "ok", reason: "" },
      spent: 0,
    });
    expect(statusOf("demo", state(), LIMITS, now()).budgetLeft).toBe(70);
  });

  it("answers a call it refuses with the verdict that closed it, without calling", async () => {
    const { guard, now, state } = setUp();
    let calls = 0;
    const ports = {
      guard,
      now,
      sleep: async () => undefined,
      fetch: async () => {
        calls++;
        return new Response("", { status: 402 });
      },
    };
    const call = () =>
      guardedCall(
        { provider: "demo", limits: LIMITS },
        () => ({ url: "https://x.test", timeoutMs: 100 }),
        ports,
      );
    expect((await call()).verdict.kind).toBe("quota");
    expect((await call()).verdict).toEqual({
      kind: "quota",
      reason: "breaker open after quota",
      delayMs: 60_000,
    });
    expect(calls).toBe(1);
    expect(statusOf("demo", state(), LIMITS, now())).toMatchObject({
      breaker: "open",
      cause: "quota",
      callsLastMinute: 1,
    });
  });
});
