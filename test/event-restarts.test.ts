import { describe, expect, it } from "vitest";
import { isStreamKind } from "../src/channels/registry.ts";
import {
  type ActorMemory,
  type EventActor,
  type EventPorts,
  eventActor,
} from "../src/events/event-actor.ts";
import { gather, NOTHING } from "../src/events/gather.ts";
import { summarise } from "../src/events/summarise.ts";
import { iso } from "../src/kit/time.ts";
import { FACTS } from "../src/model/facts.ts";
import type { Mention } from "../src/model/mention.ts";
import { silentTelemetry } from "../src/observability/telemetry.ts";
import { LIKENESS } from "../src/pipeline.ts";
import { loadRules } from "../src/rules/load.ts";
import { mention } from "../src/store/contract/fixtures.ts";
import { memoryStore } from "../src/store/memory/index.ts";
import { fingerprint } from "../src/text/near-duplicate/fingerprint.ts";
import { dice } from "./sim/random.ts";
import { heldRows } from "./support/held-rows.ts";
import { sqliteRows } from "./support/sqlite.ts";

const NOON = Date.UTC(2026, 0, 15, 12);
const SMALL = 4;
const SEEDS = 8;
const RULES = `
version: "1.0"
groups:
  - name: talk
    rules:
      - { name: many, condition: "unique_authors >= 3", score: 8, reason: "Many" }
states: { verified: "unique_authors >= 5", downgraded: "copies > 1000" }
notify: { min_score: -100, on: [verified, downgraded] }
`;

function rulesOf() {
  const loaded = loadRules(RULES, {}, FACTS);
  if (loaded.kind === "rejected") throw new Error(JSON.stringify(loaded.problems));
  return loaded.rules;
}
const rules = rulesOf();

type ActorStore = EventPorts["store"];

/** The real actor over the real rows in SQLite, one event, and all that can go wrong around it. */
function eventObject(store: ActorStore) {
  const sqlite = sqliteRows();
  let now = NOON;
  let commits = 0;
  let pauses = 0;
  /** Of the next commit: whether its answer is lost, or it never arrives. */
  let fault: "answer" | "call" | undefined;
  const loads: number[] = [];
  const memory: ActorMemory & { alarm?: number } = {
    eventKey: undefined,
    held: heldRows(),
    looked: 0,
    awaitsFacts: false,
    clearAt: undefined,
    rows: sqlite.open(),
    smallEvent: SMALL,
    async setAlarm(at) {
      memory.alarm = at;
    },
    async clear() {
      memory.rows.clear();
      Object.assign(memory, { eventKey: undefined, looked: 0, clearAt: undefined });
      delete memory.alarm;
    },
  };
  const faulty: ActorStore = {
    async load(eventKey, pieces) {
      const state = await store.load(eventKey, pieces);
      loads.push(state?.evidence.length ?? 0);
      return state;
    },
    async evidence(eventKey, page) {
      const found = await store.evidence(eventKey, page);
      loads.push(found.length);
      return found;
    },
    async commit(change) {
      commits++;
      const failing = fault;
      fault = undefined;
      if (failing === "call") throw new Error("the database is away");
      const result = await store.commit(change);
      if (failing === "answer") throw new Error("the answer was lost");
      return result;
    },
  };
  const start = (): EventActor =>
    eventActor(
      {
        now: () => now,
        log: () => undefined,
        telemetry: silentTelemetry,
        store: faulty,
        enrich: async () => [],
        pause: async () => void pauses++,
        sleep: async () => undefined,
        defer: () => undefined,
        returnMentions: async () => undefined,
        expectDeliveries: async () => undefined,
        rules: async () => rules,
        isStream: isStreamKind,
        channels: async () => [],
        routes: async () => null,
        afterCommit: async () => undefined,
      },
      memory,
    );
  let actor = start();
  return {
    memory,
    loads,
    commits: () => commits,
    pauses: () => pauses,
    add: (mentions: Mention[]) => actor.add(mentions),
    onAlarm: () => actor.onAlarm(),
    fail: (next: "answer" | "call") => {
      fault = next;
    },
    evict() {
      memory.rows = sqlite.open();
      actor = start();
    },
    pass: (ms: number) => {
      now += ms;
    },
    now: () => now,
  };
}

const SAID = [
  "the bridge of the old exchange reopens for withdrawals this morning they say",
  "liquidity left the main pool and the team has gone quiet since last night",
  "a wallet of the foundation moved a large part of its tokens to a new address",
  "listing confirmed for all regions trading begins at nine with two pairs",
  "new audit report found one medium issue and the contract was redeployed",
];

const post = (id: number, roll: (sides: number) => number): Mention =>
  mention(id, {
    author: `author${roll(9)}`,
    fingerprint: fingerprint(`${SAID[roll(SAID.length)]}${" wow".repeat(roll(3))} ${roll(4)}`),
    postedAt: iso(NOON - 3_600_000 + roll(3_000) * 1000),
    keywords: [`word${roll(70)}`, `word${roll(70)}x`],
  });

async function expectCountedAsFromScratch(store: ReturnType<typeof memoryStore>, key: string) {
  const held = await store.event(key);
  if (held === undefined) throw new Error("no event");
  const { event, facts } = summarise(gather(NOTHING, held.evidence, LIKENESS).gathered);
  expect(held.event).toEqual(event);
  expect(held.signal.facts.values).toMatchObject(facts);
}

describe("the object of an event", () => {
  it("counts as from scratch after evictions, lost answers, lost storage and other writers", {
    timeout: 60_000,
  }, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const random = dice(seed);
      const roll = (sides: number) => random.int(0, sides - 1);
      const store = memoryStore();
      const [object, other] = [eventObject(store), eventObject(store)];
      const posts = Array.from({ length: 6 + roll(30) }, (_, id) => post(id, roll));
      const key = posts[0]?.eventKey ?? "";
      for (let at = 0; at < posts.length; ) {
        const some = posts.slice(Math.max(0, at - roll(3)), at + 1 + roll(4));
        const what = roll(8);
        if (what === 0) object.evict();
        if (what === 1) object.memory.rows.clear();
        if (what === 2) object.fail("answer");
        if (what === 3) object.fail("call");
        if (what === 4) await other.add([post(1_000 + at, roll)]);
        const added = await object.add(some).then(
          () => true,
          () => false,
        );
        if (added) at += some.length;
      }
      await object.add(posts);
      expect((await store.event(key))?.evidence.length).toBeGreaterThanOrEqual(posts.length);
      await expectCountedAsFromScratch(store, key);
    }
  });

  it("reads no evidence when a large event starts again, and only what it missed", async () => {
    const store = memoryStore();
    const object = eventObject(store);
    const random = dice(7);
    const posts = Array.from({ length: 40 }, (_, id) => post(id, (n) => random.int(0, n - 1)));
    for (const each of posts.slice(0, 38)) await object.add([each]);
    object.evict();
    object.loads.length = 0;
    await object.add(posts.slice(38, 39));
    expect(object.loads).toEqual([0]);
    object.fail("answer");
    await expect(object.add(posts.slice(39))).rejects.toThrow("lost");
    object.evict();
    object.loads.length = 0;
    await object.add(posts.slice(39));
    expect(object.loads).toEqual([0, 1]);
    await expectCountedAsFromScratch(store, posts[0]?.eventKey ?? "");
  });

  it("builds its rows again when they lack what the database holds", async () => {
    const store = memoryStore();
    const object = eventObject(store);
    const random = dice(8);
    const posts = Array.from({ length: 30 }, (_, id) => post(id, (n) => random.int(0, n - 1)));
    for (const each of posts.slice(0, 29)) await object.add([each]);
    const tally = object.memory.rows.get("tally", "event") as { posts: number };
    object.memory.rows.write([
      { group: "tally", key: "event", value: { ...tally, posts: tally.posts - 1 } },
    ]);
    object.evict();
    await object.add(posts.slice(29));
    await expectCountedAsFromScratch(store, posts[0]?.eventKey ?? "");
  });

  it("builds the rows of a large event in steps, and goes on by itself", async () => {
    const store = memoryStore();
    const before = eventObject(store);
    const random = dice(10);
    const posts = Array.from({ length: 350 }, (_, id) => post(id, (n) => random.int(0, n - 1)));
    await before.add(posts.slice(0, 349));
    const object = eventObject(store);
    object.memory.stepsACall = 2;
    object.evict();
    await expect(object.add(posts.slice(349))).rejects.toThrow("counted again");
    expect(object.pauses()).toBe(1);
    let calls = 0;
    for (; (object.memory.alarm ?? 0) - object.now() === 1_000; calls++) {
      object.evict();
      object.pass(1_000);
      await object.onAlarm();
    }
    expect(calls).toBe(2);
    expect(object.pauses()).toBe(2);
    object.loads.length = 0;
    await object.add(posts.slice(349));
    expect(object.loads).toEqual([]);
    expect((await store.event(posts[0]?.eventKey ?? ""))?.evidence).toHaveLength(350);
    await expectCountedAsFromScratch(store, posts[0]?.eventKey ?? "");
  });

  it("deletes what it remembers once the window has ended, and counts on from the database", async () => {
    const store = memoryStore();
    const object = eventObject(store);
    const random = dice(9);
    const posts = Array.from({ length: 20 }, (_, id) => post(id, (n) => random.int(0, n - 1)));
    await object.add(posts.slice(0, 19));
    const { alarm = 0 } = object.memory;
    expect(alarm).toBe(object.memory.clearAt);
    expect(object.memory.rows.get("tally", "event")).toBeDefined();
    const commits = object.commits();
    object.pass(alarm - object.now() - 1);
    await object.onAlarm();
    expect(object.memory.rows.get("tally", "event")).toBeDefined();
    object.pass(1);
    await object.onAlarm();
    expect(object.memory.rows.get("tally", "event")).toBeUndefined();
    expect(object.memory.eventKey).toBeUndefined();
    expect(object.commits()).toBe(commits);
    await object.add(posts.slice(19));
    expect((await store.event(posts[0]?.eventKey ?? ""))?.evidence).toHaveLength(20);
    await expectCountedAsFromScratch(store, posts[0]?.eventKey ?? "");
  });
});
