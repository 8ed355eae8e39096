import { expect, it } from "vitest";
import { casesOf, mentionsOf } from "./judged.ts";

/** `want`: the types that are right; `token`: whose type it is, where a post names several. */
type TypeCase = { text: string; want: string[]; token?: string };

it.each(casesOf<TypeCase>("types"))("calls $id what it is: $text", ({ text, want, token }) => {
  const mentions = mentionsOf({ text });
  const one = token ? mentions.find((each) => each.token.symbol === token) : mentions[0];
  // A post that names no token reports nothing.
  expect(want).toContain(one?.type ?? "mention");
});
