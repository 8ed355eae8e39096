import { expect, it } from "vitest";
import { casesOf, mentionsOf } from "./judged.ts";

/** `want`: for each token 1 where the post is good for its holders, -1 where it is bad. */
type MoodCase = { text: string; want: Record<string, 1 | -1> };

/** Nearer to 0 a mood says nothing. */
const LEAST = 0.03;

it.each(casesOf<MoodCase>("moods"))("hears $id as its holders do: $text", ({ text, want }) => {
  const moods = new Map(
    mentionsOf({ text }).map(({ token, sentiment }) => [token.symbol, sentiment ?? 0]),
  );
  const wrong = Object.entries(want).filter(
    ([symbol, side]) => (moods.get(symbol) ?? 0) * side < LEAST,
  );
  expect(wrong).toEqual([]);
});
