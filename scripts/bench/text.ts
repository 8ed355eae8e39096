import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { fingerprint, isNearDuplicate, similarity } from "../../src/dedup/fingerprint.ts";
import { detectLanguage } from "../../src/filter/language.ts";
import { spamScore } from "../../src/filter/spam.ts";
import { extractEntities } from "../../src/refine/entities.ts";
import { eventType } from "../../src/refine/event-type.ts";
import { sentiment, sentimentLabel } from "../../src/refine/sentiment.ts";

type Row = Record<string, unknown> & { text: string };
type Contestant<Answer> = { name: string; ask: (text: string) => Answer };
type Figure = { task: string; who: string; quality: string; perSecond: number };

const require = createRequire(import.meta.url);
/** Labelled data in the form of the scorer (docs/text.md); none is shipped, and without it only speed is measured. */
const DATA = process.env.TEXT_DATA ?? "../shared/data";
const WARM_UP = 200;
const MEASURE_MS = 400;

function rowsOf<R extends Row>(name: string, most = Infinity): R[] {
  const path = join(DATA, `${name}.jsonl`);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
  const every = Math.max(1, Math.floor(lines.length / most));
  return lines.filter((_, i) => i % every === 0).map((line) => JSON.parse(line) as R);
}

const ourPosts = (): string[] =>
  readFileSync(new URL("../../samples/event-types.jsonl", import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as Row).text);

function perSecond(ask: (text: string) => unknown, posts: readonly string[]): number {
  for (const post of posts.slice(0, WARM_UP)) ask(post);
  const start = performance.now();
  let done = 0;
  for (; performance.now() - start < MEASURE_MS; done++) ask(posts[done % posts.length] ?? "");
  return Math.round((done * 1000) / (performance.now() - start));
}

const share = (hits: number, all: number) => (all === 0 ? "no data" : (hits / all).toFixed(4));

function languages(contestants: Contestant<string | undefined>[], posts: readonly string[]): Figure[] {
  const sets = ["tweets", "pairs", "words"].map(
    (set) => [set, rowsOf<Row & { language: string }>(`language-${set}`, 4_000)] as const,
  );
  return contestants.map(({ name, ask }) => {
    const parts = sets.map(
      ([set, rows]) => `${set} ${share(rows.filter((row) => ask(row.text) === row.language).length, rows.length)}`,
    );
    return { task: "language", who: name, quality: parts.join(", "), perSecond: perSecond(ask, posts) };
  });
}

function pearson(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const sum = (f: (i: number) => number) => x.reduce((total, _, i) => total + f(i), 0);
  const [dx, dy] = [(i: number) => (x[i] ?? 0) - mx, (i: number) => (y[i] ?? 0) - my];
  return sum((i) => dx(i) * dy(i)) / Math.sqrt(sum((i) => dx(i) ** 2) * sum((i) => dy(i) ** 2));
}

function sentiments(contestants: Contestant<number>[], posts: readonly string[]): Figure[] {
  const rows = rowsOf<Row & { score: number }>("sentiment-vader");
  const scores = rows.map((row) => row.score);
  return contestants.map(({ name, ask }) => ({
    task: "sentiment score",
    who: name,
    quality:
      rows.length > 0
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
  const rows = rowsOf<Row & { a: string; b: string; duplicate: boolean; kind: string }>("near-duplicates");
  return contestants.map(({ name, ask, same }): Figure => {
    const parts = ["mutated", "entity"].map((kind) => {
      const some = rows.filter((row) => row.kind === kind);
      const said = some.map((row) => same(row.a, row.b));
      const hits = some.filter((row, i) => row.duplicate && said[i]).length;
      return `${kind} F1 ${share(2 * hits, some.filter((row) => row.duplicate).length + said.filter(Boolean).length)}`;
    });
    return { task: "near-duplicates", who: name, quality: parts.join(", "), perSecond: perSecond(ask, posts) };
  });
}

function entities(contestants: Contestant<Record<string, unknown>>[], posts: readonly string[]): Figure[] {
  const rows = rowsOf<Row & { kind: string; expect: string[] }>("entities");
  return contestants.map(({ name, ask }) => {
    const passed = rows.filter((row) => JSON.stringify(ask(row.text)[row.kind]) === JSON.stringify(row.expect)).length;
    return { task: "entities", who: name, quality: `${passed} of ${rows.length} cases`, perSecond: perSecond(ask, posts) };
  });
}

function print(figures: readonly Figure[]): void {
  console.log("| task | who | quality | posts/s |\n|---|---|---|---|");
  for (const { task, who, quality, perSecond } of figures) console.log(`| ${task} | ${who} | ${quality} | ${perSecond} |`);
}

async function peers() {
  const { eld } = await import("eld/small");
  const lande: { default: (text: string) => [string, number][] } = await import("lande");
  const vader = require("vader-sentiment").SentimentIntensityAnalyzer;
  const twitter = require("twitter-text");
  const simhash = require("simhash-js");
  return { eld, lande: lande.default, vader, twitter, simhash: new simhash.SimHash(), compare: simhash.Comparator };
}

/** Quality and speed of the text functions beside the libraries that a user would pick, in one run, as a Markdown table. */
export async function bench(): Promise<void> {
  const { eld, lande, vader, twitter, simhash, compare } = await peers();
  const real = rowsOf("posts").map((row) => row.text);
  const posts = real.length > 0 ? real : ourPosts();
  const near = (a: string, b: string) => compare.similarity(simhash.hash(a), simhash.hash(b)) > 0.85;
  print([
    ...languages(
      [
        { name: "ours", ask: detectLanguage },
        { name: "eld small", ask: (text) => eld.detect(text).language },
      ],
      posts,
    ),
    { task: "language", who: "lande", quality: "ISO 639-3 codes, speed only", perSecond: perSecond(lande, posts) },
    ...sentiments(
      [
        { name: "ours", ask: sentiment },
        { name: "vader-sentiment", ask: (text) => vader.polarity_scores(text).compound },
      ],
      posts,
    ),
    ...entities(
      [
        { name: "ours", ask: (text) => ({ ...extractEntities(text) }) },
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
        { name: "ours", ask: fingerprint, same: (a, b) => isNearDuplicate(fingerprint(a), fingerprint(b)) },
        { name: "simhash-js", ask: (text) => simhash.hash(text), same: near },
      ],
      posts,
    ),
    {
      task: "similarity",
      who: "ours",
      quality: "of two fingerprints",
      perSecond: perSecond((text) => similarity(text, text), [fingerprint("a b c")]),
    },
    { task: "sentiment label", who: "ours", quality: "docs/text.md", perSecond: perSecond(sentimentLabel, posts) },
    { task: "spam", who: "ours", quality: "docs/text.md", perSecond: perSecond(spamScore, posts) },
    { task: "event type", who: "ours", quality: "docs/text.md", perSecond: perSecond(eventType, posts) },
  ]);
  const bundle = new URL("../../dist/text.mjs", import.meta.url);
  if (existsSync(bundle)) console.log(`\ndist/text.mjs: ${Math.round(gzipSync(readFileSync(bundle)).length / 1024)} kB gz`);
}
