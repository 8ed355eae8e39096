import * as z from "zod";

const list = z
  .string()
  .default("")
  .transform((text) => text.split(/[\s,]+/).filter(Boolean));
const flag = z.enum(["on", "off"]);

/**
 * Days after which rows are deleted; 0 keeps them. Under 30 the 14 days in which repeats are told
 * would be cut short.
 */
const days = (usual: number) =>
  z.coerce
    .number()
    .int()
    .refine((given) => given === 0 || given >= 30, "must be 0 (for ever) or at least 30")
    .default(usual);

export const Settings = z.object({
  DATABASE_URL: z.string().startsWith("postgres", "is not a postgresql:// connection string"),
  NEON_FETCH_ENDPOINT: z.url().optional(),
  UPSTASH_REDIS_REST_URL: z.url().optional(),
  UPSTASH_REDIS_REST_TOKEN: z.string().optional(),
  /**
   * As long as a generated one: it opens everything, and a short or misshapen one could never be
   * sent, or be guessed.
   */
  ADMIN_KEY: z
    .string()
    .regex(
      /^([a-z]{2,8}_[A-Za-z0-9]{1,40}\.[A-Za-z0-9_-]{24,200})?$/,
      "must be ess_ID.SECRET, the secret of 24 letters and digits or more",
    )
    .transform((key) => key || undefined)
    .optional(),
  EVENT_WINDOW_MINUTES: z.coerce.number().int().min(1).max(1440).default(60),
  LANGUAGES: list,
  /** The spam score from which a post is dropped; 1 drops hardly any. */
  SPAM_FROM: z.coerce.number().min(0).max(1).default(0.5),
  PUBLIC_READ: flag.default("on"),
  /**
   * Public reads are kept at the edge for seconds; off where everyone should see the latest, as on
   * one's own machine.
   */
  EDGE_CACHE: flag.default("on"),
  EGRESS_ALLOW: list,
  /**
   * How long an accepted post may stay without an outcome before it is sent through the queue
   * again.
   */
  REQUEUE_AFTER_SECONDS: z.coerce.number().int().min(5).default(600),
  /**
   * While 1,000 accepted posts have waited longer than this for their outcome, no more are accepted
   * (429).
   */
  OVERLOADED_AFTER_SECONDS: z.coerce.number().int().min(1).default(60),
  RETENTION_DAYS_POSTS: days(90),
  RETENTION_DAYS_EVENTS: days(0),
  RETENTION_DAYS_DELIVERIES: days(0),
  RETENTION_DAYS_DEAD_LETTERS: days(0),
  RETENTION_DAYS_FEATURES: days(90),
  LOCAL: z.string().optional(),
});
export type Settings = z.infer<typeof Settings>;
