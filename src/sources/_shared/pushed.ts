import type * as z from "zod";
import { parseJson } from "../../kit/parse-json.ts";
import { isAhead, MAX_POSTS, PostInput, type RawPost, TIME_AHEAD } from "../../model/raw-post.ts";
import type { LeftOut } from "../../model/source-status.ts";
import type { AnswerReading, ReceiveResult } from "../source.ts";
import { sumLeftOut } from "./left-out.ts";

/**
 * Reads pushed posts one by one. An invalid post of a list rejects only itself; one that was sent
 * alone is refused as a whole. Errors name the field. Each item is a post in its wire form, or the
 * errors that its own format found in it.
 */
export function receivedPosts(
  items: readonly (PushItem | PushErrors)[],
  form: "one" | "list",
  now: number,
): ReceiveResult {
  if (items.length > MAX_POSTS)
    return refusePush(413, `${items.length} posts in one request; send up to ${MAX_POSTS}`);
  const posts: RawPost[] = [];
  const rejected: Extract<ReceiveResult, { kind: "posts" }>["rejected"] = [];
  for (const [index, item] of items.entries()) {
    const read = "errors" in item ? item : readPost(item.fields, now);
    if ("errors" in read) rejected.push({ index, errors: read.errors });
    else posts.push("trace" in item ? { ...read, ...item.trace } : read);
  }
  const [only] = rejected;
  if (form === "one" && only !== undefined)
    return {
      kind: "refused",
      status: 422,
      detail: "The post cannot be taken.",
      errors: only.errors,
    };
  return { kind: "posts", posts, rejected };
}

/** `trace`: that of the item itself, as it says. */
export type PushItem = {
  fields: unknown;
  trace?: Pick<RawPost, "traceFrom" | "traceState">;
};
export type PushErrors = { errors: { path: string; message: string }[] };

function readPost(fields: unknown, now: number): RawPost | PushErrors {
  const read = PostInput.safeParse(fields);
  if (!read.success) return { errors: fieldProblems(read.error) };
  return isAhead(read.data, now)
    ? { errors: [{ path: "posted_at", message: TIME_AHEAD }] }
    : read.data;
}

export const fieldProblems = ({ issues }: z.ZodError): PushErrors["errors"] =>
  issues.map(({ path, message }) => ({ path: path.join("."), message }));

/** The JSON of a push, which is bounded as that of POST /ingest is. */
export function pushedJson(text: string): { value: unknown } | ReceiveResult {
  const read = parseJson(text);
  return read.kind === "json"
    ? { value: read.value }
    : refusePush(400, `the body is ${read.message}`);
}

export const refusePush = (status: 400 | 401 | 413 | 415, detail: string): ReceiveResult => ({
  kind: "refused",
  status,
  detail,
});

/** The refused posts of a push, by the first field that is wrong. */
export const refusedFields = ({ rejected }: { rejected: readonly PushErrors[] }): LeftOut =>
  sumLeftOut(
    ...rejected.map(({ errors }) => {
      const field = errors[0]?.path.split(/[.[]/)[0];
      return { [`invalid_${field || "item"}`]: 1 };
    }),
  );

const refusedReading = ({
  detail,
  errors,
}: Extract<ReceiveResult, { kind: "refused" }>): AnswerReading =>
  errors === undefined
    ? { kind: "unreadable", why: detail }
    : { kind: "read", posts: [], leftOut: refusedFields({ rejected: [{ errors }] }) };

/** What a push source makes of a request, for someone who tries it by hand. */
export const pushReading = (received: ReceiveResult): AnswerReading =>
  received.kind === "refused"
    ? refusedReading(received)
    : { kind: "read", posts: received.posts, leftOut: refusedFields(received) };
