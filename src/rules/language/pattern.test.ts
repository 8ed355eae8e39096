import { describe, expect, it } from "vitest";
import { linearPattern } from "./pattern.ts";

const matches = (source: string, text: string): boolean => {
  const pattern = linearPattern(source);
  if (pattern.kind === "refused") throw new Error(pattern.message);
  return pattern.test(text);
};

const PATTERNS = [
  "",
  "a",
  "^a$",
  "a|b",
  "(a|b)+c",
  "a*",
  "(a*)*b",
  "a{2}",
  "a{2,}",
  "a{1,3}b",
  "(?:ab)?c",
  "[a-c]+d",
  "[^a]",
  "\\d+",
  "\\bab\\b",
  "\\Ba",
  ".",
  "a.c",
  "^$",
  "(a|ab)(c|bcd)",
  "x*?y",
  "\\.",
  "[\\]a]",
  "\\u0061",
  "$",
  "(|a)b",
  "^(a|b|)*$",
];
const TEXTS = [
  "",
  "a",
  "b",
  "ab",
  "abc",
  "abcd",
  "aab",
  "aaab",
  "ac",
  "a\nc",
  "]",
  "12",
  "x y",
  "ab ab",
  "é",
  "bbb",
  "acbcd",
  "cab",
];

describe("a pattern", () => {
  it("matches what JavaScript's own engine matches", () => {
    const differences = PATTERNS.flatMap((source) =>
      TEXTS.filter((text) => matches(source, text) !== new RegExp(source).test(text)).map(
        (text) => [source, text],
      ),
    );
    expect(differences).toEqual([]);
  });

  it.each([
    "(?=a)",
    "(?!a)",
    "(?<=a)b",
    "(a)\\1",
    "(?<n>a)",
    "\\cA",
    "a{1000}",
    "(a",
    "[z-a]",
    "a{101}",
    "(a{50}){50}",
    "x]",
  ])("is refused when it is %s", (source) => {
    expect(linearPattern(source).kind).toBe("refused");
  });

  it("does not backtrack: what takes other engines seconds takes steps in proportion to the text", () => {
    const evil = linearPattern("^(a+)+$");
    const calls = countingText("a".repeat(2_000));
    expect(evil.kind === "pattern" && evil.test(calls.text as unknown as string)).toBe(false);
    expect(calls.read()).toBeLessThan(2_000 * 20);
  });
});

/** A text that ends in "!" and counts how often a character of it is read. */
function countingText(body: string) {
  let reads = 0;
  const text = {
    length: body.length + 1,
    charAt(at: number) {
      reads += 1;
      return at === body.length ? "!" : body.charAt(at);
    },
  };
  return { text, read: () => reads };
}
