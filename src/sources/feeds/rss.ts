import { fullAddress, htmlText } from "../_shared/html.ts";
import type { Feed, FeedItem } from "./feed.ts";
import {
  characterData,
  childrenNamed,
  descendantsNamed,
  everyChild,
  htmlOf,
  textOf,
  type XmlElement,
} from "./xml.ts";

const TITLES = ["title", "atom:title", "itunes:title", "dc:title", "media:title"];
const BODIES = [
  "content:encoded",
  "description",
  "xhtml:body",
  "atom:content",
  "atom:summary",
  "content",
  "summary",
  "itunes:summary",
  "media:description",
  "dc:description",
  "itunes:subtitle",
];
const AUTHORS = ["dc:creator", "author", "atom:author", "itunes:author", "creator"];
const DATES = [
  "pubdate",
  "dc:date",
  "atom:published",
  "published",
  "dcterms:issued",
  "dcterms:created",
  "date",
  "atom:updated",
  "updated",
  "dcterms:modified",
];
const FEED_DATES = ["pubdate", "lastbuilddate", ...DATES.slice(1)];

/** Media RSS is text unless it says otherwise; RSS itself is HTML. */
const htmlIn = (element: XmlElement): string =>
  htmlOf(
    element,
    element.name.startsWith("media:") && element.attributes.type !== "html" ? "text" : "html",
  );

/** Elements of these names, also within the groups of Media RSS. */
const fields = (item: XmlElement, names: readonly string[]): XmlElement[] =>
  names.flatMap((name) => [
    ...childrenNamed(item, name),
    ...(name.startsWith("media:")
      ? descendantsNamed(item, ["media:group", "media:content"], name)
      : []),
  ]);

const MAX_PERSON = 500;

/** "ada@mail.example (Ada L)", as RSS writes people, or a name alone. */
function personOf(element: XmlElement): string {
  const name = childrenNamed(element, "atom:name", "name")[0];
  const text = htmlText(htmlOf(name ?? element, "html").slice(0, MAX_PERSON));
  const [, inBrackets] = /^\S*@\S*\s*\(([^()]+)\)$/.exec(text) ?? [];
  return (inBrackets ?? text).trim();
}

const authorOf = (element: XmlElement): string =>
  fields(element, AUTHORS).map(personOf).find(Boolean) ?? "";

const isAlternate = ({ attributes: { rel } }: XmlElement): boolean =>
  rel === undefined || rel === "alternate";

function urlOf(item: XmlElement): string | null {
  const guid = childrenNamed(item, "guid")[0];
  const isPage = guid !== undefined && guid.attributes.ispermalink?.toLowerCase() !== "false";
  const candidates: [reference: string, base: string][] = [
    ...childrenNamed(item, "link").map((link): [string, string] => [
      characterData(link).trim() || (link.attributes.href ?? ""),
      link.base,
    ]),
    ...(isPage ? ([[absolute(characterData(guid)), item.base]] as [string, string][]) : []),
    ...childrenNamed(item, "atom:link")
      .filter(isAlternate)
      .map((link): [string, string] => [link.attributes.href ?? "", link.base]),
    [item.attributes["rdf:about"] ?? "", item.base],
  ];
  for (const [reference, base] of candidates) {
    const url = fullAddress(reference, base);
    if (url !== null) return url;
  }
  return null;
}

/** A guid that is an address is one in full; others are names. */
const absolute = (text: string): string => (/^\s*https?:\/\//i.test(text) ? text : "");

const texts = (element: XmlElement, names: readonly string[]): string[] =>
  fields(element, names).map(textOf).filter(Boolean);

function readItem(item: XmlElement, feedAuthor: string, document: string): FeedItem {
  const url = urlOf(item);
  const id = childrenNamed(item, "guid", "atom:id", "id").map(textOf).find(Boolean);
  return {
    id: id ?? "",
    title:
      fields(item, TITLES)
        .map(htmlIn)
        .find((html) => htmlText(html) !== "") ?? "",
    bodies: fields(item, BODIES).map(htmlIn).filter(Boolean),
    url,
    author: authorOf(item) || feedAuthor,
    dates: texts(item, DATES),
    base: item.base === document ? (url ?? document) : item.base,
    links: [],
  };
}

/** RSS 0.9x and 2.0, and RSS 1.0: items stand in the channel or beside it. */
export function rssFeed(root: XmlElement, document: string): Feed | undefined {
  const channels = root.name === "channel" ? [root] : childrenNamed(root, "channel");
  const all = [root, ...channels].flatMap((parent) => everyChild(parent, "item"));
  const channel = channels[0];
  if (channel === undefined && all.length === 0 && root.name !== "rdf:rdf") return undefined;
  const items = all.filter(({ closed }) => closed);
  const author = channel ? authorOf(channel) : "";
  const ttl = channel ? Number(texts(channel, ["ttl"])[0] ?? 0) : 0;
  return {
    items: items.map((item) => ({
      dates: () => texts(item, DATES),
      read: () => readItem(item, author, document),
    })),
    dates: channel ? texts(channel, FEED_DATES) : [],
    ttlMinutes: Number.isFinite(ttl) ? Math.max(ttl, 0) : 0,
    whole: root.closed,
    cutOff: all.length - items.length,
  };
}
