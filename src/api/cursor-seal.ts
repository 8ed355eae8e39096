import { hmacHex } from "../kit/hash.ts";
import type { PageRequest, RowPage } from "../store/paging.ts";
import { sameText } from "./key-hash.ts";

const MAC_LENGTH = 16;
const macOf = (cursor: string, key: string): string => hmacHex(key, cursor).slice(0, MAC_LENGTH);

/** A cursor as it goes out: with a MAC, so that one that nobody was given does not come back. */
export const sealedCursor = (cursor: string, key: string): string =>
  `${cursor}.${macOf(cursor, key)}`;

/** The cursor that was sealed. Throws RangeError for any other text, as the store does. */
export function openedCursor(given: string, key: string): string {
  const end = given.lastIndexOf(".");
  const cursor = given.slice(0, Math.max(end, 0));
  if (!sameText(given.slice(end + 1), macOf(cursor, key)))
    throw new RangeError("the cursor is not one that a page answered");
  return cursor;
}

/** Reads pages whose cursors go out sealed and come in sealed. */
export const sealedPages =
  <Q extends PageRequest, T>(key: string, read: (query: Q) => Promise<RowPage<T>>) =>
  async (query: Q): Promise<RowPage<T>> => {
    const cursor = query.cursor === null ? null : openedCursor(query.cursor, key);
    const { items, nextCursor } = await read({ ...query, cursor });
    return { items, nextCursor: nextCursor === null ? null : sealedCursor(nextCursor, key) };
  };
