import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { extractEntities } from "../../src/text/entities/entities.ts";
import { eventType } from "../../src/text/event-type/event-type.ts";
import { detectLanguage } from "../../src/text/language/detect.ts";
import { fingerprint, isNearDuplicate } from "../../src/text/near-duplicate/fingerprint.ts";
import { sentiment, sentimentLabel } from "../../src/text/sentiment/sentiment.ts";
import { spamScore } from "../../src/text/spam/spam.ts";

type Row = Record<string, unknown> & { text: string };
type Contestant<Answer> = { name: string; ask: (text: string) => Answer };
export type Figure = { task: string; who: string; quality: string; perSecond: number };

const require = createRequire(import.meta.url);
/**
 * Labelled data in the form of the scorer (docs/text.md); none is shipped, and without it only
 * speed is measured.
 */
const DATA = process.env.TEXT_DATA ?? "../shared/data";
/**
 * Of 32: where simhash-js does best on the near-duplicate pairs, though that is hardly better than
 * to say yes always.
 */
const SIMHASH_BITS = 20;
const OURS = "ours";
/**
 * Our models were taught with these very texts, so that a figure on them would be none: the page
 * has those of texts that were held out.
 */
const HELD_OUT = "held out: docs/text.md";
const WARM_UP = 3_000;
const ROUNDS = 5;
const ROUND_MS = 300;

function rowsOf<R extends Row>(name: string, most = Infinity): R[] {
  const path = join(DATA, `${name}.jsonl`);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
  const every = Math.max(1, Math.floor(lines.length / most));
  return lines.filter((_, i) => i % every === 0).map((line) => JSON.parse(line) as R);
}

/** The texts that speed is measured on. */
export function benchPosts(): string[] {
  const real = rowsOf("posts").map((row) => row.text);
  return real.length > 0 ? real : ourPosts();
}

const ourPosts = (): string[] =>
  readFileSync(new URL("../../models/data/event-types.jsonl", import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as Row).text);

/**
 * Readings a second of the processor's time, the most of a few rounds: what else runs on the
 * machine takes from some of them.
 */
function perSecond(ask: (text: string) => unknown, posts: readonly string[]): number {
  for (let i = 0; i < WARM_UP; i++) ask(posts[i % posts.length] ?? "");
  return Math.max(...Array.from({ length: ROUNDS }, () => round(ask, posts)));
}

function round(ask: (text: string) => unknown, posts: readonly string[]): number {
  const before = process.cpuUsage();
  const start = performance.now();
  let done = 0;
  for (; performance.now() - start < ROUND_MS; done++) ask(posts[done % posts.length] ?? "");
  const { user, system } = process.cpuUsage(before);
  return Math.round((done * 1e6) / (user + system));
}

function bitsApart(a: number, b: number): number {
  let bits = 0;
  for (let rest = (a ^ b) >>> 0; rest > 0; rest >>>= 1) bits += rest & 1;
  return bits;
}

const share = (hits: number, all: number) => (all === 0 ? "no data" : (hits / all).toFixed(4));

function languages(
  contestants: Contestant<string | undefined>[],
  posts: readonly string[],
): Figure[] {
  const sets = ["tweets", "pairs", "words"].map(
    (set) => [set, rowsOf<Row & { language: string }>(`language-${set}`, 4_000)] as const,
  );
  return contestants.map(({ name, ask }) => {
    const parts = sets.map(
      ([set, rows]) =>
        `${set} ${share(rows.filter((row) => ask(row.text) === row.language).length, rows.length)}`,
    );
    return {
      task: "language",
      who: name,
      quality: name === OURS ? HELD_OUT : parts.join(", "),
      perSecond: perSecond(ask, posts),
    };
  });
}

function pearson(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const mx = mean(x);
  const my = mean(y);
  const sum = (f: (i: number) => number) => x.reduce((total, _, i) => total + f(i), 0);
  const dx = (i: number) => (x[i] ?? 0) - mx;
  const dy = (i: number) => (y[i] ?? 0) - my;
  return sum((i) => dx(i) * dy(i)) / Math.sqrt(sum((i) => dx(i) ** 2) * sum((i) => dy(i) ** 2));
}

function sentiments(contestants: Contestant<number>[], posts: readonly string[]): Figure[] {
  const rows = rowsOf<Row & { score: number }>("sentiment-vader");
  const scores = rows.map((row) => row.score);
  return contestants.map(({ name, ask }) => ({
    task: "sentiment score",
    who: name,
    quality:
      name === OURS
        ? HELD_OUT
        : rows.length > 0
          ? `r ${pearson(
              rows.map((row) => ask(row.text)),
              scores,
            ).toFixed(4)}`
          : "no data",
    perSecond: perSecond(ask, posts),
  }));
}

function duplicates(
  contestants: (Contestant<unknown> & { same: (a: string, b: string) => boolean })[],
  posts: readonly string[],
) {
  const rows = rowsOf<Row & { a: string; b: string; duplicate: boolean; kind: string }>(
    "near-duplicates",
  );
  return contestants.map(({ name, ask, same }): Figure => {
    const parts = ["mutated", "entity"].map((kind) => {
      const some = rows.filter((row) => row.kind === kind);
      const said = some.map((row) => same(row.a, row.b));
      const hits = some.filter((row, i) => row.duplicate && said[i]).length;
      const marked = some.filter((row) => row.duplicate).length + said.filter(Boolean).length;
      return `${kind} F1 ${share(2 * hits, marked)}`;
    });
    return {
      task: "near-duplicates",
      who: name,
      quality: parts.join(", "),
      perSecond: perSecond(ask, posts),
    };
  });
}

function entities(
  contestants: Contestant<Record<string, unknown>>[],
  posts: readonly string[],
): Figure[] {
  const rows = rowsOf<Row & { kind: string; expect: string[] }>("entities");
  return contestants.map(({ name, ask }) => {
    const passed = rows.filter(
      (row) => JSON.stringify(ask(row.text)[row.kind]) === JSON.stringify(row.expect),
    ).length;
    return {
      task: "entities",
      who: name,
      quality: `${passed} of ${rows.length} cases`,
      perSecond: perSecond(ask, posts),
    };
  });
}

async function peers() {
  const { eld } = await import("eld/small");
  const lande: { default: (text: string) => [string, number][] } = await import("lande");
  const vader = require("vader-sentiment").SentimentIntensityAnalyzer;
  const twitter = require("twitter-text");
  const simhash = require("simhash-js");
  return { eld, lande: lande.default, vader, twitter, simhash: new simhash.SimHash() };
}

/** Each function and its peers, one after another in this process. */
export async function figures(posts: readonly string[]): Promise<Figure[]> {
  const { eld, lande, vader, twitter, simhash } = await peers();
  const near = (a: string, b: string) =>
    bitsApart(simhash.hash(a), simhash.hash(b)) <= SIMHASH_BITS;
  return [
    ...languages(
      [
        { name: OURS, ask: detectLanguage },
        { name: "eld small", ask: (text) => eld.detect(text).language },
        { name: "lande", ask: (text) => Intl.getCanonicalLocales(lande(text)[0]?.[0] ?? "und")[0] },
      ],
      posts,
    ),
    ...sentiments(
      [
        { name: OURS, ask: sentiment },
        { name: "vader-sentiment", ask: (text) => vader.polarity_scores(text).compound },
      ],
      posts,
    ),
    ...entities(
      [
        { name: OURS, ask: (text) => ({ ...extractEntities(text) }) },
        {
          name: "twitter-text",
          ask: (text) => ({
            urls: twitter.extractUrls(text),
            mentions: twitter.extractMentions(text),
            hashtags: twitter.extractHashtags(text),
            cashtags: twitter.extractCashtags(text),
          }),
        },
      ],
      posts,
    ),
    ...duplicates(
      [
        {
          name: OURS,
          ask: fingerprint,
          same: (a, b) => isNearDuplicate(fingerprint(a), fingerprint(b)),
        },
        { name: "simhash-js", ask: (text) => simhash.hash(text), same: near },
      ],
      posts,
    ),
    {
      task: "sentiment label",
      who: OURS,
      quality: HELD_OUT,
      perSecond: perSecond(sentimentLabel, posts),
    },
    { task: "spam", who: OURS, quality: HELD_OUT, perSecond: perSecond(spamScore, posts) },
    {
      task: "event type",
      who: OURS,
      quality: HELD_OUT,
      perSecond: perSecond(eventType, posts),
    },
  ];
}
