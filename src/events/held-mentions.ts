import { jsonBytes } from "../kit/utf8.ts";
import type { Mention } from "../model/mention.ts";
import type { RuntimePorts } from "../observability/runtime.ts";

/** Mentions wait this long for a commit before they are held, in ms: one out of the cache is done. */
const PATIENCE_MS = 60;
/** When the alarm looks for held mentions: the wait for facts and a commit are over by then. */
const LOOK_MS = 5_000;
/** Together less than the 2 MB that a value of the storage takes. */
const MOST_BYTES = 1_000_000;

export type HeldPorts = Pick<RuntimePorts, "now" | "log"> & {
  sleep(ms: number): Promise<void>;
  /** Keeps the object at work until it has ended (waitUntil). */
  defer(work: Promise<unknown>): void;
  /** Sends the mentions through their queue again, marked so. Throws when that refuses some. */
  returnMentions(mentions: Mention[]): Promise<void>;
};

export type HeldMemory = {
  held: readonly Mention[];
  setAlarm(at: number): Promise<void>;
};

/**
 * Mentions that wait for the facts of their event in the object's own storage, so that the queue
 * need not: their messages may be acked. An alarm commits them if the object dies meanwhile. What
 * cannot be committed goes back to the queue, which retries it and buries it in the end.
 */
export type HeldMentions = {
  all(): readonly Mention[];
  /**
   * Resolves when `done` has, or earlier when the mentions wait for facts and are held.
   * `isWaiting`: whether `done` waits for facts.
   */
  whileWaiting(mentions: Mention[], done: Promise<void>, isWaiting: () => boolean): Promise<void>;
  /** They are evidence in the database. */
  committed(mentions: readonly Mention[]): void;
  /** Hands what is held back to the queue; what that refuses stays, for the next alarm. */
  giveBack(): Promise<void>;
  /** The time of an alarm, no later than held mentions need it. */
  alarmFor(at: number): number;
};

export function heldMentions(memory: HeldMemory, ports: HeldPorts): HeldMentions {
  const { now, sleep } = ports;
  /** Each call that a failed commit answers asks for it: the mentions are sent once. */
  let giving: Promise<void> | undefined;

  function hold(mentions: Mention[]): boolean {
    const held = [...memory.held, ...mentions];
    if (jsonBytes(held) > MOST_BYTES) return false;
    memory.held = held;
    return true;
  }

  async function sendHeld(): Promise<void> {
    const given = memory.held;
    if (given.length === 0) return;
    try {
      await ports.returnMentions([...given]);
      remove(given);
    } catch (error) {
      const [first] = given;
      ports.log({
        stage: "event",
        level: "warn",
        eventKey: first?.eventKey ?? null,
        outcome: "queue_refused",
        reason: String(error),
        count: given.length,
      });
    }
  }

  function giveBack(): Promise<void> {
    giving ??= sendHeld().finally(() => {
      giving = undefined;
    });
    return giving;
  }

  function remove(mentions: readonly Mention[]): void {
    const { held } = memory;
    if (held.length === 0) return;
    const ids = new Set(mentions.map(({ evidenceId }) => evidenceId));
    const left = held.filter(({ evidenceId }) => !ids.has(evidenceId));
    if (left.length < held.length) memory.held = left;
  }

  return {
    all: () => memory.held,
    async whileWaiting(mentions, done, isWaiting) {
      const ended = done.then(() => true);
      const isDone = await Promise.race([ended, sleep(PATIENCE_MS).then(() => false)]);
      if (isDone) return;
      if (!isWaiting() || !hold(mentions)) return done;
      ports.defer(done.catch(giveBack));
      await memory.setAlarm(now() + LOOK_MS);
    },
    committed: remove,
    giveBack,
    alarmFor: (at) => (memory.held.length === 0 ? at : Math.min(at, now() + LOOK_MS)),
  };
}
