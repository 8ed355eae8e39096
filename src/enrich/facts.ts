import { type EventFacts, FACTS, type FactValues, type ProviderFacts } from "../model/facts.ts";

const NOTHING: FactValues = Object.fromEntries(Object.keys(FACTS).map((name) => [name, null]));
const DEGRADED = new Set<ProviderFacts["status"]>(["missing", "stale", "partial"]);

/**
 * All facts of a score. Every fact of the vocabulary has a value, null when it is not known. A fact
 * of the evidence replaces a provider's fact of the same name.
 */
export function mergeFacts(
  eventFacts: FactValues,
  answers: readonly ProviderFacts[],
  evaluatedAt: string,
): EventFacts {
  const values: FactValues = { ...NOTHING };
  const origin: EventFacts["origin"] = {};
  const put = (facts: FactValues, provider: string, asOf: string | null) => {
    for (const [name, value] of Object.entries(facts)) {
      values[name] = value;
      if (value !== null) origin[name] = { provider, asOf };
    }
  };
  for (const answer of answers) put(answer.values, answer.via ?? answer.provider, answer.asOf);
  put(eventFacts, "event", evaluatedAt);
  return {
    evaluatedAt,
    values,
    origin,
    degraded: answers
      .filter((answer) => DEGRADED.has(answer.status))
      .map(({ provider, status, error }) => ({ provider, status, error })),
    notes: answers.flatMap((answer) => answer.notes),
  };
}
