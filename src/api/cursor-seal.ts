import { hmacHex } from "../kit/hash.ts";
import type { PageRequest, RowPage } from "../store/paging.ts";
import { sameText } from "./key-hash.ts";

const MAC_LENGTH = 16;
/** What a cursor is sealed with: the key, and the address of the list that it is a place of. */
export type CursorSeal = { key: string; list: string };

const macOf = (cursor: string, { key, list }: CursorSeal): string =>
  hmacHex(key, `${list}\n${cursor}`).slice(0, MAC_LENGTH);

/**
 * A cursor as it goes out: with a MAC, so that one that nobody was given, or that another list
 * answered, does not come back.
 */
export const sealedCursor = (cursor: string, seal: CursorSeal): string =>
  `${cursor}.${macOf(cursor, seal)}`;

/** The cursor that was sealed. Throws RangeError for any other text, as the store does. */
export function openedCursor(given: string, seal: CursorSeal): string {
  const end = given.lastIndexOf(".");
  const cursor = given.slice(0, Math.max(end, 0));
  if (!sameText(given.slice(end + 1), macOf(cursor, seal)))
    throw new RangeError("the cursor is not one that a page answered");
  return cursor;
}

/** Reads pages whose cursors go out sealed and come in sealed. */
export const sealedPages =
  <Q extends PageRequest, T>(seal: CursorSeal, read: (query: Q) => Promise<RowPage<T>>) =>
  async (query: Q): Promise<RowPage<T>> => {
    const cursor = query.cursor === null ? null : openedCursor(query.cursor, seal);
    const { items, nextCursor } = await read({ ...query, cursor });
    return { items, nextCursor: nextCursor === null ? null : sealedCursor(nextCursor, seal) };
  };
