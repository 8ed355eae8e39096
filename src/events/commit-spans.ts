import type { ProviderFacts } from "../model/facts.ts";
import { type WriteSpan, writeSteps } from "../observability/spans/span.ts";
import type { Change } from "../store/events.ts";

/** The steps of a commit, in the trace of each post that it took in, or of the one that waited. */
export function writeCommit(
  span: WriteSpan | undefined,
  { evidence, signal }: Change,
  answers: readonly ProviderFacts[],
  waited: string | undefined,
  [askedAt, decideAt, commitAt, now]: [number, number, number, number],
): void {
  if (span === undefined) return;
  const attributes = { "event.key": signal.eventKey, "event.posts": evidence.length };
  const asked = answers.flatMap(({ provider, via, ms, status, error }) =>
    ms === undefined
      ? []
      : [
          {
            ...{ name: provider, at: askedAt, ms, failure: error ?? undefined },
            attributes: { "facts.status": status, "facts.via": via },
          },
        ],
  );
  const steps = [
    { name: "enrich", at: askedAt, ms: decideAt - askedAt, attributes, inside: asked },
    { name: "rules", at: decideAt, ms: commitAt - decideAt, attributes },
    {
      ...{ name: "store", at: commitAt, ms: now - commitAt },
      attributes: { ...attributes, "signal.state": signal.state, "signal.score": signal.score },
    },
  ];
  const own = new Set(evidence.flatMap(({ trace }) => trace ?? []));
  for (const trace of own.size > 0 ? own : [waited]) writeSteps(span, trace, steps);
}
