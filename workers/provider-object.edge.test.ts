import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Bindings } from "./env.ts";

const { PROVIDERS } = env as unknown as Bindings;
const limits = { pace: { perMinute: 3, gapMs: 0 }, dailyBudget: null };
const ask = { provider: "demo", limits, patienceMs: 0 };

it("lets calls from everywhere take no more turns than the pace allows", async () => {
  const provider = PROVIDERS.getByName("demo");
  const admissions = await Promise.all(Array.from({ length: 10 }, () => provider.admit(ask)));
  expect(admissions.filter(({ kind }) => kind === "go")).toHaveLength(3);
  expect(await provider.status("demo")).toMatchObject({ breaker: "closed", callsLastMinute: 3, perMinute: 3 });
});
