import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A line of samples/posts.jsonl; see samples/README.md. */
export type SamplePost = {
  id: string;
  source: string;
  author: string;
  text: string;
  posted_at: string;
  lang?: string;
  token_ca?: string;
  symbol?: string;
  chain?: string;
  metrics?: { followers?: number; likes?: number; reposts?: number; replies?: number };
};

let read: SamplePost[] | undefined;

export function samplePosts(): SamplePost[] {
  if (read === undefined) {
    const file = join(import.meta.dirname, "..", "samples", "posts.jsonl");
    const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
    read = lines.map((line) => JSON.parse(line) as SamplePost);
  }
  return read;
}

/**
 * The nth post of an endless series through the samples: the text repeats after a round, the id
 * never does.
 */
export function sampleAt(number: number, time: number): SamplePost {
  const posts = samplePosts();
  const post = posts[number % posts.length];
  if (post === undefined) throw new Error("samples/posts.jsonl is empty");
  return {
    ...post,
    id: `${post.id}-${number.toString(36)}`,
    posted_at: new Date(time).toISOString(),
  };
}

/**
 * What a feed of one post every `everyMs` shows at a moment: the newest first, the same for every
 * caller.
 */
export function samplesUntil(
  now: number,
  everyMs: number,
  count: number,
): (SamplePost & { number: number })[] {
  const newest = Math.floor(now / everyMs);
  return Array.from({ length: count }, (_, back) => {
    const number = newest - back;
    return { ...sampleAt(number, number * everyMs), number };
  });
}
