/** A reply as it was sent; the body is whatever text the caller of the store makes of it. */
export type KeptReply = { status: number; type: string; body: string };

/**
 * `claimed`: the caller acts, and keeps or releases. `busy`: another request acts. `replied`: it
 * did. `mismatch`: the key was used for another request.
 */
export type ReplyClaim =
  | { kind: "claimed" | "busy" | "mismatch" }
  | { kind: "replied"; reply: KeptReply };

/** Replies under an Idempotency-Key, for a day. `key` and `request` are digests. */
export type ReplyStore = {
  /** A claim whose holder died can be taken over after `leaseMs`. */
  claimReply(key: string, request: string, at: string, leaseMs: number): Promise<ReplyClaim>;
  keepReply(key: string, reply: KeptReply): Promise<void>;
  /** Nothing came of it: the next request with the key acts. */
  releaseReply(key: string): Promise<void>;
};

export const REPLY_KEPT_MS = 86_400_000;
