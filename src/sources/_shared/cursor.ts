import type * as z from "zod";
import type { Verdict } from "../../http/verdict.ts";
import { sha256Hex } from "../../kit/hash.ts";

const GRAVITY: Record<Verdict["kind"], number> = {
  ...{ empty: 0, ok: 1, partial: 2, gone: 3, reject: 4, retry: 5, throttled: 6, quota: 7, auth: 8 },
};

/**
 * The verdict of several calls in one: the graver, so that a fault is never hidden behind a
 * success.
 */
export const graverVerdict = (a: Verdict, b: Verdict): Verdict =>
  GRAVITY[b.kind] > GRAVITY[a.kind] ? b : a;

/** Whether there is something to read in the answer. */
export const isUsable = ({ kind }: Verdict): boolean => kind === "ok" || kind === "partial";

export const NOTHING_NEW: Verdict = { kind: "empty", reason: "nothing new" };

/**
 * A cursor that was stored as JSON; one that cannot be read starts anew, which repeats posts and
 * loses none.
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

/** An id in a cursor that knows what it has seen. */
export const idDigest = (id: string): string => sha256Hex(id).slice(0, 8);
