import { getPath } from "../../kit/get-path.ts";
import type { PostLink } from "../../model/raw-post.ts";
import { unescapeHtml } from "../_shared/html.ts";
import { entityLinks, keptLinks } from "../_shared/links.ts";
import type { PostFields, SkipReason } from "../_shared/post-input.ts";
import { postTime } from "../_shared/post-time.ts";

/** The value of the first path that has one: actors change their shape with each release. */
function first(item: unknown, paths: string[]): string | undefined {
  for (const path of paths) {
    const value = getPath(item, path);
    if (typeof value === "string" && value !== "") return value;
    if (typeof value === "number" || typeof value === "bigint") return String(value);
  }
  return undefined;
}

function amount(item: unknown, paths: string[]): number | undefined {
  const number = Number(first(item, paths));
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** Scrapers keep the links as X does, or as a list of addresses. */
function linksOf(item: unknown): PostLink[] {
  const list = getPath(item, "urls");
  const plain = Array.isArray(list) ? { urls: list } : undefined;
  const bare = (Array.isArray(list) ? list : []).flatMap((url) =>
    typeof url === "string" ? [{ url }] : [],
  );
  return keptLinks([
    ...["entities", "legacy.entities", "note_tweet.entities"].flatMap((path) =>
      entityLinks(getPath(item, path)),
    ),
    ...entityLinks(plain),
    ...bare,
  ]);
}

const textOf = (item: unknown): string | undefined =>
  first(item, ["fullText", "full_text", "text", "body"]);

const REPEATED = ["retweet", "retweetedTweet", "retweeted_tweet", "retweeted_status"];
const QUOTED = ["quote", "quotedTweet", "quoted_tweet", "quoted_status"];

/** Another post that the actor gives along under one of these names. */
function postBeside(item: unknown, names: readonly string[]) {
  const found = names.map((name) => getPath(item, name)).find((post) => textOf(post) !== undefined);
  return found === undefined ? undefined : { text: textOf(found) ?? "", links: linksOf(found) };
}

/**
 * What a reader sees: a repost, which is cut, is the whole of what it repeats, and a quoted post
 * stands below the words of who quotes it.
 */
function shownOf(item: unknown): { text: string | undefined; links: PostLink[] } {
  const own = { text: textOf(item), links: linksOf(item) };
  const repeated = postBeside(item, REPEATED);
  const by = /^RT @\w+: /.exec(own.text ?? "")?.[0];
  if (repeated && by !== undefined) return { ...repeated, text: `${by}${repeated.text}` };
  const quoted = postBeside(item, QUOTED);
  if (own.text === undefined || quoted === undefined) return own;
  return {
    text: `${own.text}\n\n“${quoted.text}”`,
    links: keptLinks([...own.links, ...quoted.links]),
  };
}

const handleIn = (url: string | undefined): string | undefined =>
  /^https?:\/\/(?:www\.)?(?:x|twitter)\.com\/(\w+)\/status\//.exec(url ?? "")?.[1];

/** A row of a tweet scraper's dataset. Placeholders ("noResults") have neither id nor text. */
export function apifyPostInput(item: unknown, now: number): PostFields | SkipReason {
  const id = first(item, ["id", "id_str", "rest_id", "tweetId"]);
  const { text, links } = shownOf(item);
  if (id === undefined && text === undefined) return "no_post";
  const url = first(item, ["url", "twitterUrl"]);
  const author = first(item, [
    "author.userName",
    "author.username",
    "user.screen_name",
    "userScreenName",
    "screenName",
  ]);
  const lang = first(item, ["lang"]);
  return {
    source: "apify",
    id,
    text: text === undefined ? text : unescapeHtml(text),
    ...(links.length > 0 && { links }),
    author: author ?? handleIn(url) ?? "unknown",
    /* ISO, or the old "Fri Nov 20 10:00:03 +0000 2026". */
    ...postTime(Date.parse(first(item, ["createdAt", "created_at", "timestamp"]) ?? ""), now),
    ...(url !== undefined && { url }),
    ...(lang !== undefined &&
      /^[a-z]{2,3}$/.test(lang) &&
      lang !== "und" &&
      !/^q|^zxx/.test(lang) && { lang }),
    metrics: {
      followers: amount(item, [
        "author.followers",
        "author.followersCount",
        "user.followers_count",
      ]),
      likes: amount(item, ["likeCount", "favorite_count"]),
      reposts: amount(item, ["retweetCount", "retweet_count"]),
      replies: amount(item, ["replyCount", "reply_count"]),
    },
  };
}
