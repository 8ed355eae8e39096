import { isAhead, PostInput, type RawPost, TIME_AHEAD } from "../../model/raw-post.ts";
import type { LeftOut } from "../../model/source-status.ts";
import type { AnswerReading, ReceiveResult } from "../source.ts";
import { sumLeftOut } from "./left-out.ts";

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

/** The refused posts of a push, by the first field that is wrong. */
export const refusedFields = ({ rejected }: Extract<ReceiveResult, { kind: "posts" }>): LeftOut =>
  sumLeftOut(
    ...rejected.map(({ errors }) => {
      const field = errors[0]?.path.split(/[.[]/)[0];
      return { [`invalid_${field || "item"}`]: 1 };
    }),
  );

/** What a push source makes of a request, for someone who tries it by hand. */
export const pushReading = (received: ReceiveResult): AnswerReading =>
  received.kind === "refused"
    ? { kind: "unreadable", why: received.detail }
    : { kind: "read", posts: received.posts, leftOut: refusedFields(received) };
