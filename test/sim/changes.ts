import type { Dice } from "./random.ts";

/**
 * When people change what the pipeline works by, in virtual milliseconds; Infinity: never in this
 * history.
 */
export type Changes = {
  rulesAt: number;
  /** The lists and the length of a window. */
  listsAt: number;
  /** What providers say of half of the tokens. */
  factsAt: number;
  routesAt: number;
  /** A channel is added, one is removed, and one mutes events. */
  channelsAt: number;
};

/** Sets of posts of which histories are not held against a run without faults: things change. */
export const isChanging = (postsSeed: number): boolean => postsSeed % 8 >= 4;

/** The rules are pushed anew in every history; in a still one they mean the same. */
export function changesOf(changing: boolean, dice: Dice, from: number, to: number): Changes {
  const middle = (from + to) / 2;
  const some = (): number => (changing ? dice.int(from + (to - from) / 5, to) : Infinity);
  return {
    rulesAt: changing ? some() : middle,
    listsAt: some(),
    factsAt: some(),
    routesAt: some(),
    channelsAt: some(),
  };
}
