import type { Clock } from "../kit/time.ts";

export type GlancedValue<T> = { value: T; at: number };

/** A look that has not come back after this is not waited for: the next to ask looks too. */
const LOOK_MS = 5_000;

/**
 * What `look` saw, at most `keepMs` old, so that many who ask cost one look. While one looks, the
 * others get what was seen before; they never wait on another's I/O, which a Worker forbids. A look
 * that fails is thrown to the one who looked.
 */
export function glance<T>(
  look: () => Promise<T>,
  keepMs: number,
  now: Clock,
): () => Promise<GlancedValue<T>> {
  let seen: GlancedValue<T> | undefined;
  let looking = Number.NEGATIVE_INFINITY;
  return async () => {
    const at = now();
    if (seen && (at - seen.at < keepMs || at - looking < LOOK_MS)) return seen;
    looking = at;
    try {
      const fresh = { value: await look(), at: now() };
      seen = fresh;
      return fresh;
    } finally {
      looking = Number.NEGATIVE_INFINITY;
    }
  };
}
