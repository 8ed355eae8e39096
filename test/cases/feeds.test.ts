import { describe, expect, it } from "vitest";
import { localGuard } from "../../src/http/local-guard.ts";
import type { RawPost } from "../../src/model/raw-post.ts";
import { feeds } from "../../src/sources/feeds/index.ts";
import { casesOf } from "./judged.ts";

type PostCase = {
  text?: string | string[];
  url?: string | null;
  author?: string;
  posted_at?: string;
};
type FeedCase = {
  doc?: string;
  docs?: string[];
  contentType?: string;
  expect: {
    posts?: PostCase[];
    first?: PostCase[];
    count?: number;
    distinct?: number;
    feed?: false;
  };
};
type DateCase = { form: string; expect: string | null; accept?: string[] };

const ADDRESSES = ["https://news.example/a/feed.xml", "https://news.example/b/feed1.xml"];

/** What the source makes of documents that stand at these addresses. */
async function polled(documents: string[], contentType: string, at: string) {
  const now = Date.parse(at);
  const on = feeds.configure({ FEED_URLS: ADDRESSES.slice(0, documents.length).join(" ") });
  if (on.kind === "off" || on.poll === undefined) throw new Error("the source is off");
  return on.poll(
    { cursor: null, since: null },
    {
      fetch: async (url) =>
        new Response(documents[ADDRESSES.indexOf(url)], {
          headers: { "content-type": contentType },
        }),
      now: () => now,
      sleep: async () => undefined,
      guard: localGuard(() => now),
    },
  );
}

const oneLine = (text: string) => text.replace(/\s+/g, " ").trim();

function agrees(post: RawPost | undefined, wanted: PostCase) {
  expect(post).toBeDefined();
  if (wanted.text !== undefined)
    expect([wanted.text].flat().map(oneLine)).toContain(oneLine(post?.text ?? ""));
  if (wanted.url !== undefined) expect(post?.url ?? null).toBe(wanted.url);
  if (wanted.author !== undefined) expect(post?.author).toBe(wanted.author);
  if (wanted.posted_at !== undefined) expect(post?.postedAt).toBe(wanted.posted_at);
}

describe("feeds.jsonl", () => {
  it.each(casesOf<FeedCase>("feeds"))("$id: $why", async (one) => {
    const documents = one.docs ?? [one.doc ?? ""];
    const { posts, verdict } = await polled(
      documents,
      one.contentType ?? "application/xml",
      "2026-11-20T10:00:00Z",
    );
    const wanted = one.expect;
    if (wanted.posts) expect(posts).toHaveLength(wanted.posts.length);
    for (const [place, post] of (wanted.posts ?? wanted.first ?? []).entries())
      agrees(posts[place], post);
    if (wanted.count !== undefined) expect(posts).toHaveLength(wanted.count);
    if (wanted.distinct !== undefined) {
      expect(posts).toHaveLength(wanted.distinct);
      expect(new Set(posts.map(({ id }) => id)).size).toBe(wanted.distinct);
    }
    if (wanted.feed === false) {
      expect(posts).toEqual([]);
      expect(["ok", "partial"]).not.toContain(verdict.kind);
    } else expect(["ok", "partial"]).toContain(verdict.kind);
  });
});

const HALF_DAYS_MS = 3 * 43_200_000;

describe("feed-dates.jsonl", () => {
  const now = "2026-12-20T10:00:00.000Z";
  it.each(casesOf<DateCase>("feed-dates"))("$id $form: $why", async ({ form, ...one }) => {
    const item = `<item><title>$DEMO</title><pubDate>${form}</pubDate></item>`;
    const rss = `<rss version="2.0"><channel><title>F</title>${item}</channel></rss>`;
    const { posts } = await polled([rss], "application/xml", now);
    expect(posts).toHaveLength(1);
    const [post] = posts;
    const at = post?.postedAt ?? "";
    if (one.expect !== null) expect(at).toBe(one.expect === "now" ? now : one.expect);
    else {
      const days = (one.accept ?? []).map((day) => Date.parse(`${day}T12:00:00Z`));
      expect(days.some((day) => Math.abs(Date.parse(at) - day) <= HALF_DAYS_MS)).toBe(true);
    }
    const isRead = one.expect !== null && one.expect !== "now";
    if (isRead) expect(post?.timeGuessed).toBeUndefined();
    if (one.expect === "now") expect(post).toMatchObject({ timeGuessed: true, quiet: true });
  });
});
