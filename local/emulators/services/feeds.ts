import { type SamplePost, samplesUntil } from "../../samples.ts";
import {
  type Emulator,
  type EmulatorCall,
  type EmulatorReply,
  json,
  NOT_FOUND,
  text,
} from "../emulator.ts";

const escapeXml = (value: string) =>
  value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
/** Whole words: "$AURA" that is cut to "$AU" would be another token. */
export const headline = (words: string): string => /^.{1,80}(?=\s|$)/su.exec(words)?.[0] ?? words;
const title = (post: SamplePost) => headline(post.text);
const EVERY_MS = 60_000;

/** Conditional requests work: the tag changes when there is a new item. */
function conditional({ headers }: EmulatorCall, tag: string, reply: EmulatorReply): EmulatorReply {
  const etag = `"${tag}"`;
  return headers["if-none-match"] === etag
    ? { status: 304, headers: { etag }, body: "" }
    : { ...reply, headers: { ...reply.headers, etag } };
}

function rss(posts: SamplePost[]): string {
  const items = posts.map(
    (post) =>
      `<item><title>${escapeXml(title(post))}</title><link>` +
      `https://example.org/${post.id}</link><guid isPermaLink="false">${post.id}</guid>` +
      `<pubDate>${new Date(post.posted_at).toUTCString()}</pubDate><dc:creator>` +
      `${post.author}</dc:creator>` +
      `<description>${escapeXml(post.text)}</description></item>`,
  );
  return (
    `<?xml version="1.0"?><rss version="2.0" ` +
    `xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Local</title>` +
    `${items.join("")}</channel></rss>`
  );
}

function atom(posts: SamplePost[]): string {
  const entries = posts.map(
    (post) =>
      `<entry><id>urn:local:${post.id}</id><title>${escapeXml(title(post))}</title><link ` +
      `rel="alternate" href="https://example.org/${post.id}"/>` +
      `<updated>${post.posted_at}</updated><author><name>${post.author}</name></author><content ` +
      `type="text">${escapeXml(post.text)}</content></entry>`,
  );
  return (
    `<?xml version="1.0"?><feed ` +
    `xmlns="http://www.w3.org/2005/Atom"><title>Local</title>${entries.join("")}</feed>`
  );
}

const jsonFeed = (posts: SamplePost[]) => ({
  version: "https://jsonfeed.org/version/1.1",
  title: "Local",
  items: posts.map((post) => ({
    id: post.id,
    url: `https://example.org/${post.id}`,
    title: title(post),
    content_text: post.text,
    date_published: post.posted_at,
    authors: [{ name: post.author }],
  })),
});

export const feeds: Emulator = {
  name: "feeds",
  settings: (base) => ({
    FEED_URLS: ["rss.xml", "atom.xml", "feed.json"]
      .map((file) => `${base}/feeds/${file}`)
      .join(" "),
  }),
  owned: ["FEED_URLS"],
  source: "feeds",
  refusals: { throttled: text("slow down", "text/plain", 429), empty: text("", "application/xml") },
  answer(call) {
    const posts = samplesUntil(call.now, EVERY_MS, 15);
    const tag = posts[0]?.id ?? "none";
    if (call.path === "/rss.xml")
      return conditional(call, tag, text(rss(posts), "application/rss+xml"));
    if (call.path === "/atom.xml")
      return conditional(call, tag, text(atom(posts), "application/atom+xml"));
    if (call.path === "/feed.json") return conditional(call, tag, json(jsonFeed(posts)));
    return NOT_FOUND;
  },
};

/**
 * Any HTTP JSON API that the generic poll may be pointed at: all at once, or `?size=` and `page=`.
 */
export const generic: Emulator = {
  name: "generic",
  settings: (base) => ({
    HTTP_JSON_SOURCES: JSON.stringify([
      {
        name: "generic",
        url: `${base}/generic/list`,
        items: "data.list",
        map: { id: "id", text: "text", author: "author", posted_at: "posted_at" },
      },
    ]),
  }),
  owned: ["HTTP_JSON_SOURCES"],
  source: "http-json",
  refusals: {},
  answer({ now, query }) {
    const size = Number(query.get("size") ?? 20);
    const from = (Number(query.get("page") ?? 1) - 1) * size;
    return json({ data: { list: samplesUntil(now, EVERY_MS, 20).slice(from, from + size) } });
  },
};

/** Hacker News: item ids count up by one a minute. */
export const hackerNews: Emulator = {
  name: "hn",
  settings: (base) => ({
    HN_BASE_URL: `${base}/hn/v0`,
  }),
  owned: ["HN_BASE_URL"],
  source: "hackernews",
  refusals: { empty: text("null", "application/json") },
  answer({ path, now }) {
    const posts = samplesUntil(now, EVERY_MS, 100);
    if (/\/(new|top)stories\.json$/.test(path)) return json(posts.map(({ number }) => number));
    if (path.endsWith("/maxitem.json")) return json(posts[0]?.number ?? 0);
    if (path.endsWith("/updates.json"))
      return json({ items: posts.slice(0, 5).map(({ number }) => number), profiles: [] });
    const id = Number(/\/item\/(\d+)\.json$/.exec(path)?.[1]);
    const post = posts.find(({ number }) => number === id);
    if (post === undefined) return Number.isNaN(id) ? NOT_FOUND : text("null", "application/json");
    const time = Math.floor(Date.parse(post.posted_at) / 1000);
    return json({
      by: post.author,
      id,
      score: post.metrics?.likes ?? 1,
      time,
      title: title(post),
      text: escapeXml(post.text),
      type: "story",
      url: "https://example.org/",
    });
  },
};

/**
 * Mostly releases; every third event is of another type. Payloads hold what the adapter reads, in
 * GitHub's own shape.
 */
function githubEvent(post: SamplePost & { number: number }) {
  const issue = {
    number: post.number,
    title: title(post),
    html_url: "https://example.org/",
    body: post.text,
  };
  const release = {
    tag_name: `v1.${post.number}`,
    name: title(post),
    html_url: "https://example.org/",
    body: post.text,
  };
  const others = [
    {
      type: "PushEvent",
      payload: {
        ref: "refs/heads/main",
        head: "c0ffee",
        before: "c0ffee",
        commits: [{ message: post.text }],
      },
    },
    { type: "IssuesEvent", payload: { action: "opened", issue } },
    {
      type: "PullRequestEvent",
      payload: { action: "closed", pull_request: { ...issue, merged: true } },
    },
    {
      type: "IssueCommentEvent",
      payload: { action: "created", issue, comment: { body: post.text, html_url: issue.html_url } },
    },
    { type: "WatchEvent", payload: { action: "started" } },
    {
      type: "ForkEvent",
      payload: { forkee: { full_name: `${post.author}/demo`, html_url: "https://example.org/" } },
    },
    {
      type: "CreateEvent",
      payload: { ref: `v1.${post.number}`, ref_type: "tag", description: null },
    },
    { type: "PublicEvent", payload: {} },
  ];
  const other = post.number % 3 === 0 ? others[(post.number / 3) % others.length] : undefined;
  return {
    id: String(50_000_000_000 + post.number),
    actor: { id: 1, login: post.author },
    public: true,
    type: "ReleaseEvent",
    payload: { action: "published", release },
    created_at: post.posted_at,
    repo: { id: 2, name: "local/demo", url: "https://api.github.com/repos/local/demo" },
    ...other,
  };
}

export const github: Emulator = {
  name: "github",
  settings: (base) => ({
    GITHUB_BASE_URL: `${base}/github`,
  }),
  owned: ["GITHUB_BASE_URL", "GITHUB_TOKEN"],
  source: "github",
  refusals: {
    throttled: json({ message: "API rate limit exceeded" }, 403, { "x-ratelimit-remaining": "0" }),
    empty: json([]),
  },
  answer(call) {
    if (!/\/events$/.test(call.path)) return json({ message: "Not Found" }, 404);
    if (!call.headers["user-agent"])
      return json({ message: "Request forbidden by administrative rules." }, 403);
    const posts = samplesUntil(call.now, 300_000, 30);
    const size = Math.min(Number(call.query.get("per_page") ?? 30), 100);
    const from = (Number(call.query.get("page") ?? 1) - 1) * size;
    const events = posts.slice(from, from + size).map(githubEvent);
    return conditional(
      call,
      String(posts[0]?.number),
      json(events, 200, { "x-poll-interval": "60" }),
    );
  },
};
