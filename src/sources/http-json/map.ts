import { getPath } from "../../kit/get-path.ts";
import { sha256Hex } from "../../kit/hash.ts";
import { clampToNow } from "../../kit/time.ts";
import type { RawPost } from "../../model/raw-post.ts";
import { type PostFields, readPosts } from "../_shared/post-input.ts";
import type { JsonApi } from "./settings.ts";

export const asText = (value: unknown): string | undefined =>
  typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : undefined;

/** Times come as ISO text, or as seconds or milliseconds since 1970. */
function instant(value: unknown, now: number): string {
  const number =
    typeof value === "number"
      ? value
      : /^\d{10,13}$/.test(String(value))
        ? Number(value)
        : Number.NaN;
  const time = Number.isNaN(number)
    ? Date.parse(String(value))
    : number < 100_000_000_000
      ? number * 1_000
      : number;
  return clampToNow(time, now);
}

function toPostInput(item: unknown, api: JsonApi, now: number): PostFields {
  const mapped = Object.fromEntries(
    Object.entries(api.map).flatMap(([field, path]) => {
      const value = path === undefined ? undefined : asText(getPath(item, path));
      return value === undefined ? [] : [[field, value]];
    }),
  );
  return {
    ...mapped,
    source: api.name,
    id: mapped.id ?? sha256Hex(JSON.stringify(item)),
    author: mapped.author ?? api.name,
    posted_at: instant(mapped.posted_at ?? "", now),
  };
}

/** Which fields of the map find nothing in an item, for a map that makes no post. */
function misses(item: unknown, { map }: JsonApi): string {
  const lost = Object.entries(map).filter(
    ([, path]) => path !== undefined && asText(getPath(item, path)) === undefined,
  );
  const list = lost.map(
    ([field, path]) => `map.${field} finds no text or number at ${path || "the item itself"}`,
  );
  return list.length === 0
    ? "a mapped value is too long, empty or of another kind"
    : list.join(", ");
}

/** `complaint`: why a list with items gave no post at all. */
export function mapItems(
  items: readonly unknown[],
  api: JsonApi,
  now: number,
): { posts: RawPost[]; rejected: number; complaint: string | null } {
  const { posts, rejected } = readPosts(items, (item) => toPostInput(item, api, now));
  const none = posts.length === 0 && rejected > 0;
  return {
    posts,
    rejected,
    complaint: none ? `no item is a post: ${misses(items[0], api)}`.slice(0, 180) : null,
  };
}
