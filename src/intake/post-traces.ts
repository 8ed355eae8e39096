import {
  parseTraceparent,
  parseTracestate,
  type TraceContext,
  traceparentOf,
} from "../kit/trace-context.ts";
import type { RawPost } from "../model/raw-post.ts";
import type { Telemetry } from "../observability/telemetry.ts";

/** The trace that a request belongs to, as its sender said. */
export type SenderTrace = { parent: TraceContext; state?: string };

type TraceHeaders = { get(name: string): string | null | undefined };

function readTraceparent(
  text: string,
  telemetry: Pick<Telemetry, "count">,
): TraceContext | undefined {
  const parent = parseTraceparent(text);
  telemetry.count("traceparents_total", { result: parent ? "taken" : "malformed" });
  return parent;
}

/** Undefined without a traceparent. A malformed one is counted and ignored: the posts come first. */
export function senderTrace(
  headers: TraceHeaders,
  telemetry: Pick<Telemetry, "count">,
): SenderTrace | undefined {
  const given = headers.get("traceparent");
  if (!given) return undefined;
  const parent = readTraceparent(given, telemetry);
  if (parent === undefined) return undefined;
  const state = parseTracestate(headers.get("tracestate") ?? "");
  return { parent, ...(state !== undefined && { state }) };
}

export type PostTracePorts = {
  telemetry: Pick<Telemetry, "count">;
  /** The trace of each post. */
  uuid(): string;
  /** The share of new traces that is exported, 0 to 1; all when left out. */
  traceRatio?: number;
};

/** Every stage and every process decide alike: by the trace id alone. */
const isSampled = (traceId: string, ratio: number): boolean =>
  ratio >= 1 || Number.parseInt(traceId.slice(-8), 16) / 2 ** 32 < ratio;

const newContext = (uuid: string, ratio: number): TraceContext => {
  const traceId = uuid.replaceAll("-", "");
  return { traceId, spanId: traceId.slice(16), sampled: isSampled(traceId, ratio) };
};

/** The traceparent of a new trace. */
export const newTraceparent = (uuid: string, ratio: number): string =>
  traceparentOf(newContext(uuid, ratio));

/**
 * Gives each post a trace of its own. A post that came alone continues its sender's trace; posts of
 * a batch would make one trace of a thousand, and each begins its own, which links to the sender's.
 * An event that names its own trace (CloudEvents) continues that one.
 */
export function tracedPosts(
  posts: readonly RawPost[],
  from: SenderTrace | undefined,
  ports: PostTracePorts,
): RawPost[] {
  const isAlone = posts.length === 1;
  return posts.map(({ traceFrom, traceState, ...post }) => {
    const own = traceFrom === undefined ? undefined : readTraceparent(traceFrom, ports.telemetry);
    const parent = own ?? (isAlone ? from?.parent : undefined);
    const fresh = newContext(ports.uuid(), ports.traceRatio ?? 1);
    const trace = traceparentOf(parent ? { ...parent, spanId: fresh.spanId } : fresh);
    const cause = parent ?? from?.parent;
    const state = own ? traceState : isAlone ? from?.state : undefined;
    return {
      ...post,
      trace,
      ...(cause && { traceFrom: traceparentOf(cause) }),
      ...(state !== undefined && { traceState: state }),
    };
  });
}
