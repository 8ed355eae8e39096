import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { GuardRequest } from "../../src/http/provider-guard.ts";
import type { Bindings } from "../env.ts";
import { guardMemory, type ProviderStub, sharedGuard } from "../platform/provider-guard.ts";

const { PROVIDERS } = env as unknown as Bindings;
const limits = { pace: { perMinute: 3, gapMs: 0 }, dailyBudget: 100 };
const ask = (provider: string, more: Partial<GuardRequest> = {}): GuardRequest => ({
  provider,
  limits,
  patienceMs: 0,
  ...more,
});

/** The guard as one isolate has it. */
function isolate(object = (provider: string): ProviderStub => PROVIDERS.getByName(provider)) {
  let now = Date.now();
  const clock = () => now;
  const guard = sharedGuard(object, guardMemory(clock), clock);
  return { guard, pass: (ms: number) => (now += ms) };
}

it("lets calls from everywhere take no more turns than the pace allows", async () => {
  const guards = Array.from({ length: 10 }, () => isolate().guard);
  const admissions = await Promise.all(guards.map((guard) => guard.acquire(ask("paced"))));
  expect(admissions.filter(({ kind }) => kind === "go")).toHaveLength(3);
  expect(await PROVIDERS.getByName("paced").status("paced")).toMatchObject({
    breaker: "closed",
    callsLastMinute: 3,
    perMinute: 3,
  });
});

it("shares one budget, and puts back what was not spent", async () => {
  const cost = { want: 80, atLeast: 30 };
  const [first, second] = [isolate().guard, isolate().guard];
  const taken = await first.acquire(ask("paid", { cost }));
  expect(await second.acquire(ask("paid", { cost }))).toMatchObject({ kind: "no", cause: "quota" });
  if (taken.kind === "no") throw new Error("refused");
  await first.release({
    provider: "paid",
    limits,
    permit: taken.permit,
    verdict: { kind: "ok", reason: "" },
    spent: 10,
  });
  expect(await second.acquire(ask("paid", { cost }))).toMatchObject({ kind: "go", cost: 80 });
});

it("opens one breaker for all, which an isolate believes in for five seconds", async () => {
  const [first, second] = [isolate(), isolate()];
  const admitted = await first.guard.acquire(ask("throttled"));
  if (admitted.kind === "no") throw new Error("refused");
  const verdict = { kind: "throttled", reason: "HTTP 429", delayMs: 60_000 } as const;
  await first.guard.release({
    provider: "throttled",
    limits,
    permit: admitted.permit,
    verdict,
    spent: 0,
  });
  expect(await second.guard.acquire(ask("throttled"))).toMatchObject({
    kind: "no",
    cause: "throttled",
  });
  await PROVIDERS.getByName("throttled").reset();
  expect((await second.guard.acquire(ask("throttled"))).kind).toBe("no");
  second.pass(5_001);
  expect((await second.guard.acquire(ask("throttled"))).kind).toBe("go");
});

it("keeps its own pace while the object is out of reach", async () => {
  const { guard } = isolate(() => ({ acquire: refuse, release: refuse }));
  const kinds: string[] = [];
  for (let call = 0; call < 5; call++) kinds.push((await guard.acquire(ask("alone"))).kind);
  expect(kinds).toEqual(["go", "go", "go", "no", "no"]);
});

const refuse = async (): Promise<never> => {
  throw new Error("the object was reset");
};
