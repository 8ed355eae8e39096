import type { Limit } from "../channels/channel.ts";
import type { Clock } from "../kit/time.ts";

/** Where a limit's line stands, kept beyond the life of the object that asks. */
export type LineMemory = { get(key: string): number | undefined; put(key: string, at: number): void };

export type Pacer = {
  /** Takes a place in the line of every limit and answers how long it is until then, in milliseconds. A holder that asks again keeps its place. */
  take(holder: number, limits: readonly Limit[]): number;
};

/** A place unused for so long is given up: its holder died or found its row closed. */
const FORGET_MS = 10 * 60_000;

/**
 * Paces by the generic cell rate algorithm (ITU-T I.371): each limit keeps one time, when its line would be empty, and so needs neither a counter
 * nor a window. In any `perMs` at most `count + burst` pass.
 */
export function pacer(now: Clock, memory: LineMemory): Pacer {
  const places = new Map<number, number>();

  function earliest({ key, count, perMs, burst }: Limit, at: number): number {
    const tolerance = ((burst - 1) * perMs) / count;
    return Math.max(at, Math.floor((memory.get(key) ?? 0) - tolerance));
  }

  return {
    take(holder, limits) {
      const at = now();
      for (const [other, place] of places) if (place < at - FORGET_MS) places.delete(other);
      const held = places.get(holder);
      if (held !== undefined) {
        if (held <= at) places.delete(holder);
        return Math.max(0, held - at);
      }
      const place = limits.reduce((latest, limit) => Math.max(latest, earliest(limit, at)), at);
      for (const { key, count, perMs } of limits) memory.put(key, Math.max(place, memory.get(key) ?? 0) + perMs / count);
      if (place > at) places.set(holder, place);
      return place - at;
    },
  };
}
