import { sha256Hex } from "../../kit/hash.ts";
import { MAX_TEXT, PostInput, type RawPost } from "../../model/raw-post.ts";
import type { LeftOut } from "../../model/source-status.ts";
import { countLeftOut, sumLeftOut } from "./left-out.ts";

const MAX_ID = 200;

/** Replaces an id that is too long by its hash: two ids cut short could become the same. */
export const boundedId = (id: string): string => (id.length <= MAX_ID ? id : sha256Hex(id));

/**
 * The fields of a post in its wire form (docs/api.md), and `quiet: true` for one that is no news.
 * Null skips an item without counting it as unreadable.
 */
export type PostFields = Record<string, unknown> | null;

/** Why an item is skipped on purpose: a code of LeftOut. */
export type SkipReason = string;

/**
 * Reads items one by one, so that an invalid item rejects only itself; `leftOut` counts these by
 * the field that is wrong, and skipped items by their reason. `rejected`: the invalid ones alone.
 * Text that is too long is cut and not refused, because a source cannot shorten it.
 */
export function readPosts<T>(
  items: readonly T[],
  toPostInput: (item: T) => PostFields | SkipReason,
): { posts: RawPost[]; rejected: number; leftOut: LeftOut } {
  const posts: RawPost[] = [];
  const skipped: Record<string, number> = {};
  const invalid: Record<string, number> = {};
  const count = (reasons: Record<string, number>, reason: string) => {
    reasons[reason] = (reasons[reason] ?? 0) + 1;
  };
  for (const item of items) {
    const fields = toPostInput(item);
    if (fields === null) continue;
    if (typeof fields === "string") {
      count(skipped, fields);
      continue;
    }
    const { quiet, ...wire } = fields;
    const text =
      typeof wire.text === "string" ? wire.text.slice(0, MAX_TEXT).toWellFormed() : wire.text;
    const read = PostInput.safeParse({ ...wire, text });
    if (read.success) posts.push(quiet === true ? { ...read.data, quiet } : read.data);
    else count(invalid, `invalid_${String(read.error.issues[0]?.path[0] ?? "item")}`);
  }
  return { posts, rejected: countLeftOut(invalid), leftOut: sumLeftOut(skipped, invalid) };
}
