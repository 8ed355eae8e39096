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

/** The text of a quoted post, where the actor gives it along. */
const quotedText = (item: unknown): string | undefined =>
  first(item, [
    "quote.fullText",
    "quote.full_text",
    "quote.text",
    "quotedTweet.fullText",
    "quotedTweet.text",
    "quoted_status.full_text",
  ]);

const handleIn = (url: string | undefined): string | undefined =>
  /^https?:\/\/(?:www\.)?(?:x|twitter)\.com\/(\w+)\/status\//.exec(url ?? "")?.[1];

/** A row of a tweet scraper's dataset. Placeholders ("noResults") have neither id nor text. */
export function apifyPostInput(item: unknown, now: number): PostFields | SkipReason {
  const id = first(item, ["id", "id_str", "rest_id", "tweetId"]);
  const text = first(item, ["fullText", "full_text", "text", "body"]);
  if (id === undefined && text === undefined) return "no_post";
  const url = first(item, ["url", "twitterUrl"]);
  const quoted = quotedText(item);
  const links = linksOf(item);
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
    text:
      text === undefined
        ? text
        : unescapeHtml(quoted === undefined ? text : `${text}\n\n“${quoted}”`),
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
