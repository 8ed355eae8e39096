import { readFileSync } from "node:fs";
import * as z from "zod";
import { gather, NOTHING } from "../../../src/events/gather.ts";
import { summarise } from "../../../src/events/summarise.ts";
import { EMPTY_BLACKLIST } from "../../../src/filter/blacklist.ts";
import type { YamlList } from "../../../src/kit/yaml-list.ts";
import type { FactValues } from "../../../src/model/facts.ts";
import type { Mention } from "../../../src/model/mention.ts";
import { PostInput } from "../../../src/model/raw-post.ts";
import { judge } from "../../../src/pipeline.ts";
import { parseAuthors } from "../../../src/refine/authors.ts";
import { parseCoins } from "../../../src/refine/coins.ts";
import { isNearDuplicate } from "../../../src/text/near-duplicate/fingerprint.ts";

const WINDOW_MINUTES = 60;

/**
 * The facts that the pipeline would draw from the posts of one event, through the same filter and
 * the same reading. A text says why there are
 * none: a post that is dropped, or posts about different tokens, make a rule test that does not
 * mean what it says.
 */
export function factsOfPosts(posts: Record<string, unknown>[]): FactValues | string {
  const mentions: Mention[] = [];
  for (const [index, input] of posts.entries()) {
    const post = PostInput.safeParse({
      source: "test",
      id: String(index + 1),
      author: `author${index + 1}`,
      posted_at: "2026-01-15T10:00:00Z",
      ...input,
    });
    if (!post.success)
      return `post ${index + 1}: ${z.prettifyError(post.error).replace(/\s+/g, " ")}`;
    const judged = judge(post.data, {
      filter: { languages: [], blacklist: EMPTY_BLACKLIST },
      refine: {
        windowMinutes: WINDOW_MINUTES,
        authors: listOf("authors", parseAuthors),
        coins: listOf("coins", parseCoins),
      },
    });
    if (judged.kind === "drop") return `post ${index + 1} is dropped: ${judged.judgement.reason}`;
    mentions.push(...judged.post.mentions);
  }
  const keys = new Set(mentions.map((mention) => mention.eventKey));
  if (keys.size !== 1)
    return `the posts speak of ${[...keys].join(" and ")}: a rule test is about one event`;
  return summarise(gather(NOTHING, mentions, isNearDuplicate).gathered).facts;
}

/** A list of the repository, read as the server reads it. */
function listOf<T>(name: string, parse: (text: string) => YamlList<T>): T {
  const read = parse(readFileSync(`rules/${name}.yml`, "utf8"));
  if (read.kind !== "loaded") throw new Error(`rules/${name}.yml does not load`);
  return read.value;
}
