import { expect, it } from "vitest";
import { Post } from "../model/post.ts";
import type { RawPost } from "../model/raw-post.ts";
import { parseAuthors } from "./authors.ts";
import { refine } from "./refine.ts";

const EVM = "0x6982508145454Ce325dDbE47a25d4ec3d2311933";
const raw: RawPost = {
  source: "x",
  id: "7",
  author: "@Known",
  text: `$DEMO just listed on Binance, great news! CA ${EVM} on Base. Meanwhile $PINE was hacked.`,
  postedAt: "2026-01-15T10:22:00.000Z",
  metrics: { followers: 12 },
};
const settings = { windowMinutes: 60, authors: new Map([["known", 0.5]]) };

it("makes one mention for each token, with the key of its event", () => {
  const { mentions } = Post.parse(refine(raw, { lang: "en", spam: 0.1 }, settings));
  expect(mentions.map(({ eventKey, type }) => [eventKey, type])).toEqual([
    [`evm:${EVM.toLowerCase()}:2026-01-15T10:00:00Z`, "listing"],
    ["base:PINE:2026-01-15T10:00:00Z", "security_alert"],
  ]);
  expect(mentions[0]?.typePhrase).toContain("listed on binance");
  expect(mentions[1]?.typePhrase).toContain("hacked");
  expect(mentions[0]).toMatchObject({
    evidenceId: "x:7",
    authorWeight: 0.5,
    followers: 12,
    url: null,
  });
});

it("reads the links behind the words of a post, at the place of those words", () => {
  const link = { url: `https://basescan.org/token/${EVM}`, text: "$TIDE" };
  const text = "$PINE and then, many weeks later, after the whole market had moved on, $TIDE";
  const post = refine({ ...raw, text, links: [link] }, { lang: "en", spam: 0 }, settings);
  expect(post.mentions.map(({ token }) => token)).toMatchObject([
    { chain: "base", symbol: "TIDE", tokenCa: EVM.toLowerCase() },
    { symbol: "PINE", tokenCa: null },
  ]);
  expect(post.links).toEqual([link]);
});

it("keeps the words that say what a post is about", () => {
  const { keywords } = refine(
    { ...raw, text: "The #Staking upgrade of $DEMO: staking rewards doubled" },
    { lang: "en", spam: 0 },
    settings,
  );
  expect(keywords.slice(0, 3)).toEqual(["staking", "upgrade", "rewards"]);
});

it("reads the authors list, and names the line of a mistake", () => {
  expect(
    parseAuthors("authors:\n  - handle: '@Known'\n    weight: 0.5\n  - handle: other"),
  ).toEqual({
    kind: "loaded",
    value: new Map([
      ["known", 0.5],
      ["other", 1],
    ]),
  });
  expect(parseAuthors("authors:\n  - handle: x\n    weight: 3")).toMatchObject({
    kind: "rejected",
    problems: [{ line: 3 }],
  });
  expect(parseAuthors("authors: [")).toMatchObject({ kind: "rejected" });
  expect(parseAuthors("")).toEqual({ kind: "loaded", value: new Map() });
});
