import { EMPTY_BLACKLIST } from "../../src/filter/blacklist.ts";
import type { RawPost } from "../../src/model/raw-post.ts";
import { judge } from "../../src/pipeline.ts";
import * as text from "../../src/text/index.ts";

/** A request of the benchmark to workerd: read every post in one way, `repeats` times. */
export type Round = { read: Reader; repeats: number };
export type Reader = keyof typeof READERS;

const settings = {
  filter: { languages: ["en"], blacklist: EMPTY_BLACKLIST },
  refine: { windowMinutes: 60, authors: new Map() },
};

export const READERS = {
  nothing: (post: RawPost) => post.text.length,
  "whole stage": (post: RawPost) => judge(post, settings).kind.length,
  language: (post: RawPost) => text.detectLanguage(post.text)?.length ?? 0,
  spam: (post: RawPost) => text.spamScore(post.text),
  sentiment: (post: RawPost) => text.sentiment(post.text),
  entities: (post: RawPost) => text.extractEntities(post.text).symbols.length,
  fingerprint: (post: RawPost) => text.fingerprint(post.text).length,
};

let posts: RawPost[] = [];

export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method === "PUT") {
      posts = (await request.json()) as RawPost[];
      return Response.json({ posts: posts.length });
    }
    const { read, repeats } = (await request.json()) as Round;
    let sum = 0;
    for (let i = 0; i < repeats; i++) for (const post of posts) sum += READERS[read](post);
    return Response.json({ sum });
  },
};
