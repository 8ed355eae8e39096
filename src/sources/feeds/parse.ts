import { XMLParser } from "fast-xml-parser";
import * as z from "zod";
import { sha256Hex } from "../../kit/hash.ts";
import { clampToNow } from "../../kit/time.ts";
import { htmlText, unescapeHtml } from "../_shared/html.ts";
import { boundedId, type PostFields } from "../_shared/post-input.ts";

/** The parser resolves no entities, so that a document cannot define its own and explode. */
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  processEntities: false,
  htmlEntities: false,
  parseTagValue: false,
  parseAttributeValue: false,
  removeNSPrefix: false,
  trimValues: true,
});

const Node = z.record(z.string(), z.unknown());
type Node = z.infer<typeof Node>;

const list = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === "" ? [] : [value];
const nodes = (value: unknown): Node[] =>
  list(value)
    .map((item) => Node.safeParse(item).data)
    .filter((node) => node !== undefined);
const inner = (value: unknown, name: string): unknown => Node.safeParse(value).data?.[name];

/** The text of an element: plain, with attributes, or the first of several. */
function textOf(value: unknown): string {
  const [first] = list(value);
  const text = typeof first === "string" ? first : inner(first, "#text");
  return typeof text === "string" ? unescapeHtml(text) : "";
}

type Entry = {
  id: string;
  title: string;
  body: string;
  link: string;
  author: string;
  date: string;
};

function toPostInput(entry: Entry, feed: string, now: number): PostFields {
  const { title, body, link } = entry;
  const head = htmlText(title);
  const rest = htmlText(body);
  const text = rest.startsWith(head) ? rest : [head, rest].filter(Boolean).join("\n");
  if (text === "") return null;
  const id = boundedId(`${feed}/${entry.id || link || sha256Hex(`${title}${body}`)}`);
  return {
    source: "feeds",
    id,
    author: (htmlText(entry.author) || feed).slice(0, 200),
    text,
    ...(link.startsWith("http") && link.length <= 2_000 && { url: link }),
    posted_at: clampToNow(Date.parse(entry.date), now),
  };
}

const rssEntry = (item: Node): Entry => ({
  id: textOf(item.guid),
  title: textOf(item.title),
  body: textOf(item["content:encoded"]) || textOf(item.description),
  link: textOf(item.link),
  author: textOf(item["dc:creator"]) || textOf(item.author),
  date: textOf(item.pubDate) || textOf(item["dc:date"]),
});

function atomEntry(entry: Node): Entry {
  const links = nodes(entry.link);
  const link =
    links.find((each) => each["@rel"] === undefined || each["@rel"] === "alternate") ?? links[0];
  return {
    id: textOf(entry.id),
    title: textOf(entry.title),
    body: textOf(entry.content) || textOf(entry.summary),
    link: unescapeHtml(String(link?.["@href"] ?? "")),
    author: textOf(inner(list(entry.author)[0], "name")),
    date: textOf(entry.published) || textOf(entry.updated),
  };
}

const text = z.string().catch("");
const JsonItem = z.object({
  id: z.union([z.string(), z.number().transform(String)]).catch(""),
  url: text,
  title: text,
  content_text: text,
  content_html: text,
  date_published: text,
  authors: z
    .array(z.object({ name: text }))
    .nullish()
    .catch(null),
});
const JsonFeed = z.object({
  version: z.string().includes("jsonfeed"),
  items: z.array(z.unknown()),
});

const jsonEntry = (item: z.infer<typeof JsonItem>): Entry => ({
  id: item.id,
  title: item.title,
  link: item.url,
  date: item.date_published,
  body: item.content_text || item.content_html,
  author: item.authors?.[0]?.name ?? "",
});

function xmlEntries(document: string): Entry[] | undefined {
  let root: unknown;
  try {
    root = parser.parse(document);
  } catch {
    return undefined;
  }
  const channel = inner(inner(root, "rss"), "channel");
  if (channel !== undefined) return nodes(inner(channel, "item")).map(rssEntry);
  const feed = inner(root, "feed");
  if (feed !== undefined) return nodes(inner(feed, "entry")).map(atomEntry);
  const rdf = inner(root, "rdf:RDF");
  return rdf === undefined ? undefined : nodes(inner(rdf, "item")).map(rssEntry);
}

/**
 * The items of an RSS 2.0, RSS 1.0 (RDF), Atom or JSON Feed, recognised by its content; undefined
 * for any other document. `feed` is the author of items without one.
 */
export function feedItems(document: string, feed: string, now: number): PostFields[] | undefined {
  const start = document.trimStart();
  if (!start.startsWith("{"))
    return xmlEntries(document)?.map((entry) => toPostInput(entry, feed, now));
  try {
    const read = JsonFeed.safeParse(JSON.parse(document));
    const items = read.data?.items.flatMap((item) => JsonItem.safeParse(item).data ?? []);
    return items?.map((item) => toPostInput(jsonEntry(item), feed, now));
  } catch {
    return undefined;
  }
}

/** How long an RSS feed asks to be left alone; 0 when it does not say. */
export const ttlMinutes = (document: string): number =>
  Number(/<ttl>\s*(\d{1,5})\s*<\/ttl>/.exec(document.slice(0, 20_000))?.[1] ?? 0);
