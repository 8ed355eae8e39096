/**
 * The meaning of an outside service's answer, in one vocabulary for every provider and channel.
 *
 * - ok, empty: done
 * - retry: network fault, timeout, 408, 5xx
 * - throttled: 429, or another answer with that meaning
 * - partial: usable, and worth asking again
 * - auth: credentials refused
 * - quota: paid allowance used up
 * - gone: the target no longer exists
 * - reject: never acceptable
 */
export const VERDICTS = [
  "ok",
  "empty",
  "retry",
  "throttled",
  "partial",
  "auth",
  "quota",
  "gone",
  "reject",
] as const;
export type VerdictKind = (typeof VERDICTS)[number];
export type Verdict = {
  kind: VerdictKind;
  /** For people and logs; never holds a secret or a URL with one. */
  reason: string;
  /** The pause that the service asked for, in ms. */
  delayMs?: number;
};
