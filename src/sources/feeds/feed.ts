import type { PostLink } from "../../model/raw-post.ts";

/** An item as its feed gives it. Titles and bodies are HTML; the other fields are plain text. */
export type FeedItem = {
  /** Unique within the feed at best; empty when the feed gives none. */
  id: string;
  title: string;
  /** What the item says, the fullest first; the first with text in it counts. */
  bodies: readonly string[];
  url: string | null;
  author: string;
  /** The times that it states, the best first. */
  dates: readonly string[];
  /** Completes relative addresses in title and bodies. */
  base: string;
  /** Addresses that it states apart from its text. */
  links: readonly PostLink[];
};

/** A feed whose items are made when they are asked for: a document may hold thousands. */
export type Feed = {
  items: readonly { dates(): readonly string[]; read(): FeedItem }[];
  /** When the feed says that it changed. */
  dates: readonly string[];
  /** How long it asks to be left alone; 0 when it does not say. */
  ttlMinutes: number;
  /** The document was not cut off. */
  whole: boolean;
  /** Items of which the document holds the beginning alone. */
  cutOff: number;
};
