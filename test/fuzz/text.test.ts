import { expect, it } from "vitest";
import { hostileText, PIECES, repeated, seeded } from "../../bench/text/hostile.ts";
import { parseBlacklist } from "../../src/filter/blacklist.ts";
import { filter } from "../../src/filter/filter.ts";
import { MAX_TEXT, type RawPost } from "../../src/model/raw-post.ts";
import { type JudgeSettings, judge } from "../../src/pipeline.ts";
import { refine } from "../../src/refine/refine.ts";
import * as text from "../../src/text/index.ts";

const SHARDS = 10;
const EACH = 10_000;
const NAMES = ["cashtags", "hashtags", "mentions", "urls", "symbols"] as const;

const blacklist = parseBlacklist("domains: [a.com]\nphrases: [free airdrop]\ntokens: [PINE]");
if (blacklist.kind !== "loaded") throw new Error("the blacklist of this test does not load");
const settings: JudgeSettings = {
  filter: { languages: ["en"], blacklist: blacklist.value },
  refine: { windowMinutes: 60, authors: new Map() },
};
const post = (said: string): RawPost => ({
  source: "fuzz",
  id: "1",
  author: "someone",
  postedAt: "2026-01-15T10:22:00.000Z",
  text: said,
});
const judged = (said: string) => judge(post(said), settings);

/** What holds for every text, whatever is in it. */
function check(said: string): void {
  expect(text.detectLanguage(said) ?? "none").toMatch(/^[a-z]{2}$|^none$/);
  for (const [score, least] of [
    [text.spamScore(said), 0] as const,
    [text.sentiment(said), -1] as const,
  ]) {
    if (!(score >= least && score <= 1)) throw new Error(`a score of ${score}`);
  }
  expect(text.sentimentLabel(said)).toMatch(/^(?:positive|neutral|negative)$/);
  const entities = text.extractEntities(said);
  for (const name of NAMES)
    for (const found of entities[name])
      if (!said.toUpperCase().includes(found.toUpperCase())) throw new Error(`${name}: ${found}`);
  for (const { address } of entities.addresses)
    if (!said.includes(address)) throw new Error(address);
  const print = text.fingerprint(said);
  if (text.similarity(print, print) !== 1 || !text.isNearDuplicate(print, print))
    throw new Error(`fingerprint ${print}`);
  const result = judged(said);
  if (result.kind === "keep" && !JSON.stringify(result.post).isWellFormed())
    throw new Error("half a character is kept");
  if (result.kind === "drop" && !(result.judgement.reason && result.judgement.evidence))
    throw new Error("dropped without a word");
}

/** 100,000 in all; the seed and the text are in the message of a failure. */
it.each(Array.from({ length: SHARDS }, (_, shard) => shard))(
  "survives 10,000 hostile texts, shard %i",
  (shard) => {
    const random = seeded(20_260_115 + shard);
    for (let i = 0; i < EACH; i++) {
      const said = hostileText(random);
      try {
        check(said);
      } catch (cause) {
        throw new Error(`text ${i} of shard ${shard}: ${JSON.stringify(said)}`, { cause });
      }
    }
  },
);

const { similarity: _, isNearDuplicate: __, ...readers } = text;
/**
 * Filter and refine apart: a post that is dropped at one length and kept at another would compare
 * two things.
 */
const READERS: Record<string, (said: string) => unknown> = {
  ...readers,
  filter: (said) => filter(post(said), settings.filter),
  refine: (said) => refine(post(said), { lang: null, spam: 0 }, settings.refine),
};
const QUARTER = MAX_TEXT / 4;
/**
 * Four times as much may take four times as long; a quadratic pattern takes sixteen. Between them
 * is room for a busy machine.
 */
const GROWTH = 9;
const ATTEMPTS = 12;
const RUNS = 4;
/** Less than this is noise of the clock. */
const SHORTEST_MS = 0.1 * RUNS;

/**
 * By the wall's clock: that of a thread's processor time moves in steps of several milliseconds on
 * many systems.
 */
function milliseconds(read: () => unknown): number {
  const before = performance.now();
  for (let i = 0; i < RUNS; i++) read();
  return performance.now() - before;
}

/** By the shortest time of each: a busy machine disturbs some, a slow pattern is slow in all. */
function growth(read: (said: string) => unknown, textOf: (length: number) => string): number {
  const short = textOf(QUARTER);
  const long = textOf(MAX_TEXT);
  read(long);
  let [ofLong, ofShort, ratio] = [Infinity, Infinity, Infinity];
  for (let i = 0; i < ATTEMPTS && ratio > GROWTH; i++) {
    ofLong = Math.min(
      ofLong,
      milliseconds(() => read(long)),
    );
    ofShort = Math.min(
      ofShort,
      milliseconds(() => read(short)),
    );
    ratio = ofLong / Math.max(SHORTEST_MS, ofShort);
  }
  return ratio;
}

const HEADS = [
  "",
  "",
  "https://a.com/?",
  "https://a.com/",
  "https://a.co/(",
  "RT @a: ",
  "send to ",
  "$DEMO ",
  "0x",
  "a.",
  "@",
  "#",
];
const TAILS = ["", "", "a", "1", "!", " x", ".com"];
const MIXTURES = 300;

/**
 * Every piece repeated, alone and before something that ends no pattern, and mixtures of a few
 * between something that begins a pattern and something that breaks it.
 */
function growing(): { name: string; textOf: (length: number) => string }[] {
  const random = seeded(20_260_116);
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] ?? "";
  const mixture = () =>
    [
      pick(HEADS),
      pick(PIECES) + pick(["", pick(PIECES), pick(PIECES) + pick(PIECES)]),
      pick(TAILS),
    ] as const;
  const alone = PIECES.flatMap((piece) => [
    ["", piece, ""] as const,
    ["RT @a: ", piece, "a"] as const,
  ]);
  const all = [...alone, ...Array.from({ length: MIXTURES }, mixture)];
  return all.map(([head, piece, tail]) => ({
    name: JSON.stringify([head, piece, tail]),
    textOf: (length) => head + repeated(piece, length - head.length - tail.length) + tail,
  }));
}

it.each(Object.entries(READERS))("%s takes time that grows as the text does", (_, read) => {
  const superlinear = growing().flatMap(({ name, textOf }) => {
    const ratio = growth(read, textOf);
    return ratio < GROWTH ? [] : [`${ratio.toFixed(1)} times as long for ${name}`];
  });
  expect(superlinear).toEqual([]);
});
