import { seeded } from "../../../local/seeded.ts";
import type { Random } from "../../../src/kit/time.ts";
import { damaged, data, expression } from "./generate.ts";
import { type Answer, agree, askFiltrex, askOurs, type Data } from "./native.ts";

export type Difference = {
  seed: number;
  expression: string;
  data: Data;
  filtrex: Answer;
  ours: Answer;
};
export type Run = {
  tried: number;
  answered: number;
  failedWhenRun: number;
  refused: number;
  differences: Difference[];
};
type Ask = (expression: string, data: Data) => Answer;

/**
 * Asks both about `count` expressions; stops after `enough` differences; each is shrunk to the
 * smallest expression that still shows it.
 */
export function differential(
  count: number,
  firstSeed: number,
  ours: Ask = askOurs,
  enough = 5,
): Run {
  const run: Run = { tried: 0, answered: 0, failedWhenRun: 0, refused: 0, differences: [] };
  for (let seed = firstSeed; seed < firstSeed + count && run.differences.length < enough; seed++) {
    const random = seeded(seed);
    const given = data(random);
    const text = written(random);
    const answer = askFiltrex(text, given);
    run.tried += 1;
    if ("value" in answer) run.answered += 1;
    else if (answer.fails === "when run") run.failedWhenRun += 1;
    else run.refused += 1;
    if (!agree(answer, ours(text, given))) run.differences.push(shrunk(seed, text, given, ours));
  }
  return run;
}

function written(random: Random): string {
  const text = expression(random);
  return random() < 0.1 ? damaged(random, text) : text;
}

/** Takes characters out, longest runs first, while the two still disagree. */
function shrunk(seed: number, text: string, given: Data, ours: Ask): Difference {
  const differs = (candidate: string) =>
    !agree(askFiltrex(candidate, given), ours(candidate, given));
  let smallest = text;
  for (
    let length = Math.ceil(text.length / 2);
    length >= 1;
    length = length > 1 ? Math.floor(length / 2) : 0
  ) {
    for (let at = 0; at + length <= smallest.length; ) {
      const candidate = smallest.slice(0, at) + smallest.slice(at + length);
      if (differs(candidate)) smallest = candidate;
      else at += 1;
    }
  }
  return {
    seed,
    expression: smallest,
    data: given,
    filtrex: askFiltrex(smallest, given),
    ours: ours(smallest, given),
  };
}
