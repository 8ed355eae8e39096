import type { Mention } from "../model/mention.ts";
import { type DecidedEvent, type KnownEvent, LIKENESS, UNKNOWN_EVENT } from "../pipeline.ts";
import type { EventState, EventStore } from "../store/events.ts";
import { gather, NOTHING, tallyOf } from "./gather.ts";
import { type EventRows, memoryRows, type RowChange, type SmallEventRows } from "./rows.ts";
import { orderOf } from "./texts.ts";

/** The object's own storage. */
export type LedgerStorage = EventRows & { clear(): void };

export type LedgerPorts = {
  store: Pick<EventStore, "load" | "evidence">;
  storage: LedgerStorage;
  /** Lets the other work of the isolate go first; called between the steps of a long one. */
  pause(): Promise<void>;
  /** Up to this many posts an event is held in memory, and read again after an eviction. */
  smallEvent?: number;
  /** Rows are built in so many steps a call at most. */
  stepsACall?: number;
};

/**
 * Where the event is held between commits. A small one is in memory; a larger one is in rows of the
 * object's storage, each commit adding what it changed. Both are copies: the database decides, by
 * the revision.
 */
export type EventLedger = {
  /**
   * The event as the database holds it, or an older revision when that moves on meanwhile.
   * "unfinished": the rows are being built and so much was done; call it again for the rest.
   */
  recall(eventKey: string): Promise<KnownEvent | "unfinished">;
  /** The event as nobody knows it, without a look at the database. */
  begin(): KnownEvent;
  /** Whether the rows are being built. */
  isUnfinished(): boolean;
  /** Whether the rows still are those of the event's revision: its storage may have been cleared. */
  holds(known: KnownEvent): boolean;
  /** After a commit. Undefined when the storage has moved on: recall it. */
  keep(before: KnownEvent, after: DecidedEvent, rev: number): KnownEvent | undefined;
};

/**
 * How far the storage is: `rev` is the revision whose evidence it holds when it is "whole". To
 * build it, all evidence is "read" page by page into rows by event time, then "counted" in that
 * order; each step is written with what it did, so that an eviction loses one step.
 */
type Progress = { layout: number; rev: number; step: "read" | "count" | "whole"; after: string };

/** Raise it when rows change their meaning: older ones are then built again. */
const LAYOUT = 2;
const PROGRESS = ["ledger", "progress"] as const;
const STAGED = "staged";
export const SMALL_EVENT = 300;
/** Pieces of evidence that are read at once, and that are counted at once: a tenth of a second. */
const PAGE = 1_000;
const COUNTED_AT_ONCE = 100;
/** A call builds for some ten seconds of processor time: the platform ends it after thirty. */
const STEPS_A_CALL = 100;

const postsOf = ({ event: { evidenceCount, copies } }: EventState): number =>
  evidenceCount + copies;

const progressRow = (progress: Progress): RowChange => ({
  group: PROGRESS[0],
  key: PROGRESS[1],
  value: progress,
});

export function eventLedger({
  store,
  storage,
  pause,
  smallEvent = SMALL_EVENT,
  stepsACall = STEPS_A_CALL,
}: LedgerPorts): EventLedger {
  const stored = { rows: storage };
  /** The rows of a small event; undefined while the storage holds it. */
  let small: SmallEventRows | undefined;

  function progressOf(): Progress | undefined {
    const progress = storage.get(...PROGRESS) as Progress | undefined;
    return progress?.layout === LAYOUT ? progress : undefined;
  }

  function startBuilding(rev: number): Progress {
    storage.clear();
    const progress: Progress = { layout: LAYOUT, rev, step: "read", after: "" };
    storage.write([progressRow(progress)]);
    return progress;
  }

  /** Adds evidence that is not in the rows yet to the rows, whatever else is written with it. */
  function add(mentions: Mention[], more: RowChange[]): void {
    const { gathered } = gather(stored, mentions, LIKENESS);
    storage.write([...gathered.rows.changes(), ...more]);
  }

  async function readStep(eventKey: string, progress: Progress): Promise<Progress> {
    const { after, rev } = progress;
    const page = await store.evidence(eventKey, { sinceRev: -1, after, limit: PAGE });
    const last = page.at(-1)?.evidenceId;
    const next: Progress =
      last !== undefined && page.length === PAGE
        ? { ...progress, after: last }
        : { layout: LAYOUT, rev, step: "count", after: "" };
    const staged = page.map((value) => ({ group: STAGED, key: orderOf(value), value }));
    storage.write([...staged, progressRow(next)]);
    return next;
  }

  function countStep(progress: Progress): Progress {
    const staged = storage.scan(STAGED, { limit: COUNTED_AT_ONCE });
    const next: Progress =
      staged.length < COUNTED_AT_ONCE ? { ...progress, step: "whole" } : progress;
    const counted = staged.map(({ key }) => ({ group: STAGED, key, value: undefined }));
    add(
      staged.map(({ value }) => value as Mention),
      [...counted, progressRow(next)],
    );
    return next;
  }

  /** Adds what was committed since the storage was written: by a commit whose answer was lost. */
  async function catchUp(eventKey: string, from: Progress, rev: number): Promise<void> {
    let after = "";
    while (true) {
      const page = await store.evidence(eventKey, { sinceRev: from.rev, after, limit: PAGE });
      const isLast = page.length < PAGE;
      add(page, isLast ? [progressRow({ ...from, rev })] : []);
      if (isLast) return;
      await pause();
      after = page.at(-1)?.evidenceId ?? "";
    }
  }

  async function recallStored(
    { rev, event, signal }: EventState,
    progress: Progress,
  ): Promise<KnownEvent | "unfinished"> {
    let reached = progress;
    for (let steps = 0; reached.step !== "whole"; steps++) {
      if (steps === stepsACall) return "unfinished";
      if (steps > 0) await pause();
      reached =
        reached.step === "read" ? await readStep(event.eventKey, reached) : countStep(reached);
    }
    if (reached.rev < rev) await catchUp(event.eventKey, reached, rev);
    return { rev, gathered: stored, signal };
  }

  async function recall(eventKey: string): Promise<KnownEvent | "unfinished"> {
    small = undefined;
    const progress = progressOf();
    if (progress !== undefined) {
      const state = await store.load(eventKey, 0);
      if (state !== undefined && progress.rev <= state.rev) {
        const known = await recallStored(state, progress);
        if (known === "unfinished") return known;
        if ((tallyOf(stored)?.posts ?? 0) >= postsOf(state)) return known;
      }
      storage.clear();
    }
    const state = await store.load(eventKey, smallEvent);
    if (state === undefined) return UNKNOWN_EVENT;
    if (postsOf(state) > smallEvent) return recallStored(state, startBuilding(state.rev));
    small = memoryRows();
    small.write(gather(NOTHING, state.evidence, LIKENESS).gathered.rows.changes());
    return { rev: state.rev, gathered: { rows: small }, signal: state.signal };
  }

  function begin(): KnownEvent {
    small = undefined;
    return UNKNOWN_EVENT;
  }

  function holds({ rev, gathered }: KnownEvent): boolean {
    if (gathered.rows !== storage) return true;
    const progress = progressOf();
    return progress?.step === "whole" && progress.rev === rev;
  }

  function keep(before: KnownEvent, after: DecidedEvent, rev: number): KnownEvent | undefined {
    const changes = after.gathered.rows.changes();
    const { signal } = after;
    const whole = progressRow({ layout: LAYOUT, rev, step: "whole", after: "" });
    if (before.gathered.rows === storage) {
      if (!holds(before)) return undefined;
      storage.write([...changes, whole]);
      return { rev, gathered: stored, signal };
    }
    small ??= memoryRows();
    small.write(changes);
    if ((tallyOf({ rows: small })?.posts ?? 0) <= smallEvent)
      return { rev, gathered: { rows: small }, signal };
    storage.clear();
    storage.write([...small.all(), progressRow({ layout: LAYOUT, rev, step: "whole", after: "" })]);
    small = undefined;
    return { rev, gathered: stored, signal };
  }

  function isUnfinished(): boolean {
    const progress = progressOf();
    return progress !== undefined && progress.step !== "whole";
  }

  return { recall, begin, isUnfinished, holds, keep };
}
