import { parseTraceparent, spanIdOf, type TraceContext } from "../../kit/trace-context.ts";

export type SpanAttributes = Record<string, string | number | boolean | null | undefined>;

/** A piece of work for one post, in that post's own trace. Times in milliseconds. */
export type PostSpan = {
  traceId: string;
  spanId: string;
  parentId: string | undefined;
  name: string;
  at: number;
  ms: number;
  attributes: SpanAttributes;
  /** Why the work failed; undefined when it did not. */
  failure?: string | undefined;
  /** Traceparents of other traces that it belongs to as well. */
  links?: readonly string[];
};

/** Never throws and never waits. */
export type WriteSpan = (span: PostSpan) => void;

type Step = Pick<PostSpan, "name" | "at" | "ms" | "attributes" | "failure">;

/** The context of a post's own span; undefined when its trace is not to be exported. */
const sampledIn = (trace: string | undefined): TraceContext | undefined => {
  const context = trace === undefined ? undefined : parseTraceparent(trace);
  return context?.sampled === true ? context : undefined;
};

/**
 * The acceptance of a post: the span that every other of its trace hangs on. `from`: the sender's
 * traceparent, its parent in the same trace and else a link.
 */
export function writePostSpan(
  write: WriteSpan | undefined,
  { trace, from }: { trace: string | undefined; from: string | undefined },
  { ms, at, name, attributes }: Step,
): void {
  const own = write && sampledIn(trace);
  if (own === undefined) return;
  const sender = from === undefined ? undefined : parseTraceparent(from);
  const continued = sender?.traceId === own.traceId;
  write?.({
    ...{ traceId: own.traceId, spanId: own.spanId, name, at, ms, attributes },
    parentId: continued ? sender?.spanId : undefined,
    ...(from !== undefined && !continued && { links: [from] }),
  });
}

/** Steps of a post, side by side under its own span; those of `inside` under the step before them. */
export function writeSteps(
  write: WriteSpan | undefined,
  trace: string | undefined,
  steps: readonly (Step & { inside?: readonly Step[] })[],
): void {
  const own = write && sampledIn(trace);
  if (own === undefined) return;
  const { traceId } = own;
  for (const { inside = [], ...step } of steps) {
    const spanId = spanIdOf(`${own.spanId} ${step.name} ${step.at}`);
    write?.({ traceId, spanId, parentId: own.spanId, ...step });
    for (const part of inside) {
      const partId = spanIdOf(`${spanId} ${part.name}`);
      write?.({ traceId, spanId: partId, parentId: spanId, ...part });
    }
  }
}
