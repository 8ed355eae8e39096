import { type OutboxSweep, sweep } from "../src/outbox/sweep.ts";
import type { Ground } from "./ports.ts";

export type SweeperPorts = Pick<Ground, "now" | "log"> & Pick<OutboxSweep, "store" | "enqueue">;

/** The one alarm of the sweeper's object. `at` in milliseconds; null while none is set. */
export type AlarmMemory = { getAlarm(): Promise<number | null>; setAlarm(at: number): Promise<void> };

export type SweeperKeeper = {
  /** Looks no later than `at` (milliseconds). */
  wake(at: number): Promise<void>;
  /** Never throws, and sets the next alarm whatever happens: the platform gives up on an alarm that failed six times. */
  alarm(): Promise<void>;
};

const FAILED_MS = 30_000;

/** Keeps one alarm at the earliest time an outbox row falls due; without an open row it has none and asks the database nothing. */
export function sweeperKeeper({ store, enqueue, now, log }: SweeperPorts, memory: AlarmMemory): SweeperKeeper {
  const sentAt = new Map<number, number>();

  async function wake(at: number): Promise<void> {
    const set = await memory.getAlarm();
    if (set === null || set > at) await memory.setAlarm(at);
  }

  return {
    wake,
    async alarm() {
      let next: number | null = now() + FAILED_MS;
      try {
        const result = await sweep({ store, enqueue, sentAt }, now());
        if (result.sent > 0) log({ stage: "sweep", outcome: "enqueued", count: result.sent });
        next = result.next;
      } catch (error) {
        log({ stage: "sweep", level: "warn", outcome: "retry", reason: String(error) });
      } finally {
        if (next !== null) await wake(next);
      }
    },
  };
}
