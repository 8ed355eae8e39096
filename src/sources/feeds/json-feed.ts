import * as z from "zod";
import { escapeHtml, fullAddress } from "../_shared/html.ts";
import type { Feed, FeedItem } from "./feed.ts";

const text = z.string().catch("");
const Person = z.object({ name: text }).catch({ name: "" });
const People = { authors: z.array(Person).catch([]), author: Person };
const Item = z.object({
  ...People,
  id: z.union([z.string(), z.number().transform(String)]).catch(""),
  url: text,
  external_url: text,
  title: text,
  content_text: text,
  content_html: text,
  summary: text,
  date_published: text,
  date_modified: text,
});
type Item = z.infer<typeof Item>;
const JsonFeed = z.object({
  ...People,
  version: z.string().includes("jsonfeed"),
  items: z.array(z.unknown()),
});

/** Version 1.1 has several authors, version 1 had one. */
const authorOf = ({ authors, author }: Pick<Item, "authors" | "author">): string =>
  [...authors, author].map(({ name }) => name.trim()).find(Boolean) ?? "";
const datesOf = (item: Item): string[] => [item.date_published, item.date_modified].filter(Boolean);

function readItem(item: Item, feedAuthor: string, document: string): FeedItem {
  const own = fullAddress(item.url, document);
  const external = fullAddress(item.external_url, document);
  return {
    id: item.id.trim(),
    title: escapeHtml(item.title),
    bodies: [escapeHtml(item.content_text), item.content_html, escapeHtml(item.summary)],
    url: own ?? external,
    author: authorOf(item) || feedAuthor,
    dates: datesOf(item),
    base: own ?? document,
    links: external === null || own === null ? [] : [{ url: external }],
  };
}

/** JSON Feed 1.0 and 1.1; undefined for any other JSON. */
export function jsonFeed(json: unknown, document: string): Feed | undefined {
  const feed = JsonFeed.safeParse(json).data;
  if (feed === undefined) return undefined;
  const author = authorOf(feed);
  return {
    items: feed.items.map((each) => {
      const item = () => Item.safeParse(each).data ?? Item.parse({});
      return { dates: () => datesOf(item()), read: () => readItem(item(), author, document) };
    }),
    dates: [],
    ttlMinutes: 0,
    whole: true,
    cutOff: 0,
  };
}
