import { expect, it } from "vitest";
import { extractEntities } from "./entities.ts";

it("reads what a post names", () => {
  const post =
    "gm @alice and RT:@bob, $DEMO2 and $demo at https://a.example.com/x_(y)?z=1. #Café #42 see " +
    "foo.co.jp";
  expect(extractEntities(post)).toEqual({
    cashtags: ["demo"],
    hashtags: ["Café"],
    mentions: ["alice", "bob"],
    urls: ["https://a.example.com/x_(y)?z=1", "foo.co.jp"],
    symbols: ["DEMO2", "DEMO"],
    addresses: [],
  });
});

it.each(["$5k", "US$DEMO", "$$DEMO", "$_x", "$A"])("sees no symbol in %s", (text) => {
  expect(extractEntities(text).symbols).toEqual([]);
});

it.each([
  "name@foo.com",
  "foo.tar.bz2",
  "#http://test.com",
  "http://-dash.com",
  "http://under_score.com",
  "$TVI.CA",
  "http://no-tld",
])("sees no link in %s", (text) => {
  expect(extractEntities(text).urls).toEqual([]);
});

it("leaves a fragment of a link out of the hashtags", () => {
  expect(extractEntities("http://example.com/#top #news").hashtags).toEqual(["news"]);
});

it("cuts links out of text without blanks", () => {
  expect(extractEntities("詳細はexample.com/pathです。twitter.みんなも").urls).toEqual([
    "example.com/path",
    "twitter.みんな",
  ]);
});
