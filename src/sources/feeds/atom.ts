import { fullAddress, htmlText } from "../_shared/html.ts";
import type { Feed, FeedItem } from "./feed.ts";
import {
  childrenNamed,
  descendantsNamed,
  elementsOf,
  everyChild,
  htmlOf,
  textOf,
  type XmlElement,
} from "./xml.ts";

const DATES = ["published", "issued", "created", "updated", "modified"];
const IANA_RELATION = "http://www.iana.org/assignments/relation/";

/** Atom's elements, with or without its namespace. */
const named = (element: XmlElement, ...names: string[]): XmlElement[] =>
  names.flatMap((name) => childrenNamed(element, `atom:${name}`, name));
const texts = (element: XmlElement, names: readonly string[]): string[] =>
  [...named(element, ...names), ...childrenNamed(element, "dc:date")].map(textOf).filter(Boolean);

/** RFC 4287, 3.1 and 4.1.3: by its type a construct is text, HTML or XHTML. Atom 0.3 had a mode. */
function constructHtml(element: XmlElement): string {
  const { type = "text", mode, src } = element.attributes;
  const kind = type.trim().toLowerCase();
  const isText = /^(?:text|html|xhtml)$|^text\/|[/+]xml$/.test(kind);
  if (src !== undefined || mode === "base64" || !isText) return "";
  const isHtml = kind === "html" || kind === "text/html" || mode === "escaped";
  // XHTML that was escaped is HTML: there is no element in it.
  const isEscaped = kind.includes("xhtml") && elementsOf(element).length === 0;
  return htmlOf(element, isHtml || isEscaped ? "html" : "text");
}

const relation = ({ attributes: { rel = "alternate" } }: XmlElement): string =>
  rel.trim().toLowerCase().replace(IANA_RELATION, "");
const addressOf = ({ attributes, base }: XmlElement): string | null =>
  fullAddress(attributes.href ?? "", base);

/** The page of an entry: HTML before other forms of it, the entry itself when it has no page. */
function urlOf(entry: XmlElement): string | null {
  const links = named(entry, "link").filter((link) => addressOf(link) !== null);
  const pages = links.filter((link) => relation(link) === "alternate");
  const isHtml = ({ attributes: { type } }: XmlElement) => type === undefined || /html/i.test(type);
  const page = pages.find(isHtml) ?? pages[0] ?? links.find((link) => relation(link) === "self");
  return page === undefined ? null : addressOf(page);
}

function authorOf(element: XmlElement): string {
  const people = named(element, "author").flatMap((person) =>
    ["name", "email", "uri"].flatMap((part) => named(person, part)),
  );
  const all = [...people, ...childrenNamed(element, "dc:creator")];
  return all.map((each) => htmlText(htmlOf(each, "text"))).find(Boolean) ?? "";
}

function readEntry(entry: XmlElement, feedAuthor: string, document: string): FeedItem {
  const url = urlOf(entry);
  const source = named(entry, "source")[0];
  const described = [
    ...childrenNamed(entry, "media:description"),
    ...descendantsNamed(entry, ["media:group", "media:content"], "media:description"),
  ];
  const related = named(entry, "link").filter((link) => relation(link) === "related");
  return {
    id: named(entry, "id").map(textOf).find(Boolean) ?? "",
    title: named(entry, "title").map(constructHtml).find(Boolean) ?? "",
    bodies: [
      ...named(entry, "content", "summary").map(constructHtml),
      ...described.map((each) => htmlOf(each, each.attributes.type === "html" ? "html" : "text")),
    ],
    url,
    author: authorOf(entry) || (source ? authorOf(source) : "") || feedAuthor,
    dates: texts(entry, DATES),
    base: entry.base === document ? (url ?? document) : entry.base,
    links: related.flatMap((link) => {
      const address = addressOf(link);
      return address === null ? [] : [{ url: address }];
    }),
  };
}

/** Atom 1.0 and 0.3. */
export function atomFeed(root: XmlElement, document: string): Feed {
  const all = [...everyChild(root, "atom:entry"), ...everyChild(root, "entry")];
  const entries = all.filter(({ closed }) => closed);
  const author = authorOf(root);
  return {
    items: entries.map((entry) => ({
      dates: () => texts(entry, DATES),
      read: () => readEntry(entry, author, document),
    })),
    dates: texts(root, ["updated", "modified"]),
    ttlMinutes: 0,
    whole: root.closed,
    cutOff: all.length - entries.length,
  };
}
