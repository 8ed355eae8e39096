import type { PaceLimit } from "../channels/channel.ts";
import type { Clock } from "../kit/time.ts";

/** Where a limit's line stands, kept beyond the life of the object that asks. */
export type LineMemory = {
  get(key: string): number | undefined;
  put(key: string, at: number): void;
};

export type RateReservations = {
  /**
   * Takes a place in the line of every limit and answers how long it is until then, in
   * milliseconds. A holder that asks again keeps its place.
   */
  take(holder: number, limits: readonly PaceLimit[]): number;
};

/**
 * Who waits no longer than this sleeps until its place and sends; who waits longer goes away and
 * asks again.
 */
export const PATIENCE_MS = 10_000;
/** A place unused for so long is given up: its holder died or found its row closed. */
const FORGET_MS = 10 * 60_000;
/** A sleeper that asks again within so much of its place has not sent yet. */
const ON_TIME_MS = 1_000;

/** Before a limit's key: the line of what was let go. */
const LEFT = "left:";

/** `leaves`: the holder was let go, to send at `at`. */
type Place = { at: number; leaves: boolean };

/**
 * Paces by the generic cell rate algorithm (ITU-T I.371): each limit keeps one time, when its line
 * would be empty, and so needs neither a counter nor a window. In any `perMs` at most `count +
 * burst` pass. A place says when a holder may go, and holders come back late, several at once; so
 * what really leaves goes through a second line of the same rate.
 */
export function rateReservations(now: Clock, memory: LineMemory): RateReservations {
  const places = new Map<number, Place>();

  /** The earliest time at or after `at` that every limit allows. */
  function earliest(line: string, limits: readonly PaceLimit[], at: number): number {
    return limits.reduce((latest, { key, count, perMs, burst }) => {
      const tolerance = ((burst - 1) * perMs) / count;
      return Math.max(latest, Math.floor((memory.get(line + key) ?? 0) - tolerance));
    }, at);
  }

  function advance(line: string, limits: readonly PaceLimit[], at: number): void {
    for (const { key, count, perMs } of limits)
      memory.put(line + key, Math.max(at, memory.get(line + key) ?? 0) + perMs / count);
  }

  function reserve(limits: readonly PaceLimit[], at: number): number {
    const place = earliest("", limits, at);
    advance("", limits, place);
    return place;
  }

  return {
    take(holder, limits) {
      const at = now();
      for (const [other, place] of places) if (place.at < at - FORGET_MS) places.delete(other);
      const held = places.get(holder);
      places.delete(holder);
      if (held?.leaves && at < held.at + ON_TIME_MS) {
        if (held.at > at) places.set(holder, held);
        return Math.max(0, held.at - at);
      }
      const place = held && !held.leaves ? held.at : reserve(limits, at);
      const start = earliest(LEFT, limits, Math.max(place, at));
      const leaves = start - at <= PATIENCE_MS;
      if (leaves) advance(LEFT, limits, start);
      if (start > at) places.set(holder, { at: start, leaves });
      return start - at;
    },
  };
}
