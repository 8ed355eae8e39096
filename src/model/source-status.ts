import * as z from "zod";

/**
 * How many items of a service became no post, by reason: a short code such as `no_text` or
 * `invalid_author`. The codes are few, because they label a metric.
 */
export const LeftOut = z.record(z.string(), z.number());
export type LeftOut = z.infer<typeof LeftOut>;

/** A source as operators see it: on, or why it is off, and its last poll. */
export const SourceStatus = z.object({
  source: z.string(),
  title: z.string(),
  kind: z.enum(["poll", "push", "stream"]),
  on: z.boolean(),
  /** Why it is off; null when it is on. */
  why: z.string().nullable(),
  everyMinutes: z.number().nullable(),
  polledAt: z.string().nullable(),
  /** When its cursor last changed; of a stream, the time that it reached. */
  movedAt: z.string().nullable(),
  /** The gravest last answer of the services it calls. */
  lastVerdict: z.string().nullable(),
  /**
   * Of its polls since the copy of its cursor was made, which may be lost; of pushes and of the
   * stream since the metrics began.
   */
  leftOut: LeftOut,
  providers: z.array(z.string()),
});
export type SourceStatus = z.infer<typeof SourceStatus>;

/** A service that sources and enrichers call, also while all of them are off. */
export const ProviderReport = z.object({
  provider: z.string(),
  /** Whether a source or enricher that is on calls it. */
  on: z.boolean(),
  /** Which enrichers that would call it are off, and why; null: none. */
  why: z.string().nullable(),
  breaker: z.enum(["closed", "open", "half-open"]),
  cause: z.string().nullable(),
  openUntil: z.string().nullable(),
  callsLastMinute: z.number().int(),
  perMinute: z.number().nullable(),
  budget: z.number().nullable(),
  budgetLeft: z.number().nullable(),
  last: z.object({ at: z.string(), kind: z.string(), reason: z.string() }).nullable(),
});
export type ProviderReport = z.infer<typeof ProviderReport>;
