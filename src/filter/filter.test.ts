import { expect, it } from "vitest";
import type { RawPost } from "../model/raw-post.ts";
import { judgeSpam } from "../text/spam/spam.ts";
import { type Blacklist, EMPTY_BLACKLIST, parseBlacklist } from "./blacklist.ts";
import { type FilterModels, filter } from "./filter.ts";

const post = (text: string, more: Partial<RawPost> = {}): RawPost => ({
  source: "x",
  id: "1",
  author: "someone",
  postedAt: "2026-01-15T10:00:00.000Z",
  text,
  ...more,
});
const open = { languages: [], blacklist: EMPTY_BLACKLIST };

function listed(yaml: string): Blacklist {
  const list = parseBlacklist(yaml);
  if (list.kind === "rejected") throw new Error(JSON.stringify(list.problems));
  return list.value;
}
const against = (yaml: string, raw: RawPost) =>
  filter(raw, { languages: [], blacklist: listed(yaml) });

it("keeps an ordinary post and says its language", () => {
  expect(
    filter(post("The community call about $DEMO starts in an hour, bring your questions"), open),
  ).toMatchObject({
    kind: "keep",
    lang: "en",
  });
});

it("drops a post of a language that is not asked for, and says which", () => {
  const verdict = filter(post("Сегодня вечером мы расскажем о новой версии кошелька $DEMO"), {
    ...open,
    languages: ["en", "es"],
  });
  expect(verdict).toMatchObject({
    kind: "drop",
    reason: "language",
    lang: "ru",
    evidence: "ru is not one of en, es",
  });
});

it.each(["gm frens, wagmi", "lfg $DEMO", "ok cool", "hodl"])(
  "keeps %j, whose language nobody can say, whatever languages are asked for",
  (text) => {
    expect(filter(post(text), { ...open, languages: ["ja"] })).toMatchObject({
      kind: "keep",
      lang: null,
    });
  },
);

it.each(["und", "zxx", "qme", "qht", ""])(
  "takes the code %j of a source for no language",
  (lang) => {
    expect(filter(post("$DEMO lfg", { lang }), { ...open, languages: ["ja"] })).toMatchObject({
      kind: "keep",
      lang: null,
    });
  },
);

it("knows codes of three letters, and Filipino from Finnish", () => {
  const finnish = { ...open, languages: ["fi"] };
  expect(filter(post("$DEMO lfg", { lang: "fil" }), finnish)).toMatchObject({
    kind: "drop",
    lang: "tl",
  });
  expect(filter(post("$DEMO lfg", { lang: "fin" }), finnish)).toMatchObject({
    kind: "keep",
    lang: "fi",
  });
});

it("never drops a listed author's post as spam, but scores and marks it", () => {
  const scam = post("🎁 Huge giveaway! Follow me and retweet to win", {
    author: "@Example_Trader",
  });
  const authors = new Set(["example_trader"]);
  expect(filter(scam, open)).toMatchObject({ kind: "drop", reason: "spam", marks: [] });
  const kept = filter(scam, { ...open, authors });
  expect(kept).toMatchObject({ kind: "keep", marks: ["spam_by_listed_author"] });
  expect(kept.spam).toBeGreaterThanOrEqual(0.5);
  const blocked = filter(scam, {
    languages: [],
    blacklist: listed("authors: [example_trader]"),
    authors,
  });
  expect(blocked).toMatchObject({ kind: "drop", reason: "blacklist" });
});

it("names the rule that a scam breaks, and its words", () => {
  expect(
    filter(post("Your wallet is limited, submit your recovery phrase to restore access"), open),
  ).toMatchObject({
    kind: "drop",
    reason: "spam",
    evidence: expect.stringMatching(/asks for the recovery phrase, "submit your recovery phrase"/),
  });
});

it("judges by rules alone when the models fail, and marks the post", () => {
  const failing = () => {
    throw new Error("the weights cannot be read");
  };
  const models: FilterModels = {
    language: failing,
    spam: (text, from) => judgeSpam(text, from, failing),
  };
  const judge = (text: string) => filter(post(text), { ...open, languages: ["en"] }, models);
  expect(judge("The community call about $DEMO starts in an hour")).toEqual({
    kind: "keep",
    lang: null,
    spam: 0,
    marks: ["language_model_failed", "spam_model_failed"],
  });
  expect(judge("Send 1 ETH to the event wallet and receive 2 ETH back")).toMatchObject({
    kind: "drop",
    reason: "spam",
    marks: ["language_model_failed", "spam_model_failed"],
  });
});

it("drops no post for a language guessed from a word or two", () => {
  expect(filter(post("$DEMO lfg"), { ...open, languages: ["en"] }).kind).toBe("keep");
});

it("believes the source about the language of few words", () => {
  expect(
    filter(post("$DEMO hoy", { lang: "es-MX" }), { ...open, languages: ["en"] }),
  ).toMatchObject({
    kind: "drop",
    lang: "es",
  });
});

it("drops spam from the score that is set, and says score, limit and words", () => {
  const scam = post("🎁 Huge giveaway! Follow me and retweet to win");
  const verdict = filter(scam, open);
  expect(verdict).toMatchObject({
    kind: "drop",
    reason: "spam",
    evidence: expect.stringMatching(/^0\.\d+ \(spam from 0\.5\) for "/),
  });
  expect(filter(scam, { ...open, spamFrom: 1 })).toMatchObject({
    kind: "keep",
    spam: verdict.spam,
  });
  const ordinary = filter(post("The community call about $DEMO starts in an hour"), {
    ...open,
    spamFrom: 0.000001,
  });
  expect(ordinary).toMatchObject({ kind: "drop", reason: "spam" });
});

it("drops a post without text, unless the source names the token", () => {
  expect(filter(post("  "), open)).toMatchObject({ kind: "drop", reason: "empty" });
  expect(filter(post("", { symbol: "DEMO" }), open).kind).toBe("keep");
});

it.each([
  ["author bot1", "authors: ['@Bot1']", post("hello", { author: "bot1" })],
  [
    "domain bad.example",
    "domains: [https://www.bad.example/x]",
    post("go to claim.bad.example/now"),
  ],
  ["domain bad.example", "domains: [bad.example]", post("look", { url: "https://bad.example/1" })],
  [
    "domain bad.example",
    "domains: [bad.example]",
    post("claim here", { links: [{ url: "https://go.BAD.example/1", text: "here" }] }),
  ],
  ['phrase "free money"', "phrases: [Free money]", post("get FRЕЕ  mоney\u200b here")],
  ["token DEMO", "tokens: [$demo]", post("$Demo is here")],
  [
    "token 0x6982508145454ce325ddbe47a25d4ec3d2311933",
    "tokens: ['0x6982508145454Ce325dDbE47a25d4ec3d2311933']",
    post("x", { tokenCa: "0x6982508145454ce325ddbe47a25d4ec3d2311933" }),
  ],
])("drops what is on the blacklist and names it: %s", (evidence, yaml, raw) => {
  expect(against(yaml, raw)).toMatchObject({ kind: "drop", reason: "blacklist", evidence });
});

it("does not take a longer name for a blocked one", () => {
  expect(against("domains: [bad.example]", post("notbad.example is fine")).kind).toBe("keep");
  expect(against("tokens: [DEMO]", post("$DEMO2 is another token")).kind).toBe("keep");
});

it.each([
  ["authors: 5", 1, "authors"],
  ["authors: []\nauthor: [x]", 1, "author"],
  ["domains:\n  - ok.example\n  - 7", 3, "domains.1"],
  ["phrases: [", 1, ""],
])("rejects the list %j and names the line", (yaml, line, path) => {
  const list = parseBlacklist(yaml);
  expect(list).toMatchObject({
    kind: "rejected",
    problems: [{ line, message: expect.stringContaining(path) }],
  });
});

it("takes an empty file for an empty list", () => {
  expect(listed("")).toEqual(EMPTY_BLACKLIST);
});
