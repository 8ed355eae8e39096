import { isAhead, PostInput, type RawPost, TIME_AHEAD } from "../../model/raw-post.ts";
import type { ReceiveResult } from "../source.ts";

/**
 * Reads pushed posts one by one. An invalid post rejects only itself; its errors name the field.
 */
export function receivedPosts(items: readonly unknown[], now: number): ReceiveResult {
  const posts: RawPost[] = [];
  const rejected: Extract<ReceiveResult, { kind: "posts" }>["rejected"] = [];
  items.forEach((item, index) => {
    const read = PostInput.safeParse(item);
    if (read.success && isAhead(read.data, now))
      rejected.push({ index, errors: [{ path: "posted_at", message: TIME_AHEAD }] });
    else if (read.success) posts.push(read.data);
    else
      rejected.push({
        index,
        errors: read.error.issues.map(({ path, message }) => ({ path: path.join("."), message })),
      });
  });
  return { kind: "posts", posts, rejected };
}

export const refusePush = (status: 400 | 401 | 415, detail: string): ReceiveResult => ({
  kind: "refused",
  status,
  detail,
});

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
