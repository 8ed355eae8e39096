/** What may be deleted once it is old, in the order in which it is safe to. */
export const RETAINED = [
  "deadLetters",
  "posts",
  "events",
  "deliveries",
  "history",
  "features",
] as const;

export type RetentionResult = (typeof RETAINED)[number];

/** Rows of one kind that ended before a time. */
export type OldRows = { what: RetentionResult; before: string };

export type RetentionStore = {
  /**
   * Deletes up to `limit` rows that ended before `before`, the oldest first, and answers how many;
   * nothing that is open, waits to be delivered or may still be replayed. Posts, events and
   * deliveries stay in the audit's and the overview's counts.
   *
   * `posts`: those that came to nothing. `events`: with their evidence, signal, and the posts that
   * are evidence of nothing else.
   */
  deleteExpired(what: RetentionResult, before: string, limit: number): Promise<number>;
};
