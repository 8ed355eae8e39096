import { nearestName } from "../kit/nearest-name.ts";
import type { AlertScope } from "../model/alert.ts";
import {
  ALERT_FACT_NAMES,
  type AlertFactValues,
  type AlertUnit,
  alertFact,
} from "./alert-facts.ts";

/*
 * The text of an alert. {name} stands for the value of a fact; {subject}, or the name of its kind
 * ({provider}), for what the alert is about.
 */

const PLACEHOLDER = /\{(\w+)\}/g;

/** What is wrong with a text: unknown names, and facts of something else. */
export function messageProblem(text: string, scope: AlertScope): string | null {
  for (const [, name = ""] of text.matchAll(PLACEHOLDER)) {
    if (scope !== "pipeline" && (name === "subject" || name === scope)) continue;
    const fact = alertFact(name);
    if (fact === undefined) {
      const near = nearestName(name, [
        ...ALERT_FACT_NAMES,
        ...(scope === "pipeline" ? [] : [scope]),
      ]);
      return `{${name}} is no fact${near ? `; did you mean {${near}}?` : ""}`;
    }
    if (fact.scope !== "pipeline" && fact.scope !== scope)
      return `{${name}} is a fact of a ${fact.scope}, and this alert is about ${saidScope(scope)}`;
  }
  return null;
}

export const saidScope = (scope: AlertScope): string =>
  scope === "pipeline" ? "the pipeline" : `a ${scope}`;

/** The text with its values. */
export const writeMessage = (
  text: string,
  {
    scope,
    subject,
    values,
  }: { scope: AlertScope; subject: string | null; values: AlertFactValues },
): string =>
  text.replace(PLACEHOLDER, (whole, name: string) => {
    if (subject !== null && (name === "subject" || name === scope)) return subject;
    const fact = alertFact(name);
    return fact === undefined ? whole : written(values[name as keyof AlertFactValues], fact.unit);
  });

function written(value: number | string | null | undefined, unit: AlertUnit | "text"): string {
  if (value === null || value === undefined) return "unknown";
  return typeof value === "string" || unit === "text" ? String(value) : WRITTEN[unit](value);
}

const decimals = (value: number, most: number): string => String(Number(value.toFixed(most)));

const WRITTEN: Record<AlertUnit, (value: number) => string> = {
  count: (value) => decimals(value, 1),
  flag: String,
  share: (value) => `${decimals(value * 100, 1)} %`,
  ms: (value) => (value < 10_000 ? `${Math.round(value)} ms` : spanText(value / 1_000)),
  seconds: spanText,
  minutes: (value) => spanText(value * 60),
};

/** 42 s, 12 min, 3.5 h, 2 d. */
function spanText(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800
    ? `${decimals(seconds / 3_600, 1)} h`
    : `${decimals(seconds / 86_400, 1)} d`;
}
