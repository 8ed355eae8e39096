import { expect, it } from "vitest";
import { parseBlacklist } from "../../src/filter/blacklist.ts";
import { canonicalAddress } from "../../src/model/mention.ts";
import type { RawPost } from "../../src/model/raw-post.ts";
import { judge } from "../../src/pipeline.ts";
import { readPosts } from "../../src/sources/_shared/post-input.ts";
import { apifyPostInput } from "../../src/sources/apify/response.ts";
import { feeds } from "../../src/sources/feeds/index.ts";
import { interestIn, readFrame } from "../../src/sources/jetstream/index.ts";
import { readXPage } from "../../src/sources/x/response.ts";
import { reader } from "../support/poll-reader.ts";
import { casesOf } from "./judged.ts";

type Token = { chain?: string; symbol?: string; token_ca?: string | null };
type LinkCase = {
  service: "x" | "apify" | "bluesky" | "feed";
  item: unknown;
  includes?: object;
  blacklist?: string[];
  expect: { tokens?: Token[]; blocked?: boolean };
  text?: string;
};

const NOW = Date.parse("2026-11-20T10:00:00Z");
const FEED = "https://news.example/a/feed.xml";
const NEVER_SPAM = 2;

async function readItem({ service, item, includes }: LinkCase): Promise<RawPost[]> {
  if (service === "x") {
    const page = readXPage({ data: [item], includes, meta: { result_count: 1 } }, NOW);
    return readPosts(page?.items ?? [], (fields) => fields).posts;
  }
  if (service === "apify") return readPosts([item], (row) => apifyPostInput(row, NOW)).posts;
  if (service === "feed") return (await readFeed(String(item))).posts;
  const { post } = readFrame(JSON.stringify(item), interestIn(["crypto", "defi", "airdrop"]));
  return post === null ? [] : [post];
}

const readFeed = (document: string) =>
  reader(
    feeds,
    { FEED_URLS: FEED },
    () => new Response(document, { headers: { "content-type": "application/xml" } }),
  ).read();

function judged(post: RawPost, domains: readonly string[]) {
  const list = parseBlacklist(
    domains.length === 0 ? "" : `domains:\n${domains.map((domain) => `  - ${domain}\n`).join("")}`,
  );
  if (list.kind !== "loaded") throw new Error(JSON.stringify(list));
  return judge(post, {
    filter: { languages: [], blacklist: list.value, spamFrom: NEVER_SPAM },
    refine: { windowMinutes: 60, authors: new Map() },
  });
}

const CASES = casesOf<LinkCase>("linked-posts");

it.each(CASES)("$id: $why", async (one) => {
  const [post] = await readItem(one);
  if (post === undefined) throw new Error("the source took no post");
  const answer = judged(post, one.blacklist ?? []);
  if (one.text !== undefined) expect(post.text).toBe(one.text);
  if (one.expect.blocked !== undefined)
    expect(answer.kind === "drop" && answer.judgement.reason === "blacklist").toBe(
      one.expect.blocked,
    );
  if (one.expect.tokens === undefined) return;
  const tokens = answer.kind === "keep" ? answer.post.mentions.map(({ token }) => token) : [];
  expect(tokens).toHaveLength(one.expect.tokens.length);
  for (const { chain, symbol, token_ca } of one.expect.tokens)
    expect(tokens).toContainEqual(
      expect.objectContaining({
        ...(chain !== undefined && { chain }),
        ...(symbol !== undefined && { symbol }),
        ...(token_ca !== undefined && { tokenCa: token_ca && canonicalAddress(token_ca) }),
      }),
    );
});
