import { sha256Hex } from "../../kit/hash.ts";
import { MAX_TEXT, PostInput, type RawPost } from "../../model/raw-post.ts";

const MAX_ID = 200;

/** An id that would be too long for a post, by its hash: cut short, two could become one. */
export const boundedId = (id: string): string => (id.length <= MAX_ID ? id : sha256Hex(id));

/**
 * A post in its wire form (docs/api.md); null leaves an item out without counting it as unreadable.
 */
export type PostFields = Record<string, unknown> | null;

/**
 * Reads items one by one, so that an odd one rejects itself only. Text that is too long is cut, not
 * refused: a source cannot be asked to shorten it.
 */
export function readPosts<T>(
  items: readonly T[],
  wire: (item: T) => PostFields,
): { posts: RawPost[]; rejected: number } {
  const posts: RawPost[] = [];
  let rejected = 0;
  for (const item of items) {
    const fields = wire(item);
    if (fields === null) continue;
    const text =
      typeof fields.text === "string" ? fields.text.slice(0, MAX_TEXT).toWellFormed() : fields.text;
    const read = PostInput.safeParse({ ...fields, text });
    if (read.success) posts.push(read.data);
    else rejected++;
  }
  return { posts, rejected };
}
