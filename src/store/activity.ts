/** From `from` (included) to `to` (not), ISO 8601, in steps of so many seconds. */
export type ActivityRange = { from: string; to: string; stepSeconds: number };

/** `t`: the start of a step, in seconds since 1970. Milliseconds elsewhere. */
type Percentiles = { count: number; p50: number; p95: number; p99: number };

/** What happened within a range, from the tables: for charts where no points can be read. */
export type StoreActivity = {
  /** By when they were accepted; `open` has no outcome yet. `reason` of what was dropped. */
  posts: { t: number; source: string; outcome: string; reason: string | null; count: number }[];
  /** judge: accepted to verdict; evidence: accepted to committed; send: due to delivered. */
  waits: ({ t: number; what: "judge" | "evidence" | "send" } & Percentiles)[];
  /** By channel kind and the result of the attempt. `ms` of the attempts alone. */
  attempts: ({ t: number; channel: string; result: string } & Percentiles)[];
  /** Changes of score or state. */
  changes: { t: number; state: string; count: number }[];
  /** Signals that were scored last within the range, by the rules and by their score, in fives. */
  rules: { version: string; state: string; count: number; score: number }[];
  scores: { from: number; count: number }[];
  /** The twenty with the most evidence, of events whose last post is in the range. */
  tokens: { chain: string; token: string; events: number; evidence: number; score: number }[];
  /** What is open now, whatever the range: how many, and the age of the oldest in seconds. */
  open: { what: "posts" | "deliveries"; count: number; oldestSeconds: number | null }[];
};

export type ActivityStore = {
  activity(range: ActivityRange, now: string): Promise<StoreActivity>;
};
