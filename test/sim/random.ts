import { seeded } from "../../local/seeded.ts";
import type { Random } from "../../src/kit/time.ts";

/**
 * A seeded generator and what the simulator asks of it. The same seed gives the same numbers on
 * every machine.
 */
export type Dice = {
  next: Random;
  /**
   * True once in 1 / rate. Draws nothing at rate 0, so that a fault that is off changes nothing.
   */
  chance(rate: number): boolean;
  /** min <= value < max, whole. */
  int(min: number, max: number): number;
  pick<T>(from: readonly T[]): T;
  /** A generator of its own for one purpose: drawing from it does not shift the others. */
  fork(purpose: string): Dice;
};

/** FNV-1a, 32 bits. */
export function hash32(text: string, from = 0x811c9dc5): number {
  let state = from;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return state >>> 0;
}

export function dice(seed: number): Dice {
  const next = seeded(seed);
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min));
  return {
    next,
    chance: (rate) => rate > 0 && next() < rate,
    int,
    pick<T>(from: readonly T[]): T {
      const picked = from[int(0, from.length)];
      if (picked === undefined) throw new RangeError("nothing to pick from");
      return picked;
    },
    fork: (purpose) => dice(hash32(purpose, seed ^ 0x9e3779b9)),
  };
}
