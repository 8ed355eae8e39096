/**
 * The promise, counted: accepted = evidence + dropped + duplicate + dead + open, and open falls to
 * 0 when the queues are empty. Counts hold what retention deleted.
 */
export type AuditReport = {
  accepted: number;
  evidence: number;
  dropped: number;
  duplicate: number;
  dead: number;
  /** Accepted and not ended yet. */
  open: number;
  droppedBy: { reason: string; count: number }[];
  /**
   * Posts said to be evidence that no event holds, or evidence of posts that say otherwise: always
   * 0 when the promise holds.
   */
  contradictions: number;
  /** Events whose counts differ from their evidence rows: always 0. */
  miscounted: number;
  outbox: { pending: number; failed: number; done: number; dlq: number };
  deadLetters: number;
  /** Of the latest deliveries. */
  latencyMs: { p50: number | null; p95: number | null; count: number };
  /**
   * By channel, of the latest notifications: from commit, or the end of what held them back, to the
   * first attempt; those reopened are not counted.
   */
  commitToSendMs: { channel: string; p50: number | null; p95: number | null; count: number }[];
  /** Of the latest 10,000 posts: from the first accepted to the last ended. */
  postsPerSecond: number | null;
};

export type AuditStore = {
  audit(): Promise<AuditReport>;
  /** From acceptance to delivery, of the latest deliveries. */
  latency(): Promise<AuditReport["latencyMs"]>;
};
