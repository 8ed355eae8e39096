import type * as z from "zod";
import { sha256Hex } from "../../kit/hash.ts";

/**
 * Reads a cursor that was stored as JSON. An unreadable one is replaced by `start`, which repeats
 * posts and loses none.
 */
export function readCursor<S extends z.ZodType>(
  schema: S,
  cursor: string | null,
  start: z.output<S>,
): z.output<S> {
  try {
    return schema.parse(JSON.parse(cursor ?? ""));
  } catch {
    return start;
  }
}

/** The short form of an id in a cursor that remembers the ids it has seen. */
export const idDigest = (id: string): string => sha256Hex(id).slice(0, 8);
