import { fromBase64Url, toBase64Url } from "../kit/base64.ts";

/**
 * Where a page ended: the sort time of its last row (null when rows are sorted by id alone) and
 * that row's id.
 */
export type PageMark = { at: string | null; id: number };

/**
 * Throws RangeError for what no page answered: another form, a date that does not exist, or the
 * mark of a list in another order (`byTime`).
 */
export function markOf(cursor: string | null, byTime: boolean): PageMark | null {
  if (cursor === null) return null;
  const [at, id] = decoded(cursor);
  const time = byTime && isInstant(at) ? at : null;
  const isId = typeof id === "number" && Number.isSafeInteger(id) && id > 0;
  // What was changed reads as another cursor than the one that was given.
  if (!isId || byTime !== (time !== null) || cursorOf({ at: time, id }) !== cursor)
    throw new RangeError("the cursor is not one that a page answered");
  return { at: time, id };
}

/** A time as the database writes it. Date.parse takes the 30th of February for a day of March. */
const isInstant = (at: unknown): at is string =>
  typeof at === "string" &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/.test(at) &&
  !Number.isNaN(Date.parse(at)) &&
  new Date(at).toISOString().slice(0, 10) === at.slice(0, 10);

/** As markOf, for rows whose ids are texts. */
export function textMarkOf(cursor: string | null): TextMark | null {
  if (cursor === null) return null;
  const [at, id] = decoded(cursor);
  if (!isInstant(at) || typeof id !== "string" || cursorOf({ at, id }) !== cursor)
    throw new RangeError("the cursor is not one that a page answered");
  return { at, id };
}

export type TextMark = { at: string; id: string };

function decoded(cursor: string): [unknown, unknown] {
  try {
    const parts: unknown = JSON.parse(new TextDecoder().decode(fromBase64Url(cursor)));
    return Array.isArray(parts) && parts.length === 2 ? [parts[0], parts[1]] : [null, null];
  } catch {
    return [null, null];
  }
}

export const cursorOf = (mark: PageMark | TextMark): string =>
  toBase64Url(new TextEncoder().encode(JSON.stringify([mark.at, mark.id])));

/** `rows` holds one row more than the page when another page follows. */
export function pageOf<Row, Item>(
  rows: Row[],
  limit: number,
  item: (row: Row) => Item,
  mark: (row: Row) => PageMark | TextMark,
): RowPage<Item> {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { items: shown.map(item), nextCursor: last === undefined ? null : cursorOf(mark(last)) };
}

export type RowPage<T> = { items: T[]; nextCursor: string | null };

/**
 * `cursor` is what a page answered as nextCursor; an unreadable one throws RangeError, which the
 * api answers as 400.
 */
export type PageRequest = { limit: number; cursor: string | null };

/**
 * latest: rows move while a walk goes on, so that it can miss one that moved past it. id: rows stay
 * where they are, the newest first, and a walk meets every row there was when it began.
 */
export type OrderedRequest = PageRequest & { order?: "latest" | "id" };
