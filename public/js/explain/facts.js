import { h } from "../dom.js";
import { factValue } from "../format.js";

/** @import { FactsSnapshot } from "../../types.d.ts" */

/**
 * What was known when the signal was scored, by provider.
 * @param {FactsSnapshot} snapshot
 */
export function factsSection({ values, origin, notes, degraded }) {
  const known = Object.entries(values).filter(([, value]) => value !== null);
  const providers = Map.groupBy(known, ([name]) => origin[name]?.provider ?? "event");
  return h(
    "section",
    {},
    h("h3", {}, "Facts"),
    ...degraded.map(({ provider, status, error }) =>
      h("p", { class: "missing" }, `${provider}: ${status}${error ? ` (${error})` : ""}`),
    ),
    ...notes.map((note) => h("p", { class: "quiet" }, note)),
    ...[...providers].map(([provider, facts]) => providerFacts(provider, facts)),
  );
}

/**
 * @param {string} provider
 * @param {readonly [name: string, value: unknown][]} facts
 */
const providerFacts = (provider, facts) =>
  h(
    "div",
    { class: "provider" },
    h("h4", {}, provider),
    h(
      "dl",
      { class: "values" },
      ...facts.map(([name, value]) =>
        h("div", {}, h("dt", {}, name), h("dd", {}, factValue(name, value))),
      ),
    ),
  );
