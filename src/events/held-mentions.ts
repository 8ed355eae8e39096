import { jsonBytes } from "../kit/utf8.ts";
import type { Mention } from "../model/mention.ts";
import type { RuntimePorts } from "../observability/runtime.ts";

/** Mentions wait this long for a commit before they are held, in ms: one out of the cache is done. */
const PATIENCE_MS = 60;
/** When the alarm looks for held mentions: the wait for facts and a commit are over by then. */
const LOOK_MS = 5_000;
/** Together; a batch is one value of the storage, which takes 2 MB. */
const MOST_BYTES = 1_000_000;
const KEY_DIGITS = 9;

export type HeldPorts = Pick<RuntimePorts, "now" | "log"> & {
  sleep(ms: number): Promise<void>;
  /** Keeps the object at work until it has ended (waitUntil). */
  defer(work: Promise<unknown>): void;
  /** Sends the mentions through their queue again, marked so. Throws when that refuses some. */
  returnMentions(mentions: Mention[]): Promise<void>;
};

/** Held mentions in the object's storage: what came in one call is one row. */
export type HeldRows = {
  /** In ascending order of their keys; only those after a key when one is given. */
  all(after?: string): Iterable<readonly [string, readonly Mention[]]>;
  put(key: string, mentions: readonly Mention[]): void;
  delete(key: string): void;
};

export type HeldMemory = {
  held: HeldRows;
  setAlarm(at: number): Promise<void>;
};

/**
 * Mentions that wait for the facts of their event in the object's own storage, so that the queue
 * need not: their messages may be acked. An alarm commits them if the object dies meanwhile. What
 * cannot be committed goes back to the queue, which retries it and buries it in the end.
 */
export type HeldMentions = {
  /** As the storage has them. */
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

/** `left`: those that are not committed yet. The row is deleted with the last of them. */
type HeldBatch = { left: readonly Mention[]; bytes: number };

export function heldMentions(memory: HeldMemory, ports: HeldPorts): HeldMentions {
  const { now, sleep } = ports;
  /** What the rows hold, so that a commit reads none; undefined until they were read. */
  let known: Map<string, HeldBatch> | undefined;
  /** Each call that a failed commit answers asks for it: the mentions are sent once. */
  let giving: Promise<void> | undefined;

  function readRows(): Map<string, HeldBatch> {
    const before = known;
    known = new Map();
    for (const [key, mentions] of memory.held.all())
      known.set(key, before?.get(key) ?? { left: mentions, bytes: jsonBytes(mentions) });
    return known;
  }

  const batches = (): Map<string, HeldBatch> => known ?? readRows();

  /** Of those that another instance wrote since, none may be overwritten. */
  function nextKey(held: Map<string, HeldBatch>): string {
    const lastKey = () => [...held.keys()].at(-1);
    for (const [key, mentions] of memory.held.all(lastKey()))
      held.set(key, { left: mentions, bytes: jsonBytes(mentions) });
    return String(Number(lastKey() ?? 0) + 1).padStart(KEY_DIGITS, "0");
  }

  function hold(mentions: Mention[]): boolean {
    const held = batches();
    const bytes = jsonBytes(mentions);
    const together = held.values().reduce((sum, batch) => sum + batch.bytes, bytes);
    if (together > MOST_BYTES) return false;
    const key = nextKey(held);
    memory.held.put(key, mentions);
    held.set(key, { left: mentions, bytes });
    return true;
  }

  const all = (): Mention[] => [...readRows().values()].flatMap(({ left }) => left);

  async function sendHeld(): Promise<void> {
    const given = all();
    if (given.length === 0) return;
    try {
      await ports.returnMentions(given);
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
    const held = batches();
    if (held.size === 0) return;
    const ids = new Set(mentions.map(({ evidenceId }) => evidenceId));
    for (const [key, batch] of held) {
      batch.left = batch.left.filter(({ evidenceId }) => !ids.has(evidenceId));
      if (batch.left.length > 0) continue;
      memory.held.delete(key);
      held.delete(key);
    }
  }

  return {
    all,
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
    alarmFor: (at) => (batches().size === 0 ? at : Math.min(at, now() + LOOK_MS)),
  };
}
