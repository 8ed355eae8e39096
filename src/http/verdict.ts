/**
 * What an outside service's answer means for the caller, in one vocabulary for every provider and
 * channel.
 *
 * ok, empty: done · retry: network, timeout, 408, 5xx · throttled: 429 and its disguises · partial:
 * use it and ask again ·
 * auth: credentials refused · quota: paid allowance used up · gone: the target no longer exists ·
 * reject: never acceptable.
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
  /** How long the service asked us to wait. */
  delayMs?: number;
};
