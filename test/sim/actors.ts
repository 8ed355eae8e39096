import * as z from "zod";
import { acceptPosts, offerPosts } from "../../src/intake/accept.ts";
import { cursorCache } from "../../src/schedule/cursor-cache.ts";
import { EVERY_MINUTE, runTick, type TickPorts } from "../../src/schedule/tick.ts";
import { switchesOf } from "../../src/settings/plugin.ts";
import type { PollPorts } from "../../src/sources/poll.ts";
import type { Source } from "../../src/sources/source.ts";
import { type Life, life } from "./life.ts";
import { storeOf } from "./services.ts";
import type { Stream } from "./workload.ts";
import type { World } from "./world.ts";

const MINUTE = 60_000;
const BATCH = 100;

/** Runs something in a life of its own; "died" when that life ends before the work does. */
export function live<T>(
  kind: string,
  world: World,
  work: (who: Life) => Promise<T>,
): Promise<T | "died"> {
  const who = life(kind, world);
  return new Promise((resolve, reject) => {
    who.onDeath(() => resolve("died"));
    work(who).then(resolve, reject);
  });
}

/** A client of POST /ingest: it sends a batch until the answer says that it was accepted. */
export async function pushes({ posts }: Stream, untilMs: number, world: World): Promise<void> {
  const { kernel } = world;
  const batches = Math.ceil(posts.length / BATCH);
  const gap = (untilMs - kernel.now()) / batches;
  for (let i = 0; i < batches; i++) {
    const batch = posts.slice(i * BATCH, (i + 1) * BATCH);
    for (;;) {
      const answer = await live("api", world, (who) => acceptPosts(batch, world.acceptPorts(who)));
      if (answer !== "died" && answer.kind === "accepted") break;
      await kernel.pause(
        answer === "died" ? kernel.dice.int(1_000, 10_000) : answer.retryAfter * 1000,
      );
    }
    await kernel.pause(kernel.dice.int(0, 2 * gap));
  }
}

/**
 * A source that is asked: it shows what has appeared by now, a page at a time, after the cursor it
 * is given.
 */
function polledSource({ source, posts }: Stream, from: number, untilMs: number): Source {
  return {
    name: source,
    title: source,
    kind: "poll",
    docs: "",
    signed: false,
    settings: z.object({}),
    settingNames: [],
    readAnswer: async () => ({ kind: "unreadable", why: "it is simulated" }),
    configure: () => ({
      kind: "on",
      everyMinutes: 1,
      providers: [],
      postsAs: [],
      async poll({ cursor }, { now }) {
        const appeared = Math.floor((posts.length * (now() - from)) / (untilMs - from));
        const page = posts.slice(
          Number(cursor ?? 0),
          Math.max(0, Math.min(appeared, Number(cursor ?? 0) + 200)),
        );
        return {
          verdict: { kind: "ok", reason: "" },
          posts: page,
          rejected: 0,
          cursor: `${Number(cursor ?? 0) + page.length}`,
        };
      },
    }),
  };
}

/** The project's own cron handler with these sources, a life for each tick. */
export function cron(
  streams: Stream[],
  from: number,
  untilMs: number,
  world: World,
): (cron: string) => Promise<void> {
  const sources = streams
    .filter(({ how }) => how === "poll")
    .map((stream) => polledSource(stream, from, untilMs));
  return async (cron) => {
    await live("cron", world, (who) =>
      runTick({ cron, scheduledTime: world.kernel.now() }, cronPorts(who, sources, world)),
    );
  };
}

function cronPorts(who: Life, sources: Source[], world: World): TickPorts {
  const acceptPorts = world.acceptPorts(who);
  const { now, log, telemetry } = acceptPorts;
  const store = storeOf(who, world.store, world);
  const cursors = cursorCache(store, world.cursors);
  const poll: Pick<PollPorts, "now" | "store" | "accept"> = {
    now,
    store: cursors,
    accept: (posts) => offerPosts(posts, acceptPorts),
  };
  // The sources here call nobody, so that the rest of a poll's ports is not asked for.
  return {
    now,
    log,
    telemetry,
    sources,
    switches: switchesOf(sources, {}),
    poll: poll as PollPorts,
    onRejected: cursors.invalidate,
    keepStreams: async () => undefined,
    queueDepths: async () => ({}),
    alerts: async () => undefined,
    store,
    days: { posts: 0, events: 0, deliveries: 0, deadLetters: 0, history: 0, features: 0 },
    requeueAfterSeconds: acceptPorts.requeueAfterSeconds,
    sweeper: world.sweeperOf(who),
  };
}

/** Ticks each minute, less or more often where the faults say so, until `until` answers true. */
export async function ticks(
  tick: (cron: string) => Promise<void>,
  until: () => Promise<boolean>,
  world: World,
): Promise<void> {
  const { kernel, faults } = world;
  for (;;) {
    await kernel.pause(MINUTE - (kernel.now() % MINUTE));
    const crons =
      Math.floor(kernel.now() / MINUTE) % 60 === 7 ? [EVERY_MINUTE, "7 * * * *"] : [EVERY_MINUTE];
    for (const cron of crons) {
      if (!faults.hits("cron-missed")) kernel.spawn(tick(cron));
      if (faults.hits("cron-overlapping")) kernel.spawn(tick(cron));
    }
    if (await until()) return kernel.stop();
  }
}

/**
 * The source of posts on which a stage fails. None of them was accepted: they are here to be
 * buried.
 */
export const POISON = "poison";

/** Each carries its mark, so that its dead letter can be distinguished from a false one. */
const GARBAGE: ((mark: string) => unknown)[] = [
  (mark) => mark,
  (mark) => [mark],
  (mark) => ({ mark }),
  (mark) => ({ v: "1", mark }),
  (mark) => ({ v: 1, kind: "post", mark }),
  (mark) => ({ v: 1, kind: "mention", mention: { eventKey: mark } }),
  (mark) => ({ v: 1, kind: "delivery", id: mark }),
];
const poisonedPost = (mark: string) => ({
  source: POISON,
  id: mark,
  author: "a",
  text: "b",
  postedAt: "2026-01-15T10:00:00.000Z",
});
const POISONED = (mark: string): unknown => ({ v: 1, kind: "post", post: poisonedPost(mark) });

/** Puts messages into the queues that nobody can work on, and notes their marks. */
export async function poisoner(untilMs: number, marks: Set<string>, world: World): Promise<void> {
  const { kernel, faults, queues } = world;
  while (kernel.now() < untilMs) {
    await kernel.pause(5_000);
    const name = kernel.dice.pick(["posts", "mentions", "deliveries"] as const);
    if (!faults.hits("poison")) continue;
    const mark = `garbage-${marks.size}`;
    queues[name].put(
      kernel.dice.pick(name === "posts" ? [...GARBAGE, POISONED] : GARBAGE)(mark),
      0,
    );
    marks.add(mark);
  }
}
