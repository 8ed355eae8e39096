import { getPath } from "../../kit/get-path.ts";
import { sha256Hex } from "../../kit/hash.ts";
import { readLooseTime } from "../_shared/loose-time.ts";
import { type PostFields, readPosts } from "../_shared/post-input.ts";
import { postTime } from "../_shared/post-time.ts";
import type { JsonApi } from "./settings.ts";

export const asText = (value: unknown): string | undefined =>
  typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : undefined;

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
    ...postTime(readLooseTime(String(mapped.posted_at ?? ""), now), now),
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
): ReturnType<typeof readPosts> & { complaint: string | null } {
  const { posts, rejected, leftOut } = readPosts(items, (item) => toPostInput(item, api, now));
  const none = posts.length === 0 && rejected > 0;
  return {
    posts,
    rejected,
    leftOut,
    complaint: none ? `no item is a post: ${misses(items[0], api)}`.slice(0, 180) : null,
  };
}
