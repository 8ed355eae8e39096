import type { RetryPolicy } from "../channels/channel.ts";
import type { Verdict } from "../http/verdict.ts";
import type { Random } from "../kit/time.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

type Policy = { maxAgeMs: number; wait(attempt: number, random: Random): number };

/**
 * Full jitter (aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter): anything
 * up to the doubled wait, at least one second.
 */
const exponential =
  (firstMs: number, capMs: number) =>
  (attempt: number, random: Random): number =>
    Math.max(SECOND, random() * Math.min(capMs, firstMs * 2 ** Math.min(attempt, 30)));

/**
 * The schedule of Standard Webhooks ("Deliverability and reliability"), each attempt up to a tenth
 * later, so that a repaired receiver is not stormed.
 */
const STANDARD_WEBHOOKS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
const standardWebhooks = (attempt: number, random: Random): number =>
  (STANDARD_WEBHOOKS[attempt] ?? 24 * HOUR) * (1 + random() * 0.1);

/**
 * How long each kind of channel is retried: yesterday's chat message is noise, a machine wants its
 * event even after days.
 */
const POLICIES = {
  chat: { maxAgeMs: 24 * HOUR, wait: exponential(2 * SECOND, 10 * MINUTE) },
  email: { maxAgeMs: 24 * HOUR, wait: exponential(10 * SECOND, 30 * MINUTE) },
  webhook: { maxAgeMs: 72 * HOUR, wait: standardWebhooks },
  stream: { maxAgeMs: 72 * HOUR, wait: exponential(2 * SECOND, 5 * MINUTE) },
  log: { maxAgeMs: HOUR, wait: exponential(SECOND, MINUTE) },
} satisfies Record<RetryPolicy, Policy>;

/**
 * The shortest pause after attempt number `attempt` at a target that keeps throttling, whatever it
 * asks for: "Retry-After: 0" must not lead to a storm of attempts.
 */
const throttledFor = (attempt: number): number =>
  Math.min(10 * MINUTE, (SECOND / 4) * 2 ** attempt);

/**
 * The shortest pause where a verdict does not ask for one: a used-up quota comes back with the next
 * day, refused credentials need a person.
 */
const MIN_WAIT_MS: Partial<Record<Verdict["kind"], number>> = {
  throttled: 5 * SECOND,
  quota: HOUR,
  auth: 15 * MINUTE,
};

/**
 * The end of a delivery's life. Also one that waits for a person (a paused channel) is given up.
 */
export const lifeEnd = (policy: RetryPolicy, dueSince: number): number =>
  dueSince + POLICIES[policy].maxAgeMs;

export type NextAttempt = { kind: "retry"; at: number } | { kind: "give-up"; reason: "expired" };

/**
 * When to try again after attempt number `attempt` (0 = the first) of a delivery that was due at
 * `dueSince`. The pause is never shorter than the service asked for, except before the last
 * attempt, which falls on the end of the delivery's life.
 */
export function nextAttempt(
  policy: RetryPolicy,
  verdict: Verdict,
  attempt: number,
  dueSince: number,
  now: number,
  random: Random,
): NextAttempt {
  const end = lifeEnd(policy, dueSince);
  if (now >= end) return { kind: "give-up", reason: "expired" };
  const at = now + waitAfter(policy, verdict, attempt, random);
  return { kind: "retry", at: Math.ceil(Math.min(at, Math.max(end, now + SECOND))) };
}

function waitAfter(
  policy: RetryPolicy,
  { kind, delayMs }: Verdict,
  attempt: number,
  random: Random,
): number {
  const asked = Math.max(0, delayMs ?? MIN_WAIT_MS[kind] ?? 0);
  if (kind !== "throttled") return Math.max(asked, POLICIES[policy].wait(attempt, random));
  if (delayMs === undefined) return asked + POLICIES[policy].wait(attempt, random);
  return Math.max(asked, throttledFor(attempt)) + random() * SECOND;
}
