import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { seeded } from "../../bench/text/hostile.ts";
import { readPosts } from "../../src/sources/_shared/post-input.ts";
import { feedPosts } from "../../src/sources/feeds/feed-posts.ts";
import { parseFeed } from "../../src/sources/feeds/parse.ts";

const SHARDS = 5;
const EACH = 2_000;
const ADDRESS = "https://news.example/feed";
const NOW = Date.UTC(2026, 10, 20, 10);
/** Of the processor, for one document of a few KB, collection of garbage included. */
const MOST_MS = 500;

const DOCUMENTS = readFileSync(join(import.meta.dirname, "../cases/feeds.jsonl"), "utf8")
  .trim()
  .split("\n")
  .flatMap((line) => {
    const { doc, docs } = JSON.parse(line) as { doc?: string; docs?: string[] };
    return docs ?? [doc ?? ""];
  });
/** What ends, begins or breaks something. */
const PIECES = (
  "< > </ /> & ; \" ' = <!-- --> <![CDATA[ ]]> <? ?> <!DOCTYPE [ ]> &#0; &#xD800; &#x110000; " +
  "&amp; &lt; &bogus; <item> </item> <entry> </entry> <channel> </channel> </rss> xmlns= " +
  'xml:base= href="//[" <a <script> </script> <title> ' +
  "<plaintext> <svg> { } [ ] , : null -1 1e999 \\u0000 " +
  "\\ud800 \ud83d \u0000 \ufeff \u2028 __proto__ constructor 2026-13-45 99999999999999"
).split(" ");

function mutated(random: () => number): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  let text = pick(DOCUMENTS);
  for (let changes = 1 + Math.floor(random() * 8); changes > 0; changes--) {
    const at = Math.floor(random() * text.length);
    const end = Math.min(text.length, at + Math.floor(random() * 60));
    const [before, part, after] = [text.slice(0, at), text.slice(at, end), text.slice(end)];
    text = pick([
      () => before + after,
      () => before + pick(PIECES) + part + after,
      () => before + pick(PIECES) + after,
      () => before + part.repeat(1 + Math.floor(random() * 40)) + after,
      () => before + [...part].reverse().join("") + after,
      () => before + pick(DOCUMENTS).slice(at, end) + part + after,
      () => before,
    ])();
  }
  return text;
}

/** What holds for every document: posts as they are stored, or a reason for each that is none. */
function check(document: string): void {
  const began = process.threadCpuUsage();
  const feed = parseFeed(document, ADDRESS);
  if (feed !== undefined) {
    const { items, leftOut } = feedPosts(feed, { address: ADDRESS, now: NOW, known: true });
    const { posts, rejected } = readPosts(items, (item) => item);
    const counted = Object.values(leftOut).reduce((sum, count) => sum + count, 0);
    const cutOff = leftOut.cut_off ?? 0;
    if (items.length + counted !== feed.items.length + cutOff) throw new Error("items are lost");
    if (posts.length + rejected !== items.length) throw new Error("posts are lost");
    for (const post of posts)
      if (post.text === "" || !JSON.stringify(post).isWellFormed()) throw new Error("no text");
  }
  const { user, system } = process.threadCpuUsage(began);
  if ((user + system) / 1_000 > MOST_MS) throw new Error(`${(user + system) / 1_000} ms`);
}

/** 10,000 in all; the document is in the message of a failure. */
it.each(Array.from({ length: SHARDS }, (_, shard) => shard))(
  "reads 2,000 mutated feeds without a fault, shard %i",
  (shard) => {
    const random = seeded(20_261_120 + shard);
    for (let i = 0; i < EACH; i++) {
      const document = mutated(random);
      try {
        check(document);
      } catch (cause) {
        throw new Error(`document ${i}: ${JSON.stringify(document)}`, { cause });
      }
    }
    expect(DOCUMENTS.length).toBeGreaterThan(90);
  },
);
