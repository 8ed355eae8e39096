import { expect, it } from "vitest";
import { iso } from "../src/kit/time.ts";
import type { RawPost } from "../src/model/raw-post.ts";
import { silent } from "../src/observability/telemetry.ts";
import { memoryStore } from "../src/store/memory.ts";
import { ingest } from "../workers/ingest.ts";
import { type SweeperMemory, type SweeperPorts, sweeperKeeper } from "../workers/sweeper-keeper.ts";

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

/** A sweeper over a queue that loses everything while `losing`, with a clock that jumps to the next alarm. */
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
  const ports: SweeperPorts = {
    now: () => clock.now,
    log: () => undefined,
    telemetry: silent,
    store,
    posts: {
      async sendBatch(messages) {
        if (!queue.losing) queue.held += messages.length;
      },
    },
    requeueAfterSeconds: 600,
    overloadedAfterSeconds: 3_600,
    expectPosts: (at) => keeper.expectPosts(at),
    outbox: { store, enqueue: async () => undefined },
  };
  const keeper = sweeperKeeper(ports, memory);
  async function nextAlarm(): Promise<void> {
    if (alarmAt === null) throw new Error("no alarm is set");
    clock.now = Math.max(clock.now, alarmAt);
    alarmAt = null;
    await keeper.alarm();
  }
  return { clock, queue, ports, nextAlarm };
}

it("brings back thousands of lost posts within minutes, not a batch a waiting time", async () => {
  const { clock, queue, ports, nextAlarm } = scene();
  await ingest(posts(3_200), ports);
  queue.losing = false;
  while (queue.held < 3_200) await nextAlarm();
  expect(clock.now - START).toBeLessThan(11 * MINUTE);
});
