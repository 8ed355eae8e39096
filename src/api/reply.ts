import type { Context } from "hono";
import { snakeCased } from "../kit/case.ts";
import { sha256Hex } from "../kit/hash.ts";
import type { ApiEnv } from "./context.ts";

const PUBLIC = "public, s-maxage=5, stale-while-revalidate=30";

/**
 * The wire form of a value that was read: snake_case, with an ETag that answers 304. What anyone
 * may read is cached at the edge; what a key opened is not stored anywhere.
 */
export function readReply(context: Context<ApiEnv>, value: unknown): Response {
  const body = JSON.stringify(snakeCased(value));
  const etag = `W/"${sha256Hex(body).slice(0, 32)}"`;
  const headers = {
    ETag: etag,
    "Cache-Control": context.get("caller").kind === "nobody" ? PUBLIC : "private, no-store",
    Vary: "Authorization",
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
