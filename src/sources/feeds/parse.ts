import { atomFeed } from "./atom.ts";
import type { Feed } from "./feed.ts";
import { jsonFeed } from "./json-feed.ts";
import { rssFeed } from "./rss.ts";
import { elementsOf, readXml, type XmlElement } from "./xml.ts";

const ROOT = /^(?:atom:feed|feed|rss|rdf:rdf|channel)$/;

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Warnings that a server prints above its feed, with line breaks that never end. */
const AROUND = /^(?:br|hr)$/;

function rootOf(element: XmlElement): XmlElement | undefined {
  const children = elementsOf(element);
  const root = children.find(({ name }) => ROOT.test(name));
  if (root !== undefined) return root;
  const around = children.findLast(({ name }) => AROUND.test(name));
  return around && rootOf(around);
}

/**
 * An RSS, Atom or JSON feed, recognised by its content whatever it calls itself; undefined for any
 * other document. `address`: where the document was read.
 */
export function parseFeed(document: string, address: string): Feed | undefined {
  const text = document.replace(/^[\s\ufeff]+/, "");
  if (text.startsWith("{")) return jsonFeed(parsedJson(text), address);
  const root = rootOf(readXml(text, address));
  if (root === undefined) return undefined;
  return root.name.endsWith("feed") ? atomFeed(root, address) : rssFeed(root, address);
}
