import { iso } from "../kit/time.ts";
import type { RuntimePorts } from "../observability/runtime.ts";
import { ARCHIVED, type ArchivedKind } from "../store/archive.ts";
import {
  type OldRows,
  RETAINED,
  type RetentionResult,
  type RetentionStore,
} from "../store/retention.ts";

const DAY = 86_400_000;

/**
 * Rows a statement. Events go with their evidence and posts: more of them might outlast the
 * deadline of a statement.
 */
const BATCH: Record<RetentionResult, number> = {
  deadLetters: 2_000,
  posts: 5_000,
  events: 500,
  deliveries: 2_000,
  history: 5_000,
  features: 5_000,
};
/**
 * Statements of one kind at a time. Each leaves out the rows that another has locked, so that they
 * share the work; the archive writes one batch of a kind at a time.
 */
const LANES = 4;
/** The platform ends a cron after fifteen minutes. What an hour does not come to, the next does. */
const MOST_MS = 12 * 60_000;
/** Kinds take turns of this length until none has anything left. */
const TURN_MS = 15_000;
/** The platform allows ten thousand calls, for all of the tick. */
const MOST_BATCHES = 9_000;

export type RetentionDays = Record<RetentionResult, number>;
export type RetentionPorts = Pick<RuntimePorts, "log" | "now" | "telemetry"> & {
  store: RetentionStore;
  /**
   * Where there is an archive: writes a batch of old rows to it and deletes them, and answers how
   * many went; undefined: none is old. Throws where they could not be written, and then they stay.
   */
  archive?: ((what: ArchivedKind, before: string) => Promise<number | undefined>) | undefined;
};

/** Before when rows of each kind are too old to keep; kinds with 0 days are kept for ever. */
export const oldFrom = (days: RetentionDays, now: number): OldRows[] =>
  RETAINED.filter((what) => days[what] > 0).map((what) => ({
    what,
    before: iso(now - days[what] * DAY),
  }));

const isArchived = (what: RetentionResult): what is ArchivedKind =>
  ARCHIVED.some((kind) => kind === what);

/**
 * Deletes what is older, in bounded batches: the kinds take turns until nothing is left or the time
 * is over, so that none starves another. A tick that dies half-way has deleted whole batches.
 */
export async function deleteExpired(old: OldRows[], ports: RetentionPorts): Promise<void> {
  const { now, log } = ports;
  const end = now() + MOST_MS;
  let batches = 0;
  const kinds = old.map(({ what, before }) => ({
    what,
    deleteBatch: batchesOf(what, before, ports),
    lanes: ports.archive !== undefined && isArchived(what) ? 1 : LANES,
    gone: 0,
    left: true,
  }));

  async function takeTurn(kind: (typeof kinds)[number]): Promise<void> {
    const until = Math.min(end, now() + TURN_MS);
    const lane = async (): Promise<void> => {
      while (kind.left && now() <= until && batches < MOST_BATCHES) {
        batches += 1;
        const { count, more } = await kind.deleteBatch();
        kind.gone += count;
        kind.left &&= more;
      }
    };
    await Promise.all(Array.from({ length: kind.lanes }, lane));
  }

  const unfinished = () => kinds.filter(({ left }) => left);
  while (unfinished().length > 0 && now() < end && batches < MOST_BATCHES)
    for (const kind of unfinished()) await takeTurn(kind);
  for (const { what, gone } of kinds)
    if (gone > 0) log({ stage: "retention", outcome: "deleted", reason: what, count: gone });
}

type BatchResult = { count: number; more: boolean };

function batchesOf(
  what: RetentionResult,
  before: string,
  { store, archive, log, telemetry }: RetentionPorts,
): () => Promise<BatchResult> {
  if (archive === undefined || !isArchived(what))
    return async () => {
      const count = await store.deleteExpired(what, before, BATCH[what]);
      return { count, more: count === BATCH[what] };
    };
  return async () => {
    try {
      const count = (await archive(what, before)) ?? 0;
      return { count, more: count > 0 };
    } catch (error) {
      // The others go on; these are there in an hour.
      log({ stage: "archive", level: "warn", outcome: "failed", reason: `${what}: ${error}` });
      telemetry.count("archive_failures_total", { type: what });
      return { count: 0, more: false };
    }
  };
}
