import type { Context } from "hono";
import { snakeCased } from "../kit/case.ts";
import { digestHex } from "../kit/hash.ts";
import { type AnswerSubject, answerTags } from "./cache-tags.ts";
import type { ApiEnv } from "./context.ts";

/**
 * For the cache before the Worker (RFC 9213). Not `s-maxage`, which forbids an old answer while a
 * new one is made, and when none can be made.
 */
const SHARED = "public, max-age=5, stale-while-revalidate=30, stale-if-error=600";
/** The headers that are for that cache alone. */
export const SHARED_HEADERS = ["CDN-Cache-Control", "Cache-Tag"] as const;

/**
 * The wire form of a value that was read: snake_case, with an ETag that answers 304. What anyone
 * may read is kept by the cache before the Worker, and by a browser that asks each time; what a key
 * opened is not stored anywhere.
 */
export async function readReply(
  context: Context<ApiEnv>,
  value: unknown,
  subject: AnswerSubject = {},
): Promise<Response> {
  const body = JSON.stringify(snakeCased(value));
  const etag = `W/"${(await digestHex(body)).slice(0, 32)}"`;
  const isPublic = context.get("caller").kind === "nobody";
  const headers: Record<string, string> = {
    ETag: etag,
    Vary: "Authorization",
    ...(isPublic
      ? {
          "Cache-Control": "public, no-cache",
          "CDN-Cache-Control": SHARED,
          "Cache-Tag": answerTags(subject),
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
