import { atomFeed } from "./atom.ts";
import type { Feed } from "./feed.ts";
import { jsonFeed } from "./json-feed.ts";
import { rssFeed } from "./rss.ts";
import { elementsOf, readXml } from "./xml.ts";

const ROOT = /^(?:atom:feed|feed|rss|rdf:rdf|channel)$/;

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * An RSS, Atom or JSON feed, recognised by its content whatever it calls itself; undefined for any
 * other document. `address`: where the document was read.
 */
export function parseFeed(document: string, address: string): Feed | undefined {
  const text = document.replace(/^[\s\ufeff]+/, "");
  if (text.startsWith("{")) return jsonFeed(parsedJson(text), address);
  const root = elementsOf(readXml(text, address)).find(({ name }) => ROOT.test(name));
  if (root === undefined) return undefined;
  return root.name.endsWith("feed") ? atomFeed(root, address) : rssFeed(root, address);
}
