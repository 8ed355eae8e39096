import * as workers from "cloudflare:workers";

/** Older runtimes, and the types of some of them, know no tracing. */
const { tracing } = workers as Partial<typeof workers>;

type Attributes = Record<string, string | number | undefined>;

/**
 * Runs work as a span of the platform's trace, which the destinations of the deployment get. Where
 * nothing is traced the attributes are not made, and without tracing the work just runs.
 */
export async function inSpan<T>(
  name: string,
  attributes: () => Attributes,
  work: () => Promise<T>,
): Promise<T> {
  if (typeof tracing?.startActiveSpan !== "function") return work();
  return tracing.startActiveSpan(name, async (span) => {
    if (span.isTraced) span.setAttributes(attributes());
    try {
      return await work();
    } finally {
      span.end();
    }
  });
}

/** The traces of the posts that the work is for, by which a post's own trace is found here. */
export const traceIdsOf = (traces: Iterable<string | undefined>): string =>
  [...new Set([...traces].flatMap((trace) => trace?.slice(3, 35) ?? []))].slice(0, 16).join(" ");
