import { describe, expect, it } from "vitest";
import { acceptPosts } from "../src/intake/accept.ts";
import { iso } from "../src/kit/time.ts";
import type { FactValues, ProviderFacts } from "../src/model/facts.ts";
import { memoryStore } from "../src/store/memory/index.ts";
import { dex, eventWorld, NOON } from "./support/event-world.ts";

/** Three authors make it news; a model that calls the third post chatter takes some of it back. */
const RULES = `
version: "1.0"
groups:
  - name: crowd
    rules:
      - { name: voices, condition: unique_authors >= 3, score: 8, reason: Three people say so }
  - name: opinion
    rules:
      - name: idle_talk
        condition: ai_verdict == "chatter" and ai_confidence >= 0.8
        score: -4
        reason: A model takes it for chatter
states: { verified: score >= 6, downgraded: score < -20 }
notify: { min_score: -100, on: [verified, downgraded] }
`;

const said = (values: FactValues, status: ProviderFacts["status"] = "fresh"): ProviderFacts => ({
  ...{ provider: "ai", via: "@cf/test/model, prompt 1", status, values },
  asOf: status === "fresh" ? iso(NOON) : null,
  notes: status === "fresh" ? ["@cf/test/model (prompt 1) reads demo:3 as chatter, 90 % sure"] : [],
  error: status === "fresh" ? null : "late",
});
const CHATTER = said({ ai_verdict: "chatter", ai_confidence: 0.9 });
const REPORT = said({ ai_verdict: "report", ai_confidence: 0.9 });
const LATE = said({}, "missing");

const TEXTS = [
  "$DEMO shipped the long awaited upgrade of its bridge this morning",
  "Reading through the governance forum, the $DEMO treasury vote passed with a wide margin",
  "My notes from the conference: $DEMO has the most serious team of engineers I met",
  "A friend at a market maker says that volumes of $DEMO have doubled since last week",
  "Long thread about how $DEMO plans to decentralise its sequencer, worth your time",
];

async function setUp(model: (() => ProviderFacts) | null = null) {
  const set = await eventWorld(new Map(), memoryStore(), RULES);
  set.world.market = dex("fresh", 500_000);
  set.world.model = model;
  let told = 0;
  const say = async (): Promise<void> => {
    const n = told++;
    const text = TEXTS[n] ?? `$DEMO ${n}`;
    const post = { source: "demo", id: `${n + 1}`, author: `author ${n}`, text };
    await acceptPosts([{ ...post, postedAt: iso(NOON) }], set.acceptPorts);
    await set.settle();
  };
  const signal = async () => {
    const [first] = (await set.store.snapshots(iso(0), 10)) ?? [];
    return set.store.signal(first?.eventKey ?? "");
  };
  return { ...set, say, signal };
}

describe("a second opinion", () => {
  it("is asked for of the post that would change the state, and of no other", async () => {
    const { world, say, signal } = await setUp(() => REPORT);
    await say();
    await say();
    expect(world.asked).toEqual([]);
    await say();
    expect(world.asked).toEqual(["demo:3"]);
    expect(await signal()).toMatchObject({ state: "verified", transition: 1 });
    await say();
    expect(world.asked).toEqual(["demo:3"]);
  });

  it("counts before the state changes, as far as a rule lets it", async () => {
    const { say, signal, outbox } = await setUp(() => CHATTER);
    for (let n = 0; n < 3; n++) await say();
    expect(await signal()).toMatchObject({ state: "candidate", score: 4, degraded: false });
    expect(await outbox()).toEqual([]);
  });

  it("is kept with its model, and said again when more posts come", async () => {
    const { world, say, signal } = await setUp(() => CHATTER);
    for (let n = 0; n < 5; n++) await say();
    expect(world.asked).toEqual(["demo:3"]);
    const now = await signal();
    expect(now).toMatchObject({ state: "candidate", score: 4 });
    expect(now?.facts.values).toMatchObject({ ai_verdict: "chatter", ai_confidence: 0.9 });
    expect(now?.facts.origin.ai_verdict).toEqual({
      provider: "@cf/test/model, prompt 1",
      asOf: iso(NOON),
    });
    expect(now?.facts.notes).toContain(CHATTER.notes[0]);
  });

  it("that is late keeps nobody waiting, and is looked for by the alarm", async () => {
    const { world, say, signal, alarms, ring } = await setUp(() => LATE);
    for (let n = 0; n < 3; n++) await say();
    expect(await signal()).toMatchObject({ state: "verified", degraded: true });
    expect(alarms()).toHaveLength(1);
    expect(alarms()[0]).toBeLessThan(NOON + 22_500);
    world.model = () => CHATTER;
    await ring();
    expect(world.asked).toEqual(["demo:3", "demo:3"]);
    expect(await signal()).toMatchObject({ score: 4, degraded: false });
  });

  it("is looked for by the next post too, when that comes before the alarm", async () => {
    const { world, say, signal } = await setUp(() => LATE);
    for (let n = 0; n < 3; n++) await say();
    world.model = () => CHATTER;
    await say();
    expect(await signal()).toMatchObject({ score: 4, degraded: false });
    await say();
    expect(world.asked).toEqual(["demo:3", "demo:3"]);
  });

  it("changes nothing where the model says nothing", async () => {
    const { say, signal } = await setUp();
    for (let n = 0; n < 4; n++) await say();
    const now = await signal();
    expect(now).toMatchObject({ state: "verified", score: 8, degraded: false });
    expect(now?.facts).not.toHaveProperty("opinion");
  });
});
