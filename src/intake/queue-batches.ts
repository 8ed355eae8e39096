import type { Envelope } from "../model/envelope.ts";

/** The queue takes 100 messages or 256 KB a call; a quarter stays free for its own framing. */
const SEND_COUNT = 100;
const SEND_BYTES = 192 * 1024;

/** The sending end of a queue. Throws when the queue refuses. */
export type SendQueue = { sendBatch(messages: { body: Envelope }[]): Promise<unknown> };

/** Cuts messages into calls that the queue accepts. */
export function queueBatches<T>(messages: T[]): T[][] {
  const result: T[][] = [];
  let room = 0;
  for (const message of messages) {
    const bytes = JSON.stringify(message).length * 1.5;
    const last = result.at(-1);
    if (last && last.length < SEND_COUNT && bytes <= room) {
      last.push(message);
      room -= bytes;
    } else {
      result.push([message]);
      room = SEND_BYTES - bytes;
    }
  }
  return result;
}
