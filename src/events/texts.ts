import { sha256Hex } from "../kit/hash.ts";
import type { Mention } from "../model/mention.ts";
import { allRows, asciiKey, type DraftRows } from "./rows.ts";

/** Says whether two fingerprints are of the same text, noise aside. `a` is the earlier text's. */
export type SameText = (a: string, b: string) => boolean;

/** How texts are compared. */
export type TextLikeness = {
  same: SameText;
  /** Distinct keys; nearly all pairs of near-duplicates share one. */
  bandsOf(fingerprint: string): readonly string[];
  bounds: TextBounds;
};

/**
 * `compared`: this many distinct texts of an event, the earliest, are compared; later ones count by
 * exact fingerprint alone. `inBand`: a text is compared with this many of each of its bands, the
 * earliest that count. So a post costs the same in an event of any size.
 */
export type TextBounds = { compared: number; inBand: number };
export const TEXT_BOUNDS: TextBounds = { compared: 100_000, inBand: 32 };

/** Of the post that said a text first, what the event's figures need. */
export type Voice = Pick<
  Mention,
  | "author"
  | "sentiment"
  | "stance"
  | "lang"
  | "keywords"
  | "type"
  | "typeConfidence"
  | "followers"
  | "authorWeight"
  | "excerpt"
>;

/** A distinct fingerprint of an event. */
export type EventText = {
  /** Of its first post in event time. */
  order: string;
  fingerprint: string;
  first: Voice;
  /** The earlier text that it is a copy of; null: it counts. */
  copyOf: string | null;
  /** False beyond the bound. */
  compared: boolean;
};

export type TextCounter = {
  count(id: string, text: EventText): void;
  uncount(id: string, text: EventText): void;
  /** How many texts are compared, and how many are beyond the bound. */
  tally: { compared: number; byHash: number };
};

const UNDECIDED = "";
const ID_DIGITS = 24;

/** Where a post stands in event time; among posts of one instant its id decides. */
export const orderOf = ({ postedAt, evidenceId }: Mention): string =>
  `${asciiKey(postedAt)} ${asciiKey(evidenceId)}`;

const voiceOf = (mention: Mention): Voice => {
  const { author, sentiment, lang, keywords, type, followers, authorWeight, excerpt } = mention;
  const { stance, typeConfidence } = mention;
  return {
    ...{ author, sentiment, lang, keywords, type, followers, authorWeight, excerpt },
    ...(stance !== undefined && { stance }),
    ...(typeConfidence !== undefined && { typeConfidence }),
  };
};

/** Texts that are to be decided anew, the earliest first. */
function openTexts() {
  /** Descending: the earliest is taken from the end. */
  const orders: string[] = [];
  const ids = new Map<string, string>();
  return {
    add(order: string, id: string): void {
      if (ids.has(order)) return;
      ids.set(order, id);
      let [low, high] = [0, orders.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((orders[middle] as string) > order) low = middle + 1;
        else high = middle;
      }
      orders.splice(low, 0, order);
    },
    next(): string | undefined {
      const order = orders.pop();
      const id = order === undefined ? undefined : ids.get(order);
      if (order !== undefined) ids.delete(order);
      return id;
    },
  };
}

/**
 * Which texts of an event count. In event time: a text counts unless it is a near-duplicate of an
 * earlier one that counts, among the first `inBand` of each of its bands. A copy makes nothing else
 * a copy, so a post that quotes two others takes neither away, and the result follows from the set
 * of posts alone. A post that comes late is put at its place, and the later texts that it touches
 * are decided anew, in event time.
 *
 * Groups: "text" by id; "time": compared texts by order; "band:…": those that count, by order;
 * "copy:…": the copies of a text.
 */
export function eventTexts(rows: DraftRows, likeness: TextLikeness, counter: TextCounter) {
  const { same, bandsOf, bounds } = likeness;
  const { tally } = counter;
  const open = openTexts();

  const textOf = (id: string): EventText => rows.get("text", id) as EventText;
  const bandGroups = ({ fingerprint }: EventText): string[] =>
    bandsOf(fingerprint).map((band) => `band:${asciiKey(band)}`);

  /** An earlier text that counts and says the same. */
  function originalOf({ fingerprint, order }: EventText, bands: string[]): string | null {
    const seen = new Set<string>();
    for (const band of bands)
      for (const { value } of rows.scan(band, { before: order, limit: bounds.inBand })) {
        const id = value as string;
        if (seen.has(id)) continue;
        seen.add(id);
        if (same(textOf(id).fingerprint, fingerprint)) return id;
      }
    return null;
  }

  const reopenCopiesOf = (id: string): void => {
    for (const { key } of allRows(rows, `copy:${id}`)) open.add(textOf(key).order, key);
  };

  /** Later texts of a band that count although they say the same as `text`. */
  function reopenLater(band: string, { order, fingerprint }: EventText): void {
    for (const { key, value } of allRows(rows, band, order)) {
      const id = value as string;
      if (same(fingerprint, textOf(id).fingerprint)) open.add(key, id);
    }
  }

  function enterBands(id: string, text: EventText, bands: string[]): void {
    const { order } = text;
    const isLatest = rows.scan("time", { limit: 1, descending: true })[0]?.key === order;
    for (const band of bands) {
      rows.put(band, order, id);
      if (isLatest || rows.scan(band, { after: order, limit: 1 }).length === 0) continue;
      const first = rows.scan(band, { limit: bounds.inBand + 1 });
      const rank = first.findIndex(({ key }) => key === order);
      if (rank === -1 || rank === bounds.inBand) continue;
      const pushedOut = first[bounds.inBand];
      if (pushedOut) reopenCopiesOf(pushedOut.value as string);
      reopenLater(band, text);
    }
  }

  function leaveBands(id: string, { order }: EventText, bands: string[]): void {
    for (const band of bands) {
      const first = rows.scan(band, { limit: bounds.inBand + 1 });
      const rank = first.findIndex(({ key }) => key === order);
      rows.delete(band, order);
      const movedUp = first[bounds.inBand];
      if (movedUp && rank !== -1 && rank < bounds.inBand)
        reopenLater(band, textOf(movedUp.value as string));
    }
    reopenCopiesOf(id);
  }

  function decideAnew(id: string): void {
    const text = textOf(id);
    const bands = bandGroups(text);
    const copyOf = originalOf(text, bands);
    if (copyOf === text.copyOf) return;
    if (text.copyOf) rows.delete(`copy:${text.copyOf}`, id);
    const decided = { ...text, copyOf };
    rows.put("text", id, decided);
    if (copyOf === null) {
      counter.count(id, decided);
      enterBands(id, decided, bands);
      return;
    }
    rows.put(`copy:${copyOf}`, id, 1);
    if (text.copyOf !== null) return;
    counter.uncount(id, text);
    leaveBands(id, text, bands);
  }

  /** The latest of too many texts is compared no longer: it counts by itself. */
  function endComparison(): void {
    const [latest] = rows.scan("time", { limit: 1, descending: true });
    if (latest === undefined) return;
    const id = latest.value as string;
    const text = textOf(id);
    const alone = { ...text, copyOf: null, compared: false };
    rows.delete("time", latest.key);
    rows.put("text", id, alone);
    tally.compared--;
    tally.byHash++;
    if (text.copyOf === null) for (const band of bandGroups(text)) rows.delete(band, text.order);
    else {
      if (text.copyOf) rows.delete(`copy:${text.copyOf}`, id);
      counter.count(id, alone);
    }
  }

  /** Takes a text out of where it stood; answers whether it counted among those compared. */
  function withdraw(id: string, held: EventText): boolean {
    const counted = held.copyOf === null;
    if (counted) counter.uncount(id, held);
    if (!held.compared) {
      tally.byHash--;
      return false;
    }
    tally.compared--;
    rows.delete("time", held.order);
    if (counted) for (const band of bandGroups(held)) rows.delete(band, held.order);
    return counted;
  }

  return {
    /** Puts a post that is new to the event among the texts. */
    add(mention: Mention): void {
      const { fingerprint } = mention;
      const id = sha256Hex(fingerprint).slice(0, ID_DIGITS);
      const order = orderOf(mention);
      const held = rows.get("text", id) as EventText | undefined;
      if (held !== undefined && held.order < order) return;
      // One that counts still does at an earlier time: it has fewer before it.
      const counts = held !== undefined && withdraw(id, held);
      const copyOf = counts ? null : held?.copyOf || UNDECIDED;
      const text = { order, fingerprint, first: voiceOf(mention), copyOf, compared: true };
      rows.put("time", order, id);
      rows.put("text", id, text);
      tally.compared++;
      if (counts) {
        counter.count(id, text);
        enterBands(id, text, bandGroups(text));
      } else open.add(order, id);
      if (tally.compared > bounds.compared) endComparison();
      for (let next = open.next(); next !== undefined; next = open.next())
        if (textOf(next).compared) decideAnew(next);
    },
  };
}
