import { getPath } from "../../kit/get-path.ts";
import { clampToNow } from "../../kit/time.ts";
import type { PostFields } from "../_shared/post-input.ts";

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

const handleIn = (url: string | undefined): string | undefined =>
  /^https?:\/\/(?:www\.)?(?:x|twitter)\.com\/(\w+)\/status\//.exec(url ?? "")?.[1];

/**
 * A row of a tweet scraper's dataset; null for placeholders ("noResults"), which have neither id
 * nor text.
 */
export function apifyPostInput(item: unknown, now: number): PostFields {
  const id = first(item, ["id", "id_str", "rest_id", "tweetId"]);
  const text = first(item, ["fullText", "full_text", "text", "body"]);
  if (id === undefined && text === undefined) return null;
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
    text,
    author: author ?? handleIn(url) ?? "unknown",
    /* ISO, or the old "Fri Nov 20 10:00:03 +0000 2026". */
    posted_at: clampToNow(
      Date.parse(first(item, ["createdAt", "created_at", "timestamp"]) ?? ""),
      now,
    ),
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
