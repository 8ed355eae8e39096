import type { PaceLimit } from "../channels/channel.ts";
import type { Clock } from "../kit/time.ts";

/**
 * The theoretical arrival times (TAT) by key of a limit, in milliseconds. They outlive the object
 * that limits.
 */
export type TatMemory = {
  get(key: string): number | undefined;
  put(key: string, tat: number): void;
};

export type RateReservations = {
  /**
   * Reserves a send under every limit and answers how long to wait for it, in milliseconds. A
   * holder that asks again keeps its reservation.
   */
  reserve(holder: number, limits: readonly PaceLimit[]): number;
  /** Lets nobody else depart under the limits for `ms`. */
  rest(limits: readonly PaceLimit[], ms: number): void;
};

/** A holder that waits no longer sleeps and sends; one that waits longer returns and asks again. */
export const PATIENCE_MS = 10_000;
/** A reservation unused for this long is dropped: its holder died or found its row closed. */
const UNUSED_MS = 10 * 60_000;
/** A holder that sleeps until its time, and asks again within this time after it, has not sent. */
const ON_TIME_MS = 1_000;

/** Prefix of the keys under which actual departures are limited. */
const DEPARTURES = "left:";

/** `departs`: the holder was allowed to send at `at`. */
type Reservation = { at: number; departs: boolean };

/** A target that asks for a longer pause on a success is taken for a faulty one. */
const MOST_REST_MS = 60_000;

/** How far ahead of its time a burst may run. */
const toleranceOf = ({ count, perMs, burst }: PaceLimit): number => ((burst - 1) * perMs) / count;

/**
 * Limits rates by the generic cell rate algorithm (ITU-T I.371). Each limit stores one time, its
 * theoretical arrival time, and needs neither a counter nor a window: in any `perMs` at most
 * `count + burst` pass. A reservation says when a holder may send, but holders come back late, and
 * several at once. So departures pass a second limit of the same rate.
 */
export function rateReservations(now: Clock, memory: TatMemory): RateReservations {
  const reservations = new Map<number, Reservation>();

  /** The earliest time at or after `at` that every limit allows. */
  function earliest(prefix: string, limits: readonly PaceLimit[], at: number): number {
    return limits.reduce((latest, limit) => {
      const tat = memory.get(prefix + limit.key) ?? 0;
      return Math.max(latest, Math.floor(tat - toleranceOf(limit)));
    }, at);
  }

  function advance(prefix: string, limits: readonly PaceLimit[], at: number): void {
    for (const { key, count, perMs } of limits) {
      const tat = Math.max(at, memory.get(prefix + key) ?? 0) + perMs / count;
      memory.put(prefix + key, tat);
    }
  }

  function newReservation(limits: readonly PaceLimit[], at: number): number {
    const reserved = earliest("", limits, at);
    advance("", limits, reserved);
    return reserved;
  }

  function dropUnused(at: number): void {
    for (const [holder, reservation] of reservations)
      if (reservation.at < at - UNUSED_MS) reservations.delete(holder);
  }

  return {
    reserve(holder, limits) {
      const at = now();
      dropUnused(at);
      const held = reservations.get(holder);
      reservations.delete(holder);
      if (held?.departs && at < held.at + ON_TIME_MS) {
        if (held.at > at) reservations.set(holder, held);
        return Math.max(0, held.at - at);
      }
      const reserved = held && !held.departs ? held.at : newReservation(limits, at);
      const start = earliest(DEPARTURES, limits, Math.max(reserved, at));
      const departs = start - at <= PATIENCE_MS;
      if (departs) advance(DEPARTURES, limits, start);
      if (start > at) reservations.set(holder, { at: start, departs });
      return start - at;
    },
    rest(limits, ms) {
      for (const limit of limits) {
        const key = DEPARTURES + limit.key;
        const rested = now() + Math.min(ms, MOST_REST_MS) + toleranceOf(limit);
        memory.put(key, Math.max(rested, memory.get(key) ?? 0));
      }
    },
  };
}
