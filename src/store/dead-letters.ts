import type { DeadLetter } from "../model/dead-letter.ts";
import type { ChangeEntry } from "./audit-log.ts";
import type { PageRequest, RowPage } from "./paging.ts";

export type DeadLetterRow = {
  id: number;
  stage: string;
  reason: string;
  error: string;
  payload: unknown;
  attempts: number;
  subject: string | null;
  advice: string;
  createdAt: string;
  replayedAt: string | null;
  /** How often it was given another try. */
  replays: number;
};

/** Null means any; `ids` empty means none. */
export type ReplayFilter = { ids: number[] | null; stage: string | null; reason: string | null };

export type ReplayDeadLetter = {
  id: number;
  stage: string;
  reason: string;
  payload: unknown;
  subject: string | null;
  replays: number;
};

export type DeadLetterStore = {
  /**
   * Stores dead letters and ends the posts they name as "dead". `key` (queue + message id) makes a
   * repeat harmless.
   */
  bury(deadLetters: (DeadLetter & { key: string })[], at: string): Promise<void>;
  /**
   * Takes dead letters that were not replayed yet, oldest first, marks them, and re-opens what they
   * ended: posts wait again (the sweep re-queues them should the caller die now) and deliveries
   * fall due at `at`. The caller sends the payloads of the other stages to their queues. `entry`
   * names the ids that were taken.
   */
  takeForReplay(
    filter: ReplayFilter,
    limit: number,
    at: string,
    entry?: ChangeEntry,
  ): Promise<ReplayDeadLetter[]>;
  deadLetters(
    filter: {
      stage: string | null;
      reason: string | null;
      since: string | null;
      replayed: boolean | null;
    },
    paging: PageRequest,
  ): Promise<RowPage<DeadLetterRow>>;
};
