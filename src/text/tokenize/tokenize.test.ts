import { expect, it } from "vitest";
import { hashOf } from "../hashing/feature-hash.ts";
import { MAX_TOKENS, TokenKind, tokenize } from "./tokenize.ts";

const NAMES = Object.fromEntries(Object.entries(TokenKind).map(([name, kind]) => [kind, name]));

function named(text: string): string[] {
  const tokens = tokenize(text);
  return Array.from(
    { length: tokens.count },
    (_, i) =>
      `${NAMES[tokens.kinds[i] ?? 0]} ${tokens.lower.slice(tokens.starts[i], tokens.ends[i])}`,
  );
}

it("separates names, links and addresses from words", () => {
  expect(
    named(
      "@Ann and #Moon: $DEMO at https://www.example.com/a?b or t.me/x, " +
        "0x6982508145454ce325ddbe47a25d4ec3d2311933.",
    ),
  ).toEqual([
    "handle @ann",
    "word and",
    "tag #moon",
    "punctuation :",
    "symbol $demo",
    "word at",
    "link https://www.example.com/a?b",
    "word or",
    "link t.me/x,",
    "address 0x6982508145454ce325ddbe47a25d4ec3d2311933",
    "punctuation .",
  ]);
});

it("keeps words whole that an apostrophe joins, and splits those that a dot joins", () => {
  expect(named("I don’t.End")).toEqual(["word i", "word don’t", "punctuation .", "word end"]);
});

it("hashes what is written in two ways as one", () => {
  const hashes = (text: string) => [...tokenize(text).hashes.slice(0, tokenize(text).count)];
  expect(hashes("don’t")).toEqual(hashes("don't"));
  expect(hashes(":-)))")).toEqual([hashOf(":)")]);
  expect(hashes("👍🏽")).toEqual(hashes("👍"));
  expect(hashes("Сlаim")).toEqual(hashes("claim"));
  expect(hashes("www.example.com/a")).toEqual(hashes("https://example.com"));
  expect(hashes("up 5.5%")).toEqual(hashes("up 12%"));
  expect(hashes("+5%")).not.toEqual(hashes("-5%"));
});

it("reads the same text after another one anew", () => {
  const first = named("one two");
  named("three");
  expect(named("one two")).toEqual(first);
});

it.each([
  "",
  "   ",
  "\ud800",
  "a.",
  "http://",
  "$",
  "@@@@",
  ":::::(",
  "…",
  "a".repeat(10_000),
  "a.".repeat(5_000),
  "$1,".repeat(3_000),
])("ends at %j", (text) => {
  const tokens = tokenize(text);
  expect(tokens.count).toBeLessThanOrEqual(MAX_TOKENS);
  for (let i = 0; i < tokens.count; i++)
    expect(tokens.ends[i]).toBeGreaterThan(tokens.starts[i] ?? 0);
});
