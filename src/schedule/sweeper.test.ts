import { expect, it } from "vitest";
import { type AcceptPorts, acceptPosts } from "../intake/accept.ts";
import { iso } from "../kit/time.ts";
import type { RawPost } from "../model/raw-post.ts";
import { silentTelemetry } from "../observability/telemetry.ts";
import { StoreUnavailable } from "../store/index.ts";
import { memoryStore } from "../store/memory/index.ts";
import { type SweeperMemory, type SweeperPorts, sweeperActor } from "./sweeper.ts";

const START = Date.UTC(2026, 0, 15, 10);
const MINUTE = 60_000;

const posts = (count: number): RawPost[] =>
  Array.from({ length: count }, (_, i) => ({
    source: "x",
    id: `${i}`,
    author: `a${i}`,
    text: `post ${i}`,
    postedAt: iso(START),
  }));

const DROPPED = {
  lang: null,
  spam: null,
  sentiment: null,
  fingerprint: null,
  outcome: "dropped" as const,
  reason: "spam",
  evidence: "",
};

/**
 * A sweeper over a queue that loses everything while `losing`, with a clock that jumps to the next
 * alarm.
 */
function scene() {
  const clock = { now: START };
  const queue = { losing: true, held: 0 };
  let alarmAt: number | null = null;
  const memory: SweeperMemory = {
    getAlarm: async () => alarmAt,
    async setAlarm(at) {
      alarmAt = at;
    },
    postsUntil: undefined,
    sentAt: new Map(),
  };
  const store = memoryStore();
  const ports: SweeperPorts & AcceptPorts = {
    now: () => clock.now,
    log: () => undefined,
    telemetry: silentTelemetry,
    store,
    posts: {
      async sendBatch(messages) {
        if (!queue.losing) queue.held += messages.length;
      },
    },
    mentions: { sendBatch: async () => undefined },
    addMentions: async () => undefined,
    sleep: () => new Promise(() => undefined),
    judging: async () => () => {
      throw new Error("left to the queue");
    },
    broadcast: async () => undefined,
    postLines: 100,
    requeueAfterSeconds: 600,
    overloadedAfterSeconds: 3_600,
    uuid: () => crypto.randomUUID(),
    schedulePostSweep: (at) => actor.schedulePostSweep(at),
    outbox: { store, enqueue: async () => undefined },
  };
  const actor = sweeperActor(ports, memory);
  async function nextAlarm(): Promise<void> {
    if (alarmAt === null) throw new Error("no alarm is set");
    clock.now = Math.max(clock.now, alarmAt);
    alarmAt = null;
    await actor.alarm();
  }
  return { clock, queue, ports, nextAlarm, store, memory, isIdle: () => alarmAt === null };
}

/** Alarms until none is set. */
async function settle({ nextAlarm, isIdle }: ReturnType<typeof scene>): Promise<void> {
  for (let alarms = 0; alarms < 50 && !isIdle(); alarms++) await nextAlarm();
}

/** The next call of `name` is carried out and its answer lost. */
function lose(store: SweeperPorts["store"], name: "accept" | "overdue"): void {
  const call = store[name] as (...given: unknown[]) => Promise<unknown>;
  Object.assign(store, {
    async [name](...given: unknown[]) {
      Object.assign(store, { [name]: call });
      await call.apply(store, given);
      throw new StoreUnavailable("the reply was lost");
    },
  });
}

it("brings back thousands of lost posts within minutes, not a batch a waiting time", async () => {
  const { clock, queue, ports, nextAlarm } = scene();
  await acceptPosts(posts(3_200), ports);
  queue.losing = false;
  while (queue.held < 3_200) await nextAlarm();
  expect(clock.now - START).toBeLessThan(11 * MINUTE);
});

it("brings back posts whose acceptance was never answered", async () => {
  const set = scene();
  set.queue.losing = false;
  lose(set.store, "accept");
  expect((await acceptPosts(posts(3), set.ports)).kind).toBe("unavailable");
  await settle(set);
  expect(set.queue.held).toBeGreaterThanOrEqual(3);
});

it("brings back posts that were marked as sent when the answer was lost", async () => {
  const set = scene();
  await acceptPosts(posts(3), set.ports);
  set.queue.losing = false;
  lose(set.store, "overdue");
  await settle(set);
  expect(set.queue.held).toBeGreaterThanOrEqual(3);
});

it("awaits a post that is accepted while it looks for others", async () => {
  const set = scene();
  await acceptPosts(posts(1), set.ports);
  await set.store.recordJudgements([{ ...DROPPED, source: "x", id: "0" }], iso(set.clock.now));
  const { overdue } = set.store;
  Object.assign(set.store, {
    async overdue(...given: Parameters<typeof overdue>) {
      Object.assign(set.store, { overdue });
      const found = await overdue(...given);
      await acceptPosts(posts(2), set.ports);
      return found;
    },
  });
  await set.nextAlarm();
  set.queue.losing = false;
  for (let alarms = 0; alarms < 5 && !set.isIdle(); alarms++) await set.nextAlarm();
  expect(set.queue.held).toBeGreaterThanOrEqual(1);
});

it("asks nothing more once every post has an outcome", async () => {
  const set = scene();
  await acceptPosts(posts(1), set.ports);
  await set.store.recordJudgements([{ ...DROPPED, source: "x", id: "0" }], iso(set.clock.now));
  await settle(set);
  expect([set.isIdle(), set.memory.postsUntil]).toEqual([true, undefined]);
});
