import type { ProviderFacts } from "../model/facts.ts";
import type { Signal } from "../model/signal.ts";
import type { KnownEvent } from "../pipeline.ts";
import type { Change, CommitTimings } from "../store/events.ts";

/** What a commit keeps of the time that it took: of each provider that was asked, its own. */
export function timingsOf(
  answers: readonly ProviderFacts[],
  took: Omit<CommitTimings, "enrich">,
): CommitTimings {
  const asked = answers.flatMap(({ provider, ms, status }) =>
    ms === undefined ? [] : [[provider, [ms, status]] satisfies [string, [number, string]]],
  );
  return { ...took, enrich: Object.fromEntries(asked) };
}

/**
 * Whether a second look at the facts found nothing that the signal does not say already: the time
 * of the look alone is worth no commit.
 */
export function saysTheSame({ signal }: KnownEvent, { signal: anew }: Change): boolean {
  const told = (each: Signal) => {
    const { ts: _, previousState: __, facts, ...rest } = each;
    const { values, degraded, notes } = facts;
    // The database keeps no order of fields.
    return JSON.stringify([rest, values, degraded, notes], (_, value) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    );
  };
  return signal !== null && told(signal) === told(anew);
}
