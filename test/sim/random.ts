import type { Random } from "../../src/kit/time.ts";

/** A seeded generator and what the simulator asks of it. The same seed gives the same numbers on every machine. */
export type Dice = {
  next: Random;
  /** True once in 1 / rate. Draws nothing at rate 0, so that a fault that is off changes nothing. */
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

/** mulberry32 (Tommy Ettinger): 32 bits of state, passes gjrand's suite; enough for choosing faults. */
function mulberry32(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function dice(seed: number): Dice {
  const next = mulberry32(seed);
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
