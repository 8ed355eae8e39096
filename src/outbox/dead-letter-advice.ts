import type { DeadLetter } from "../model/dead-letter.ts";
import type { Delivery } from "../model/delivery.ts";

/** What an operator can do about each reason for which a delivery is given up. */
const ADVICE = {
  rejected: [
    "The channel refuses this message for good. Read the error, correct the channel's",
    "settings or template, then replay.",
  ].join(" "),
  gone: [
    "The target no longer exists and the channel was switched off. Give it a new address,",
    "switch it on, then replay.",
  ].join(" "),
  expired: [
    "It was retried until it was too old to matter. Repair the target, and replay what is",
    "still worth sending.",
  ].join(" "),
  ambiguous: [
    "The answer was lost and the channel sends at most once. Look at the target, and replay",
    "if the message is not there.",
  ].join(" "),
  channel_disabled: "Its channel is switched off. Switch it on, then replay.",
  settings: [
    "The channel's settings are not accepted. Correct the field that the error names, then",
    "replay.",
  ].join(" "),
};
export type DeadLetterReason = keyof typeof ADVICE;

/**
 * The delivery with all that a replay or a person needs; the row in push_outbox keeps its
 * idempotency key.
 */
export const deadLetterOf = (
  { id, channelId, eventKey, idemKey, payload }: Delivery,
  reason: DeadLetterReason,
  error: string,
  attempts: number,
): DeadLetter => ({
  stage: "deliveries",
  reason,
  error,
  payload: { id, channelId, eventKey, idemKey, notification: payload },
  attempts,
  subject: `${id}`,
  advice: ADVICE[reason],
});
