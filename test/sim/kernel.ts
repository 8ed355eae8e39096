import { agenda } from "./agenda.ts";
import { type Dice, hash32 } from "./random.ts";

/**
 * Virtual time over the real event loop. What the code under test awaits is answered by an entry of
 * the agenda, one entry at a time, and the next is taken only when no microtask is left: so one
 * seed gives one history, whatever the machine.
 */
export type Kernel = {
  now(): number;
  dice: Dice;
  at(time: number, act: () => void): void;
  pause(ms: number): Promise<void>;
  /** Computing: time passes, and everything else waits. */
  spend(ms: number): void;
  /** All that was spent so far. */
  spent(): number;
  /** Time stands still while real work (a database in this process) is under way. */
  real<T>(work: () => Promise<T>): Promise<T>;
  /** Starts what nobody awaits; its failure fails the run. */
  spawn(work: Promise<unknown>): void;
  /**
   * One line of the history. Lines are built only when someone reads them; the digest always covers
   * where and when.
   */
  note(what: string): void;
  stop(): void;
  /** True when stopped, false when virtual time passed `deadline` or nothing was left to do. */
  run(deadline: number): Promise<boolean>;
  digest(): string;
  events(): number;
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function kernel(rolls: Dice, start: number, read?: (line: string) => void): Kernel {
  const entries = agenda();
  let now = start;
  let spent = 0;
  let working = 0;
  let stopped = false;
  let failure: { error: unknown } | undefined;
  let digest = hash32("");
  let events = 0;

  const at = (time: number, act: () => void): void =>
    entries.add({ at: Math.max(time, now), tie: rolls.next(), act });
  const settle = async (): Promise<void> => {
    do await turn();
    while (working > 0);
  };

  return {
    now: () => now,
    dice: rolls,
    at,
    pause: (ms) => new Promise((resolve) => at(now + ms, resolve)),
    spend(ms) {
      now += ms;
      spent += ms;
    },
    spent: () => spent,
    async real(work) {
      working++;
      try {
        return await work();
      } finally {
        working--;
      }
    },
    spawn(work) {
      work.catch((error: unknown) => {
        failure ??= { error };
      });
    },
    note(what) {
      events++;
      digest = hash32(what, digest ^ now);
      read?.(`${new Date(now).toISOString()} ${what}`);
    },
    stop() {
      stopped = true;
    },
    async run(deadline) {
      for (;;) {
        await settle();
        if (failure) throw failure.error;
        if (stopped) return true;
        const next = entries.take();
        if (!next || next.at > deadline) return false;
        now = Math.max(now, next.at);
        next.act();
      }
    },
    digest: () => digest.toString(16).padStart(8, "0"),
    events: () => events,
  };
}
