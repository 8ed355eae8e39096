import * as z from "zod";

/** Work that no retry can complete, kept with what is needed to replay it. */
export const DeadLetter = z.object({
  /** The queue or stage it fell out of: posts, mentions, deliveries. */
  stage: z.string(),
  /** A short class to count and replay by: poison, rejected, expired, gone, unreadable, ... */
  reason: z.string(),
  error: z.string(),
  payload: z.unknown(),
  attempts: z.number().int(),
  /** The post or delivery it is about, when known: `{source}:{id}` or the outbox id. */
  subject: z.string().nullable(),
  /** What an operator can do. */
  advice: z.string(),
});
export type DeadLetter = z.infer<typeof DeadLetter>;
