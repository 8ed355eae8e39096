import { expect, it } from "vitest";
import { hashOf } from "../hashing/feature-hash.ts";
import { MAX_TOKENS, scanText, TokenKind } from "./tokenize.ts";

const NAMES = Object.fromEntries(Object.entries(TokenKind).map(([name, kind]) => [kind, name]));

function tokens(text: string): string[] {
  const scan = scanText(text);
  return Array.from(
    { length: scan.count },
    (_, i) => `${NAMES[scan.kinds[i] ?? 0]} ${scan.lower.slice(scan.starts[i], scan.ends[i])}`,
  );
}

it("tells names, links and addresses from words", () => {
  expect(
    tokens(
      "@Ann and #Moon: $DEMO at https://www.example.com/a?b or t.me/x, 0x6982508145454ce325ddbe47a25d4ec3d2311933.",
    ),
  ).toEqual([
    "handle @ann",
    "word and",
    "tag #moon",
    "mark :",
    "symbol $demo",
    "word at",
    "link https://www.example.com/a?b",
    "word or",
    "link t.me/x,",
    "address 0x6982508145454ce325ddbe47a25d4ec3d2311933",
    "mark .",
  ]);
});

it("keeps words whole that an apostrophe joins, and parts those that a dot does", () => {
  expect(tokens("I don’t.End")).toEqual(["word i", "word don’t", "mark .", "word end"]);
});

it("hashes what is written in two ways as one", () => {
  const hashes = (text: string) => [...scanText(text).hashes.slice(0, scanText(text).count)];
  expect(hashes("don’t")).toEqual(hashes("don't"));
  expect(hashes(":-)))")).toEqual([hashOf(":)")]);
  expect(hashes("👍🏽")).toEqual(hashes("👍"));
  expect(hashes("Сlаim")).toEqual(hashes("claim"));
  expect(hashes("www.example.com/a")).toEqual(hashes("https://example.com"));
  expect(hashes("up 5.5%")).toEqual(hashes("up 12%"));
  expect(hashes("+5%")).not.toEqual(hashes("-5%"));
});

it("reads the same text after another one anew", () => {
  const first = tokens("one two");
  tokens("three");
  expect(tokens("one two")).toEqual(first);
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
  const scan = scanText(text);
  expect(scan.count).toBeLessThanOrEqual(MAX_TOKENS);
  for (let i = 0; i < scan.count; i++) expect(scan.ends[i]).toBeGreaterThan(scan.starts[i] ?? 0);
});
