import type { Context } from "hono";
import { snakeCased } from "../kit/case.ts";
import { digestHex } from "../kit/hash.ts";
import type { RowPage } from "../store/paging.ts";
import { type AnswerSubject, answerTags } from "./cache-tags.ts";
import type { ApiEnv } from "./context.ts";

/**
 * For the cache before the Worker (RFC 9213). Not `s-maxage`, which forbids an old answer while a
 * new one is made, and when none can be made.
 */
const SHARED = "public, max-age=5, stale-while-revalidate=30, stale-if-error=600";
/** The headers that are for that cache alone. */
export const SHARED_HEADERS = ["CDN-Cache-Control", "Cache-Tag"] as const;

/** A page whose rows are JSON texts already; `name` is the field that they stand in. */
export type PageText = {
  kind: "page text";
  name: string;
  rows: readonly string[];
  nextCursor: string | null;
};

export const linesOf = (name: string, { items, nextCursor }: RowPage<string>): PageText => ({
  kind: "page text",
  name,
  rows: items,
  nextCursor,
});

const isPageText = (value: unknown): value is PageText =>
  (value as { kind?: unknown } | null)?.kind === "page text";

/** What is sent for a read, whoever asked. */
export type ReadAnswer = { body: string; etag: string; tags: string };

/** The wire form of a value that was read, in snake_case. */
export async function readAnswer(value: unknown, subject: AnswerSubject): Promise<ReadAnswer> {
  const body = isPageText(value) ? textOf(value) : JSON.stringify(snakeCased(value));
  const etag = `W/"${(await digestHex(body)).slice(0, 32)}"`;
  return { body, etag, tags: answerTags(subject) };
}

const textOf = ({ name, rows, nextCursor }: PageText): string =>
  `{"${name}":[${rows.join(",")}],"next_cursor":${JSON.stringify(nextCursor)}}`;

/**
 * With an ETag that answers 304. What anyone may read is kept by the cache before the Worker, and
 * by a browser that asks each time; what a key opened is not stored anywhere.
 */
export function readReply(context: Context<ApiEnv>, { body, etag, tags }: ReadAnswer): Response {
  const isPublic = context.get("caller").kind === "nobody";
  const headers: Record<string, string> = {
    ETag: etag,
    Vary: "Authorization",
    ...(isPublic
      ? {
          "Cache-Control": "public, no-cache",
          "CDN-Cache-Control": SHARED,
          "Cache-Tag": tags,
        }
      : { "Cache-Control": "private, no-store" }),
  };
  if (isKnownTag(etag, context.req.header("If-None-Match")))
    return new Response(null, { status: 304, headers });
  return new Response(body, { headers: { ...headers, "Content-Type": "application/json" } });
}

/** If-None-Match by weak comparison (RFC 9110, 8.8.3.2): W/"a" and "a" are the same. */
export function isKnownTag(etag: string, ifNoneMatch: string | null | undefined): boolean {
  const known = (ifNoneMatch ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return known.includes("*") || known.includes(etag.replace(/^W\//, ""));
}

/** The wire form of what a change answered. */
export const jsonReply = (
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): Response =>
  new Response(JSON.stringify(snakeCased(value)), {
    status,
    headers: {
      "Content-Type": "application/json",
      "Cache-Control": "private, no-store",
      ...headers,
    },
  });
