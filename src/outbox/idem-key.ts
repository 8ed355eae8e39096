import { sha256Hex } from "../kit/hash.ts";

/**
 * The idempotency key of a notification: one transition of one event, for one channel. It is the
 * same for every attempt, worker and restart. A repeat of it has a key of its own.
 */
export const idemKeyOf = (
  eventKey: string,
  channelId: number,
  transition: number,
  repeat?: number,
): string =>
  sha256Hex(
    JSON.stringify([
      eventKey,
      channelId,
      transition,
      ...(repeat === undefined ? [] : ["repeat", repeat]),
    ]),
  );
