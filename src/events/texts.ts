import { sha256Hex } from "../kit/hash.ts";
import type { Mention } from "../model/mention.ts";
import { allRows, asciiKey, type DraftRows, type Row } from "./rows.ts";

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
 * Groups: "text" by id; of those that are compared "print", the fingerprint, by id, and "time", the
 * id by order; "band:…": those of them that count, by order; "copy:…": the copies of a text.
 */
export function eventTexts(rows: DraftRows, likeness: TextLikeness, counter: TextCounter) {
  const { same, bandsOf, bounds } = likeness;
  const { tally } = counter;
  const open = openTexts();

  const textOf = (id: string): EventText => rows.get("text", id) as EventText;
  const printOf = (id: string): string => rows.get("print", id) as string;
  const bandGroups = (print: string): string[] =>
    bandsOf(print).map((band) => `band:${asciiKey(band)}`);

  /** What counts in each of the bands and is earlier: the first that are compared with. */
  const earlierIn = (bands: readonly string[], order: string): Row[][] =>
    rows.scanEach(bands, { before: order, limit: bounds.inBand });

  /** An earlier text that counts and says the same. */
  function originalOf(print: string, earlier: readonly Row[][]): string | null {
    const seen = new Set<string>();
    for (const band of earlier)
      for (const { value } of band) {
        const id = value as string;
        if (seen.has(id)) continue;
        seen.add(id);
        if (same(printOf(id), print)) return id;
      }
    return null;
  }

  const reopenCopiesOf = (id: string): void => {
    for (const { key } of allRows(rows, `copy:${id}`)) open.add(textOf(key).order, key);
  };

  /**
   * Later texts of a band that count although they say the same as `print`. Those in `seen` were
   * compared with it in another band.
   */
  function reopenLater(
    band: string,
    { order, print }: { order: string; print: string },
    seen: Set<string>,
  ): void {
    for (const { key, value } of allRows(rows, band, order)) {
      const id = value as string;
      if (seen.has(id)) continue;
      seen.add(id);
      if (same(print, printOf(id))) open.add(key, id);
    }
  }

  /** `earlier`: see earlierIn. */
  function enterBands(
    { id, order, print }: { id: string; order: string; print: string },
    bands: readonly string[],
    earlier: readonly Row[][],
  ): void {
    for (const band of bands) rows.put(band, order, id);
    if (latestCompared()?.key === order) return;
    const rankIn = (at: number): number => earlier[at]?.length ?? 0;
    const entered = [...bands.keys()].filter((at) => rankIn(at) < bounds.inBand);
    const later = rows.scanEach(
      entered.map((at) => bands[at] as string),
      { after: order, limit: bounds.inBand },
    );
    const seen = new Set<string>();
    for (const [nth, at] of entered.entries()) {
      const next = later[nth] as Row[];
      if (next.length === 0) continue;
      const pushedOut = next[bounds.inBand - rankIn(at) - 1];
      if (pushedOut) reopenCopiesOf(pushedOut.value as string);
      reopenLater(bands[at] as string, { order, print }, seen);
    }
  }

  function leaveBands(id: string, order: string, bands: readonly string[]): void {
    for (const band of bands) {
      const first = rows.scan(band, { limit: bounds.inBand + 1 });
      const rank = first.findIndex(({ key }) => key === order);
      rows.delete(band, order);
      const movedUp = first[bounds.inBand];
      if (movedUp && rank !== -1 && rank < bounds.inBand)
        reopenLater(
          band,
          { order: movedUp.key, print: printOf(movedUp.value as string) },
          new Set(),
        );
    }
    reopenCopiesOf(id);
  }

  function decideAnew(id: string): void {
    const text = textOf(id);
    const { order } = text;
    const print = printOf(id);
    const bands = bandGroups(print);
    const earlier = earlierIn(bands, order);
    const copyOf = originalOf(print, earlier);
    if (copyOf === text.copyOf) return;
    if (text.copyOf) rows.delete(`copy:${text.copyOf}`, id);
    const decided = { ...text, copyOf };
    rows.put("text", id, decided);
    if (copyOf === null) {
      counter.count(id, decided);
      enterBands({ id, order, print }, bands, earlier);
      return;
    }
    rows.put(`copy:${copyOf}`, id, 1);
    if (text.copyOf !== null) return;
    counter.uncount(id, text);
    leaveBands(id, order, bands);
  }

  const latestCompared = () => rows.scan("time", { limit: 1, descending: true })[0];

  const isBeyondBound = (order: string): boolean =>
    tally.compared >= bounds.compared && order > (latestCompared()?.key ?? "");

  /** The latest of too many texts is compared no longer: it counts by itself. */
  function endComparison(): void {
    const latest = latestCompared();
    if (latest === undefined) return;
    const id = latest.value as string;
    const text = textOf(id);
    const alone = { ...text, copyOf: null, compared: false };
    rows.delete("time", latest.key);
    rows.put("text", id, alone);
    tally.compared--;
    tally.byHash++;
    if (text.copyOf === null)
      for (const band of bandGroups(printOf(id))) rows.delete(band, text.order);
    else {
      if (text.copyOf) rows.delete(`copy:${text.copyOf}`, id);
      counter.count(id, alone);
    }
    rows.delete("print", id);
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
    if (counted) for (const band of bandGroups(printOf(id))) rows.delete(band, held.order);
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
      const first = voiceOf(mention);
      if (held === undefined && isBeyondBound(order)) {
        const text = { order, first, copyOf: null, compared: false };
        rows.put("text", id, text);
        tally.byHash++;
        counter.count(id, text);
        return;
      }
      // One that counts still does at an earlier time: it has fewer before it.
      const counts = held !== undefined && withdraw(id, held);
      const copyOf = counts ? null : held?.copyOf || UNDECIDED;
      const text = { order, first, copyOf, compared: true };
      if (!held?.compared) rows.put("print", id, fingerprint);
      rows.put("time", order, id);
      rows.put("text", id, text);
      tally.compared++;
      if (counts) {
        counter.count(id, text);
        const bands = bandGroups(fingerprint);
        enterBands({ id, order, print: fingerprint }, bands, earlierIn(bands, order));
      } else open.add(order, id);
      if (tally.compared > bounds.compared) endComparison();
      for (let next = open.next(); next !== undefined; next = open.next())
        if (textOf(next).compared) decideAnew(next);
    },
  };
}
