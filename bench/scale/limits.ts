/** Limits of the platforms as their documentation gives them, read in November 2026. */
export const LIMITS = {
  /** Of one queue, messages a second. */
  queueMessages: 5_000,
  /** Of one Durable Object: simple requests a second, the lower end of what the pages say. */
  objectRequests: 500,
  /** The same where each request writes. */
  objectWrites: 200,
  /** Analytics Engine, points an invocation. */
  pointsAnInvocation: 250,
  /** The most CPU of one Neon compute, and what it takes to a statement from the same region. */
  neonCores: 56,
  neonRoundTripMs: 20,
  /** Messages a call of a queue's consumer. */
  batch: 100,
} as const;

/**
 * What one post costs, as `npm run bench -- pipeline` measured it last (docs/benchmarks.md): one
 * that becomes evidence, and one that is dropped. The first is of posts of which nine in ten are
 * evidence, the second of posts of which one is. `rowBytes` is an estimate, which nothing measured.
 */
export const COSTS = {
  evidence: { workerMs: 2.0, postgresMs: 0.65, statements: 0.18, redis: 0.53, rowBytes: 2_600 },
  dropped: { workerMs: 0.66, postgresMs: 0.11, statements: 0.02, redis: 0.15, rowBytes: 900 },
} as const;

/** What is assumed of a day, because no measurement says it. */
export const DAY = {
  posts: 100_000_000,
  /** The share that becomes evidence, as of the bench's real posts: nine of ten are dropped. */
  evidence: 0.1,
  tokensAPost: 1.15,
  /** The rate at the top of the day beside its mean, and a burst upon it. */
  peak: 1.8,
  burst: { factor: 5, seconds: 300, atHour: 15 },
  /** Tokens that are spoken of, by a law of Zipf with this exponent. */
  tokens: 20_000,
  zipf: 1.05,
  /** Posts that are accepted in one statement. */
  acceptedTogether: 100,
  /** How long the lane of acceptance holds its lock for them. */
  acceptMs: 12,
  /** Events that a lane of commits puts into one statement. */
  committedTogether: 50,
} as const;
