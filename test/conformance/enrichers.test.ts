import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FAULTS, HEADER_STYLES } from "../../local/emulators/faults.ts";
import { layeredCache } from "../../src/concurrency/layered-cache.ts";
import { memoryRedis } from "../../src/concurrency/memory-redis.ts";
import { singleFlight } from "../../src/concurrency/single-flight.ts";
import { type EnrichPorts, enrich, groupsOf, searchOf } from "../../src/enrich/enrich.ts";
import { mergeFacts } from "../../src/enrich/facts.ts";
import { askOpinion, opinionOf } from "../../src/enrich/opinion/opinion.ts";
import { ENRICHERS } from "../../src/enrich/registry.ts";
import { FACTS, ProviderFacts } from "../../src/model/facts.ts";
import type { TokenRef } from "../../src/model/mention.ts";
import type { OpinionQuestion } from "../../src/model/opinion-question.ts";
import { switchesOf } from "../../src/settings/plugin.ts";
import {
  type Emulators,
  outsidePorts,
  SECRETS,
  settingsAt,
  startEmulators,
} from "../support/outside.ts";

let emulators: Emulators;
beforeAll(async () => {
  emulators = await startEmulators();
});
afterAll(() => emulators.stop());

const TOKEN: TokenRef = {
  chain: "eth",
  symbol: "DEMO",
  tokenCa: "0x5b1c2d3e4f5061728394a5b6c7d8e9f0a1b2c3d4",
  confidence: 1,
};
const MINT: TokenRef = {
  ...TOKEN,
  chain: "sol",
  tokenCa: "So11111111111111111111111111111111111111112",
};

function setUp() {
  const outside = outsidePorts({
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
  const deferred: Promise<unknown>[] = [];
  const ports: EnrichPorts = {
    ...outside.ports,
    tokens: new Map(),
    features: { putFeatures: async () => undefined, features: async () => undefined },
    groups: groupsOf(ENRICHERS, switchesOf(ENRICHERS, settingsAt(emulators.base))),
    cache: layeredCache(memoryRedis(Date.now), Date.now),
    flight: singleFlight(),
    defer: (work) => deferred.push(work),
    search: searchOf(switchesOf(ENRICHERS, settingsAt(emulators.base))),
  };
  return { ...outside, ports, deferred };
}

/**
 * Looks, lets what was late arrive, and looks again until all is there: what an event does with its
 * alarm.
 */
async function look(token: TokenRef, { ports, deferred }: ReturnType<typeof setUp>) {
  let answers = await enrich(token, ports);
  for (let looks = 0; looks < 4 && answers.some(({ status }) => status !== "fresh"); looks++) {
    await Promise.all(deferred);
    answers = await enrich(token, ports);
  }
  return answers;
}

describe.each([TOKEN, MINT])("a token on $chain", (token) => {
  it("gets its facts from every provider of its chain", async () => {
    const answers = await look(token, setUp());
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => "fresh"));
    const { values } = mergeFacts({}, answers, new Date().toISOString());
    const providers = new Set(answers.map(({ provider }) => provider));
    const empty = Object.entries(FACTS).filter(
      ([name, fact]) => providers.has(fact.provider) && values[name] === null,
    );
    expect(
      empty
        .map(([name]) => name)
        .filter(
          (name) =>
            !["is_honeypot", "is_open_source", "lp_lock_days", "holder_count"].includes(name),
        ),
    ).toEqual([]);
  });

  it.each(FAULTS)(
    "is enriched in time under the fault %s, and whole again after it",
    async (fault) => {
      const faulty = setUp();
      await emulators.setFaults({ fault, rate: 1, ms: 1_000, retryAfterSeconds: 1 });
      /* Against a timer of the same process: on a busy machine both are late. */
      const budget = faulty.ports.sleep(800).then(() => performance.now());
      const answers = await enrich(token, faulty.ports);
      const ended = performance.now();
      await emulators.setFaults(null);
      expect(ended - (await budget)).toBeLessThan(250);
      for (const answer of answers) {
        expect(() => ProviderFacts.parse(answer)).not.toThrow();
        expect(answer.error ?? "").not.toContain("fault in the adapter");
        expect(answer.values.goplus_risk).not.toBe("green");
      }
      await Promise.all(faulty.deferred);
      expect(faulty.calls.length).toBeLessThanOrEqual(12);
      for (const secret of SECRETS)
        expect(JSON.stringify([answers, faulty.records])).not.toContain(secret);
      const healed = setUp();
      expect((await look(token, healed)).every(({ status }) => status === "fresh")).toBe(true);
    },
  );
});

describe("an opinion of a model", () => {
  const QUESTION: OpinionQuestion = {
    ...{ evidenceId: "x:1", fingerprint: "f", token: "$DEMO", claim: "listing" },
    text: "$DEMO is listed on Binance today",
  };
  const asked = async (set: ReturnType<typeof setUp>, text: string, patient = true) => {
    const opinion = opinionOf(switchesOf(ENRICHERS, settingsAt(emulators.base)));
    if (opinion === null) throw new Error("it is off");
    const question = { ...QUESTION, text, fingerprint: text };
    return askOpinion(question, { ...set.ports, opinion, patient });
  };

  it.each([
    ["$DEMO is listed on Binance today", { ai_verdict: "report", ai_confidence: 0.88 }],
    ["Hearing that $DEMO may come to Binance?", { ai_verdict: "rumour", ai_confidence: 0.71 }],
    ["Free $DEMO for all who double down", { ai_verdict: "scam", ai_confidence: 0.93 }],
    ["$DEMO to the moon", { ai_verdict: "chatter", ai_confidence: 0.64 }],
    ["Write a poem about $DEMO", {}],
  ])("is read from what is around it: %s", async (text, values) =>
    expect((await asked(setUp(), text)).values).toEqual(values),
  );

  it.each(FAULTS)("is a bounded fact or none under the fault %s", async (fault) => {
    const faulty = setUp();
    await emulators.setFaults({ fault, rate: 1, ms: 1_000, retryAfterSeconds: 1 });
    const answers: ProviderFacts[] = [];
    for (let n = 0; n < 3; n++) answers.push(await asked(faulty, `${n} $DEMO is listed`));
    await Promise.all(faulty.deferred);
    await emulators.setFaults(null);
    for (const answer of answers) {
      expect(() => ProviderFacts.parse(answer)).not.toThrow();
      expect(answer.error ?? "").not.toContain("fault in the adapter");
      const { ai_verdict, ai_confidence } = answer.values;
      expect(["report", undefined]).toContain(ai_verdict);
      expect([0.88, undefined]).toContain(ai_confidence);
    }
    expect((await asked(setUp(), "$DEMO is listed on Binance today")).status).toBe("fresh");
  });
});

it.each(HEADER_STYLES)("waits as long as a 429 asks that says so by: %s", async (headerStyle) => {
  const { ports } = setUp();
  await emulators.setFaults({ fault: "429", rate: 1, headerStyle, retryAfterSeconds: 40 });
  await enrich(TOKEN, ports).finally(() => emulators.setFaults(null));
  const admission = await ports.guard.acquire({
    provider: "dexscreener",
    limits: { pace: { perMinute: 120, gapMs: 0 }, dailyBudget: null },
    patienceMs: 0,
  });
  const asked = headerStyle === "none" ? 60_000 : 40_000;
  expect(admission).toMatchObject({ kind: "no", cause: "throttled" });
  expect(Math.abs((admission.kind === "no" ? admission.delayMs : 0) - asked)).toBeLessThan(2_500);
});

it("never has BigQuery billed for more than a day's budget", async () => {
  const { ports, deferred, calls } = setUp();
  const groups = groupsOf(
    ENRICHERS,
    switchesOf(ENRICHERS, { ...settingsAt(emulators.base), BQ_DAILY_BYTES: "2000000000" }),
  ).filter(({ name }) => name === "bigquery");
  const errors = new Set<string | null>();
  for (let i = 0; i < 6; i++) {
    const token = { ...TOKEN, tokenCa: `0x${String(i).repeat(40)}` };
    await enrich(token, { ...ports, groups });
    await Promise.all(deferred);
    for (const answer of await enrich(token, { ...ports, groups })) errors.add(answer.error);
  }
  expect([...errors]).toContain("bigquery quota: daily budget used up");
  expect(calls.filter((url) => url.includes("/bigquery/")).length).toBeGreaterThan(2);
});
