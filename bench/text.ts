import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { EMPTY_BLACKLIST } from "../src/filter/blacklist.ts";
import { judge } from "../src/pipeline.ts";
import { type Line, machine } from "./table.ts";
import { benchPosts, type Figure, figures } from "./text/figures.ts";
import { hostileText, seeded } from "./text/hostile.ts";
import { costs } from "./text/workerd.ts";

const HOSTILE = 100_000;

/**
 * Quality and speed of the text functions beside the libraries that a user would pick, then what a
 * post costs in workerd, as Markdown tables.
 */
export async function bench(): Promise<Line[]> {
  const posts = benchPosts();
  console.log(
    `text, ${new Date().toISOString().slice(0, 10)}, ${machine()}, ${posts.length} posts\n`,
  );
  const found = await figures(posts);
  print(found);
  await printCosts(posts);
  printWorst();
  return linesOf(found);
}

/** Each task beside each library that does it too, by its speed, with the quality of both. */
function linesOf(found: readonly Figure[]): Line[] {
  const shown = ({ perSecond, quality }: Figure): string => `${perSecond} posts/s, ${quality}`;
  return [...Map.groupBy(found, ({ task }) => task)].flatMap(([task, [own, ...peers]]) => {
    if (own === undefined) return [];
    if (peers.length === 0) return [{ what: task, ours: shown(own) }];
    return peers.map((peer) => ({
      ...{ what: task, ours: shown(own), beside: `${peer.who}: ${shown(peer)}` },
      ratio: own.perSecond / peer.perSecond,
    }));
  });
}

async function printCosts(texts: readonly string[]): Promise<void> {
  const bundle = new URL("../dist/text.mjs", import.meta.url);
  await import("../scripts/build-text.ts");
  const posts = texts.map((text, i) => ({
    source: "bench",
    id: String(i),
    author: "someone",
    postedAt: "2026-01-15T10:00:00.000Z",
    text,
  }));
  const { perPost, start, firstPost, load, clock } = await costs(posts, bundle);
  console.log(`\n| in workerd (${clock} time, an empty reading subtracted) | ms |\n|---|---|`);
  for (const [reader, ms] of perPost) console.log(`| ${reader}, a post | ${ms.toFixed(4)} |`);
  console.log(
    `| start of the worker, beside an empty one | ${start.toFixed(0)} |\n| its first post, ` +
      `tables unpacked | ${firstPost.toFixed(0)} |`,
  );
  console.log(`| dist/text.mjs loaded in a fresh process of Node | ${load?.toFixed(0)} |`);
  console.log(
    `\ndist/text.mjs, weights and code: ` +
      `${(gzipSync(readFileSync(bundle)).length / 1e6).toFixed(3)} MB gz`,
  );
}

/** The slowest of many random hostile texts, each read by the whole text stage, by the wall. */
function printWorst(): void {
  const random = seeded(20_260_115);
  const settings = {
    filter: { languages: ["en"], blacklist: EMPTY_BLACKLIST },
    refine: { windowMinutes: 60, authors: new Map() },
  };
  const read = (text: string) =>
    judge(
      { source: "x", id: "1", author: "a", postedAt: "2026-01-15T10:00:00.000Z", text },
      settings,
    );
  let worst = { ms: 0, text: "" };
  for (let i = 0; i < HOSTILE; i++) {
    const text = hostileText(random);
    let ms = timeOf(() => read(text));
    // What the compiler, the collector or another program took once is not the text's: the least
    // of a few readings is.
    for (let again = 0; again < 20 && ms > worst.ms; again++)
      ms = Math.min(
        ms,
        timeOf(() => read(text)),
      );
    if (ms > worst.ms) worst = { ms, text };
  }
  console.log(
    `\nthe worst of ${HOSTILE} hostile texts: ${worst.ms.toFixed(2)} ms for ${worst.text.length} ` +
      `characters, ${JSON.stringify(worst.text.slice(0, 60))}`,
  );
}

function timeOf(work: () => unknown): number {
  const before = performance.now();
  work();
  return performance.now() - before;
}

function print(figures: readonly Figure[]): void {
  console.log("| task | who | quality | posts/s |\n|---|---|---|---|");
  for (const { task, who, quality, perSecond } of figures)
    console.log(`| ${task} | ${who} | ${quality} | ${perSecond} |`);
}
