import { expect, it } from "vitest";
import { isStreamKind } from "../src/channels/registry.ts";
import { type ActorMemory, eventActor } from "../src/events/event-actor.ts";
import { memoryRows } from "../src/events/rows.ts";
import { ChannelFilter } from "../src/model/channel-config.ts";
import { FACTS, type ProviderFacts } from "../src/model/facts.ts";
import type { Mention } from "../src/model/mention.ts";
import { silentTelemetry } from "../src/observability/telemetry.ts";
import { loadRules } from "../src/rules/load.ts";
import { mention } from "../src/store/contract/fixtures.ts";
import { StoreUnavailable } from "../src/store/index.ts";
import { memoryStore } from "../src/store/memory/index.ts";
import { heldRows } from "./support/held-rows.ts";

const NOON = Date.UTC(2026, 0, 15, 12);
const RULES = `
version: "1.0"
groups:
  - name: talk
    rules:
      - { name: said, condition: "unique_authors >= 1", score: 8, reason: "Said" }
states: { verified: "unique_authors >= 1", downgraded: "copies > 1000" }
notify: { min_score: -100, on: [verified, downgraded] }
`;

/** An event's actor whose provider answers by hand, and what it does to the outside, in order. */
async function waitingEvent() {
  const loaded = loadRules(RULES, {}, FACTS);
  if (loaded.kind === "rejected") throw new Error(JSON.stringify(loaded.problems));
  const store = memoryStore();
  const filter = ChannelFilter.parse({});
  const channel = { kind: "log", name: "log", settings: {}, filter, atMostOnce: false };
  await store.addChannel(channel, new Date(NOON).toISOString());
  const did: string[] = [];
  const returned: Mention[] = [];
  let answers: PromiseWithResolvers<ProviderFacts[]> = Promise.withResolvers();
  let background: Promise<unknown>[] = [];
  let fault: "call" | "answer" | "second" | undefined;
  const held = heldRows();
  const memory: ActorMemory & { alarm?: number; clears: number } = {
    eventKey: undefined,
    held,
    looked: 0,
    awaitsFacts: false,
    clearAt: undefined,
    rows: memoryRows(),
    async setAlarm(at) {
      memory.alarm = at;
    },
    async clear() {
      memory.clears++;
      held.clear();
      memory.eventKey = undefined;
    },
    clears: 0,
  };
  const start = () =>
    eventActor(
      {
        now: () => NOON,
        log: () => undefined,
        telemetry: silentTelemetry,
        store: {
          ...store,
          async commit(change) {
            did.push(`commit ${change.evidence.length}`);
            const isSecond = did.filter((what) => what.startsWith("commit")).length > 1;
            if (fault === "call" || (fault === "second" && isSecond))
              throw new StoreUnavailable("out");
            const result = await store.commit(change);
            if (fault === "answer") throw new StoreUnavailable("lost");
            return result;
          },
        },
        enrich: () => answers.promise,
        pause: async () => undefined,
        sleep: async () => undefined,
        defer: (work) => void background.push(work),
        returnMentions: async (mentions) => void returned.push(...mentions),
        rules: async () => loaded.rules,
        isStream: isStreamKind,
        channels: async () => store.channels(),
        routes: async () => null,
        expectDeliveries: async () => void did.push("sweeper"),
        afterCommit: async () => void did.push("announce"),
      },
      memory,
    );
  let actor = start();
  return {
    store,
    memory,
    held,
    did,
    returned,
    add: (mentions: Mention[], mayHold = true) => actor.add(mentions, mayHold),
    onAlarm: () => actor.onAlarm(),
    async answer() {
      answers.resolve([]);
      await Promise.all(background.splice(0));
    },
    fail: (next: typeof fault) => {
      fault = next;
    },
    /** The object dies with what it waits for, and begins anew with its storage. */
    evict() {
      answers = Promise.withResolvers();
      background = [];
      actor = start();
    },
  };
}

const KEY = mention(1).eventKey;

it("lets the queue go while facts are late, and commits once for all that came by then", async () => {
  const { add, answer, did, store, memory, held } = await waitingEvent();
  await add([mention(1)]);
  await add([mention(2), mention(3)]);
  expect(did).toEqual([]);
  expect(held.mentions()).toHaveLength(3);
  expect(memory.alarm).toBe(NOON + 5_000);
  await answer();
  expect(did).toEqual(["sweeper", "commit 3", "announce"]);
  expect((await store.event(KEY))?.evidence).toHaveLength(3);
  expect(held.mentions()).toEqual([]);
  expect(memory.alarm).toBeGreaterThan(NOON + 3_600_000);
});

it("commits what came for a hot event two hundred at a time", async () => {
  const { add, answer, did, store } = await waitingEvent();
  await add(Array.from({ length: 450 }, (_, id) => mention(id)));
  await answer();
  expect(did.filter((what) => what.startsWith("commit"))).toEqual([
    "commit 200",
    "commit 200",
    "commit 50",
  ]);
  const { evidenceCount, copies } = (await store.event(KEY))?.event ?? {};
  expect((evidenceCount ?? 0) + (copies ?? 0)).toBe(450);
});

it("commits by its alarm what it held when it died", async () => {
  const { add, answer, evict, onAlarm, store, held } = await waitingEvent();
  await add([mention(1), mention(2)]);
  evict();
  await answer();
  expect(await store.event(KEY)).toBeUndefined();
  await onAlarm();
  expect((await store.event(KEY))?.evidence).toHaveLength(2);
  expect(held.mentions()).toEqual([]);
});

it("gives back to the queue what cannot be committed, which then waits for its commit", async () => {
  const { add, answer, fail, returned, held } = await waitingEvent();
  await add([mention(1)]);
  fail("call");
  await answer();
  expect(returned).toEqual([mention(1)]);
  expect(held.mentions()).toEqual([]);
  await expect(add([mention(1)], false)).rejects.toThrow("out");
});

it("gives back by its alarm too", async () => {
  const { add, answer, evict, fail, onAlarm, returned, memory, held } = await waitingEvent();
  await add([mention(1)]);
  evict();
  await answer();
  fail("call");
  await onAlarm();
  expect(returned).toEqual([mention(1)]);
  expect(held.mentions()).toEqual([]);
  expect(memory.alarm).toBe(NOON + 120_000);
});

it("gives each mention back once, however many calls brought them", async () => {
  const { add, answer, fail, returned } = await waitingEvent();
  await add([mention(1)]);
  await add([mention(2)]);
  await add([mention(3)]);
  fail("call");
  await answer();
  expect(returned).toEqual([mention(1), mention(2), mention(3)]);
});

it("sets the alarm for the end of the window again after one that committed", async () => {
  const { add, answer, evict, onAlarm, memory, held } = await waitingEvent();
  await add([mention(1)]);
  await answer();
  const { clearAt } = memory;
  expect(memory.alarm).toBe(clearAt);
  evict();
  held.put("000000001", [mention(2)]);
  delete memory.alarm;
  await answer();
  await onAlarm();
  expect([held.mentions(), memory.alarm]).toEqual([[], clearAt]);
});

it("holds no message that failed before: its retries come to an end", async () => {
  const { add, answer, held } = await waitingEvent();
  let acked = false;
  const added = add([mention(1)], false).then(() => {
    acked = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect([acked, held.mentions()]).toEqual([false, []]);
  await answer();
  await added;
});

it("has the sweeper look for deliveries also when the commit's answer is lost", async () => {
  const { add, answer, fail, did, store } = await waitingEvent();
  const added = add([mention(1)], false);
  fail("answer");
  await answer();
  await expect(added).rejects.toThrow("lost");
  expect(did).toEqual(["sweeper", "commit 1"]);
  const { outbox } = await store.overview(new Date(NOON).toISOString());
  expect(outbox).toEqual([{ status: "pending", count: 1 }]);
});

it("writes each held mention once, and deletes the rows of those that a commit took", async () => {
  const { add, answer, held, store } = await waitingEvent();
  for (let batch = 0; batch < 40; batch++)
    await add(Array.from({ length: 10 }, (_, n) => mention(batch * 10 + n)));
  expect(held.written).toEqual(Array.from({ length: 40 }, () => 10));
  expect(held.mentions()).toHaveLength(400);
  await answer();
  expect(held.written).toHaveLength(40);
  expect(held.mentions()).toEqual([]);
  const { evidenceCount, copies } = (await store.event(KEY))?.event ?? {};
  expect((evidenceCount ?? 0) + (copies ?? 0)).toBe(400);
});

it("holds a megabyte at most: what comes then waits for its commit", async () => {
  const { add, answer, held } = await waitingEvent();
  const long = (id: number) => mention(id, { excerpt: "x".repeat(400_000) });
  await add([long(1)]);
  await add([long(2)]);
  const third = add([long(3)]);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(held.mentions().map(({ postId }) => postId)).toEqual(["1", "2"]);
  await answer();
  await third;
  expect(held.mentions()).toEqual([]);
});

it("gives back what a commit did not come to, and nothing that is evidence", async () => {
  const { add, answer, did, fail, returned, held } = await waitingEvent();
  await add(Array.from({ length: 250 }, (_, id) => mention(id)));
  fail("second");
  await answer();
  expect(did.filter((what) => what.startsWith("commit"))).toEqual(["commit 200", "commit 50"]);
  expect(returned.map(({ postId }) => Number(postId))).toEqual(
    Array.from({ length: 50 }, (_, n) => 200 + n),
  );
  expect(held.mentions()).toEqual([]);
});

it("forgets no event of which mentions are held", async () => {
  const { answer, held, memory, onAlarm, store } = await waitingEvent();
  memory.eventKey = KEY;
  const looks = onAlarm();
  held.put("000000001", [mention(1)]);
  await looks;
  expect([memory.clears, memory.alarm]).toEqual([0, NOON + 5_000]);
  await answer();
  await onAlarm();
  expect((await store.event(KEY))?.evidence).toHaveLength(1);
  expect(held.mentions()).toEqual([]);
});

it("forgets an event that the database does not know", async () => {
  const { memory, onAlarm } = await waitingEvent();
  memory.eventKey = KEY;
  await onAlarm();
  expect([memory.clears, memory.eventKey]).toEqual([1, undefined]);
});
