import { jsonBytes } from "../kit/utf8.ts";
import type { Envelope } from "../model/envelope.ts";

/** The queue takes 100 messages a call. */
const SEND_COUNT = 100;
/** It takes 256,000 bytes of UTF-8 a call; a tenth and more stays free for its framing. */
const SEND_BYTES = 220_000;
/** What the queue adds to each message, generously. */
const FRAME_BYTES = 200;
/** The queue takes 128,000 bytes a message. Posts and mentions are bounded far below. */
export const MAX_MESSAGE_BYTES = 128_000;
/**
 * Refusals after which a call is given up: enough to find two bad messages among a hundred, few
 * enough that a queue which is down is not asked hundreds of times.
 */
const MAX_REFUSALS = 24;

/** The sending end of a queue. Throws when the queue refuses. */
export type SendQueue = { sendBatch(messages: { body: Envelope }[]): Promise<unknown> };

/** Cuts messages into calls that the queue accepts, by their bytes in UTF-8. */
export function queueBatches<T>(messages: readonly T[]): T[][] {
  const result: T[][] = [];
  let room = 0;
  for (const message of messages) {
    const bytes = jsonBytes(message) + FRAME_BYTES;
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

/** `refused`: messages that the queue did not take. `error`: what it said of the last of them. */
export type QueueSendReport = { refused: Envelope[]; error: unknown };

/**
 * Sends messages in calls that fit. A call that the queue refuses is halved until the messages that
 * it refuses stand alone, so that none of them holds up another. Never throws. A message may arrive
 * although its call failed.
 */
export async function sendMessages(
  messages: readonly Envelope[],
  queue: SendQueue,
): Promise<QueueSendReport> {
  const result: QueueSendReport = { refused: [], error: undefined };
  let refusalsLeft = MAX_REFUSALS;

  async function send(batch: Envelope[]): Promise<void> {
    try {
      await queue.sendBatch(batch.map((body) => ({ body })));
      refusalsLeft = MAX_REFUSALS;
    } catch (error) {
      result.error = error;
      refusalsLeft--;
      if (batch.length === 1 || refusalsLeft <= 0) {
        result.refused.push(...batch);
        return;
      }
      const half = batch.length >> 1;
      await send(batch.slice(0, half));
      await send(batch.slice(half));
    }
  }

  for (const batch of queueBatches(messages)) await send(batch);
  return result;
}
