import { overdueFrom, type RequeuePorts } from "../intake/accept.ts";
import { requeuePosts } from "../intake/requeue.ts";
import { type OutboxSweep, sweepOutbox } from "../outbox/sweep.ts";

export type SweeperPorts = RequeuePorts & { outbox: Pick<OutboxSweep, "store" | "enqueue"> };

/** What outlives the sweeper's object. `at` in milliseconds; null while no alarm is set. */
export type SweeperMemory = {
  getAlarm(): Promise<number | null>;
  setAlarm(at: number): Promise<void>;
  /** When the latest accepted post will be overdue; undefined when no post is awaited. */
  postsUntil: number | undefined;
  /** When each outbox row was last sent to the queue by a sweep; need not outlive the object. */
  sentAt: Map<number, number>;
};

export type SweeperActor = {
  /** Looks at the outbox no later than `at` (milliseconds). */
  wake(at: number): Promise<void>;
  /** Looks for posts without an outcome no later than `at` (milliseconds). */
  schedulePostSweep(at: number): Promise<void>;
  /**
   * Never throws, and sets the next alarm whatever happens: the platform gives up on an alarm that
   * failed six times.
   */
  alarm(): Promise<void>;
};

const FAILED_MS = 30_000;
/**
 * Between two full batches of posts: a queue that lost many gets them back within minutes, and not
 * all at once.
 */
const MORE_MS = 2_000;

/**
 * Keeps one alarm at the earliest time that anything may be due. While nothing is open and no post
 * is awaited it has none, and asks the database nothing.
 */
export function sweeperActor(ports: SweeperPorts, memory: SweeperMemory): SweeperActor {
  const { now, log } = ports;

  async function wake(at: number): Promise<void> {
    const set = await memory.getAlarm();
    if (set === null || set > at) await memory.setAlarm(at);
  }

  async function outbox(): Promise<number | null> {
    const result = await sweepOutbox({ ...ports.outbox, sentAt: memory.sentAt }, now());
    if (result.sent > 0) log({ stage: "sweep", outcome: "enqueued", count: result.sent });
    return result.next;
  }

  /** The latest that posts were awaited since the last look at them began. */
  let heard = 0;

  /**
   * Looks again until every post that was awaited has an outcome, and a whole waiting time has
   * passed since the last was accepted. A look whose answer is lost may have marked posts as sent,
   * and a post may be accepted while it is under way: both are awaited still when it has ended.
   */
  async function posts(): Promise<number | null> {
    const until = memory.postsUntil;
    if (until === undefined) return null;
    const began = now();
    const next = overdueFrom(began, ports);
    memory.postsUntil = Math.max(until, next);
    heard = 0;
    const { sent, more } = await requeuePosts(ports);
    const awaited = Math.max(heard, sent > 0 ? next : 0, until);
    memory.postsUntil = awaited > began ? awaited : undefined;
    if (more) return now() + MORE_MS;
    return awaited > began ? Math.min(awaited, next) : null;
  }

  /** When to come back for one of the two, also when it failed. */
  const attempt = (look: () => Promise<number | null>): Promise<number | null> =>
    look().catch((error) => {
      log({ stage: "sweep", level: "warn", outcome: "retry", reason: String(error) });
      return now() + FAILED_MS;
    });

  return {
    wake,
    async schedulePostSweep(at) {
      heard = Math.max(at, heard);
      memory.postsUntil = Math.max(at, memory.postsUntil ?? 0);
      await wake(at);
    },
    async alarm() {
      for (const next of await Promise.all([attempt(outbox), attempt(posts)]))
        if (next !== null) await wake(next);
    },
  };
}
