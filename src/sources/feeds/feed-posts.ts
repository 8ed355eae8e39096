import { sha256Hex } from "../../kit/hash.ts";
import type { LeftOut } from "../../model/source-status.ts";
import { idDigest } from "../_shared/cursor.ts";
import { htmlText, readHtml } from "../_shared/html.ts";
import { keptLinks } from "../_shared/links.ts";
import { type LooseTime, readLooseTime } from "../_shared/loose-time.ts";
import { boundedId, type PostFields } from "../_shared/post-input.ts";
import { postTime } from "../_shared/post-time.ts";
import type { Feed, FeedItem } from "./feed.ts";

/** The newest of a longer document are read: one poll is one request of a Worker. */
const MAX_ITEMS = 1_000;
const MAX_DATED = 5_000;
const MAX_AUTHOR = 200;
/** What was posted longer ago is no news when it is first seen. */
const NEWS_MS = 48 * 3_600_000;

export type FeedPosts = { items: NonNullable<PostFields>[]; leftOut: LeftOut };

type ReadAt = { address: string; now: number /** The feed was read before. */; known: boolean };

function firstTime(dates: readonly string[], now: number): LooseTime | null {
  for (const date of dates) {
    const time = readLooseTime(date, now);
    if (time !== null) return time;
  }
  return null;
}

/** The newest items in the order of the document, which need not be that of time. */
function newest(items: Feed["items"], now: number): Feed["items"] {
  if (items.length <= MAX_ITEMS) return items;
  const dated = items
    .slice(0, MAX_DATED)
    .map((item, place) => ({ item, place, at: firstTime(item.dates(), now)?.at ?? now }));
  return dated
    .sort((a, b) => b.at - a.at || a.place - b.place)
    .slice(0, MAX_ITEMS)
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/** The title, and what the item says unless it begins with the title anyway. */
function wordsOf({ title, bodies, base, links }: FeedItem) {
  const head = readHtml(title, base);
  const read = bodies.map((html) => readHtml(html, base));
  // A body may be a picture with a link behind it.
  const body = read.find(({ text }) => text !== "") ?? read.find(({ links }) => links.length > 0);
  const text = body?.text ?? "";
  const isRepeated =
    text.startsWith(head.text) && !/^[\p{L}\p{N}]/u.test(text.slice(head.text.length));
  return {
    text: isRepeated ? text : [head.text, text].filter(Boolean).join("\n"),
    links: keptLinks([...head.links, ...(body?.links ?? []), ...links]),
  };
}

/**
 * A key for each item, unique within its feed: its id, else its address, else its words. Items that
 * share an id or an address are distinguished by address and title.
 */
function keysOf(items: readonly FeedItem[]): string[] {
  const named = items.map(({ id, url }) => id || url || "");
  const counts = new Map<string, number>();
  for (const name of named) counts.set(name, (counts.get(name) ?? 0) + 1);
  return items.map((item, place) => {
    const name = named[place] ?? "";
    if (name !== "" && counts.get(name) === 1) return name;
    const digest = sha256Hex(JSON.stringify([item.url, item.title, ...item.bodies]));
    return name === "" ? digest : `${name} ${digest.slice(0, 16)}`;
  });
}

function postFields(item: FeedItem, id: string, feed: Feed, { address, now, known }: ReadAt) {
  const { text, links } = wordsOf(item);
  const stated = firstTime(item.dates, now);
  const ofFeed = item.dates.length > 0 ? firstTime(feed.dates, now) : null;
  const time = postTime(stated, now, Math.min(ofFeed?.at ?? now, now));
  const isOld = Date.parse(time.posted_at) < now - NEWS_MS || (stated === null && !known);
  return {
    source: "feeds",
    id,
    author: (htmlText(item.author) || new URL(address).hostname).slice(0, MAX_AUTHOR),
    text,
    ...(item.url !== null && { url: item.url }),
    ...(links.length > 0 && { links }),
    ...time,
    ...(isOld && { quiet: true }),
  };
}

/** The posts of a feed in their wire form, and how many items became none. */
export function feedPosts(feed: Feed, read: ReadAt): FeedPosts {
  const { hostname } = new URL(read.address);
  // A feed's address may hold a secret: its digest tells two feeds of one host apart.
  const prefix = `${hostname}/${idDigest(read.address)}`;
  const chosen = newest(feed.items, read.now).map((item) => item.read());
  const keys = keysOf(chosen);
  const posts = chosen
    .map((item, place) => postFields(item, boundedId(`${prefix}/${keys[place]}`), feed, read))
    .filter(({ text }) => text !== "");
  return {
    items: posts,
    leftOut: {
      cut_off: feed.cutOff,
      too_many: feed.items.length - chosen.length,
      no_text: chosen.length - posts.length,
    },
  };
}
