/** What a Worker is billed for, counted. */
export type OperationCounts = {
  /** Invocations by HTTP, cron and queue batches. */
  requests: number;
  /** Messages written to queues, and read from them; each read one is deleted once. */
  queueWrites: number;
  queueReads: number;
  /** Calls of Durable Objects and their alarms, by class. */
  objectRequests: Record<string, number>;
  /** Milliseconds in which an object was working. */
  objectMs: number;
  /** Rows that objects wrote and read in their own storage. */
  objectRowsWritten: number;
  objectRowsRead: number;
  kvReads: number;
  kvWrites: number;
  points: number;
};

export const noCounts = (): OperationCounts => ({
  requests: 0,
  queueWrites: 0,
  queueReads: 0,
  objectRequests: {},
  objectMs: 0,
  objectRowsWritten: 0,
  objectRowsRead: 0,
  kvReads: 0,
  kvWrites: 0,
  points: 0,
});
