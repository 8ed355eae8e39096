import { iso } from "../kit/time.ts";
import type { DeadLetter } from "../model/dead-letter.ts";
import { openEnvelope } from "../model/envelope.ts";
import { postKey } from "../model/raw-post.ts";
import type { RuntimePorts } from "../observability/runtime.ts";
import type { DeadLetterStore } from "../store/dead-letters.ts";
import type { QueueBatch, QueueMessage } from "./batch.ts";

export type BuryPorts = Pick<RuntimePorts, "now" | "log"> & {
  store: Pick<DeadLetterStore, "bury">;
};

type KeyedDeadLetter = DeadLetter & { key: string };

/** A message that nobody can work on, and the row that takes its place. */
export type DeadMessage = {
  message: QueueMessage;
  deadLetter: KeyedDeadLetter;
  traceId?: string;
};

const ADVICE = {
  unreadable:
    "The message does not fit its schema. Fix the sender; replaying it as it is fails again.",
  poison: "A stage failed on this input. Report it with the payload; replay after the fix.",
  exhausted: "It failed 100 times. Look at the error, fix the cause, then replay.",
};

/**
 * `stage`: the queue, or the stage that gave up. `subject`: what it was about, when one can tell.
 */
export const deadLetterOfMessage = (
  stage: string,
  message: QueueMessage,
  reason: keyof typeof ADVICE,
  error: string,
  subject: string | null,
): KeyedDeadLetter => ({
  key: `${stage}:${message.id}`,
  stage,
  reason,
  error,
  payload: message.body,
  attempts: message.attempts,
  subject,
  advice: ADVICE[reason],
});

/** Stores the dead letters, and only then acks their messages. */
export async function buryMessages(
  dead: readonly DeadMessage[],
  { store, now, log }: BuryPorts,
): Promise<void> {
  if (dead.length === 0) return;
  await store.bury(
    dead.map(({ deadLetter }) => deadLetter),
    iso(now()),
  );
  for (const { message, deadLetter, traceId } of dead) {
    log({
      ...(traceId && { traceId }),
      stage: `queue.${deadLetter.stage}`,
      level: "error",
      outcome: "dead",
      reason: deadLetter.reason,
    });
    message.ack();
  }
}

/**
 * dead-letters: what ran out of retries becomes a row. A delivery does not: its outbox row goes on
 * without this message.
 */
export async function consumeDeadLetters(batch: QueueBatch, ports: BuryPorts): Promise<void> {
  const dead: DeadMessage[] = [];
  for (const message of batch.messages) {
    if (openEnvelope(message.body, "delivery").kind === "body") message.ack();
    else dead.push({ message, ...exhausted(message) });
  }
  await buryMessages(dead, ports);
}

function exhausted(message: QueueMessage): Omit<DeadMessage, "message"> {
  const usedUp = (stage: string, subject: string, traceId: string) => ({
    deadLetter: deadLetterOfMessage(stage, message, "exhausted", "retries used up", subject),
    traceId,
  });
  const post = openEnvelope(message.body, "post");
  if (post.kind === "body") return usedUp("posts", postKey(post.body.post), post.traceId);
  const mention = openEnvelope(message.body, "mention");
  if (mention.kind === "body")
    return usedUp("mentions", mention.body.mention.evidenceId, mention.traceId);
  const error = "fits no schema of this version";
  return { deadLetter: deadLetterOfMessage("dead-letters", message, "unreadable", error, null) };
}
