import { sha256Hex } from "../kit/hash.ts";
import { parseTraceparent, spanIdOf, type TraceContext } from "../kit/trace-context.ts";
import type { Delivery } from "../model/delivery.ts";

/** The trace of one attempt at a message: its own span, and the posts' spans that it links to. */
export type MessageTrace = TraceContext & { parent: string | undefined; links: string[] };

/** The span of an attempt: the lease under which it was made names it. */
export const attemptSpan = (leaseToken: string): string => spanIdOf(leaseToken);

/**
 * A message about one notification continues the trace of the first post that set it off, at every
 * attempt, and links to the others. A digest is about many: it has a trace of its own, which
 * follows from its key and so is the same at every attempt, and links to all. So has a notification
 * of before posts had traces.
 */
export function messageTrace(rows: readonly Delivery[], key: string): MessageTrace {
  const traces = rows.flatMap(({ payload }) => payload.traces ?? []);
  const contexts = traces.flatMap((trace) => parseTraceparent(trace) ?? []);
  const spanId = attemptSpan(rows[0]?.leaseToken ?? key);
  const [first] = contexts;
  if (rows.length === 1 && first !== undefined)
    return { ...first, spanId, parent: first.spanId, links: traces.slice(1) };
  const sampled = contexts.some((context) => context.sampled);
  const traceId = sha256Hex(`trace of ${key}`).slice(0, 32);
  return { traceId, spanId, sampled, parent: undefined, links: traces };
}
