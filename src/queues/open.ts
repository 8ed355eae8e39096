import { type MessageBody, openEnvelope } from "../model/envelope.ts";
import type { QueueBatch, QueueMessage } from "./batch.ts";
import {
  type BuryPorts,
  buryMessages,
  type DeadMessage,
  deadLetterOfMessage,
} from "./dead-letters.ts";

/** A message of newer code waits for that code; looking often does not help. */
const NEWER_DELAY_SECONDS = 300;

export type OpenedMessage<K extends MessageBody["kind"]> = {
  message: QueueMessage;
  body: Extract<MessageBody, { kind: K }>;
  traceId: string;
};

/**
 * Opens each message of a batch. Unreadable messages become dead letters; messages of newer code
 * are retried later; the others are answered, to be consumed.
 */
export async function openMessages<K extends MessageBody["kind"]>(
  batch: QueueBatch,
  kind: K,
  ports: BuryPorts,
): Promise<OpenedMessage<K>[]> {
  const readable: OpenedMessage<K>[] = [];
  const unreadable: DeadMessage[] = [];
  for (const message of batch.messages) {
    const opened = openEnvelope(message.body, kind);
    if (opened.kind === "body")
      readable.push({ message, body: opened.body, traceId: opened.traceId });
    else if (opened.kind === "newer") message.retry({ delaySeconds: NEWER_DELAY_SECONDS });
    else
      unreadable.push({
        message,
        deadLetter: deadLetterOfMessage(batch.queue, message, "unreadable", opened.error, null),
      });
  }
  await buryMessages(unreadable, ports);
  return readable;
}
