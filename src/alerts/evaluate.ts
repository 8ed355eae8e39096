import type { AlertScope } from "../model/alert.ts";
import { freshBudget } from "../rules/language/budget.ts";
import {
  ALERT_FACT_NAMES,
  type AlertFactValues,
  noPipelineFacts,
  type PipelineFacts,
} from "./alert-facts.ts";
import type { LiveAlert } from "./load-alerts.ts";
import { writeMessage } from "./message.ts";

/** An alert whose condition holds for a subject now. */
export type AlertMatch = {
  key: string;
  alert: LiveAlert;
  subject: string | null;
  summary: string;
  description: string;
};

/** The same for an alert and a subject at all times. */
export const alertKey = (alert: string, subject: string | null): string =>
  subject === null ? alert : `${alert}/${subject}`;

const MAX_SUBJECTS = 200;
/** What fires of so many more is the same story, and all are kept. */
const MAX_MATCHES = 500;

/**
 * The alerts whose condition holds, in the order of their file, for each subject of its kind.
 * `factsOf` answers what is counted of the last minutes; it is asked once for each window.
 */
export function matchAlerts(
  alerts: readonly LiveAlert[],
  factsOf: (minutes: number) => PipelineFacts,
): AlertMatch[] {
  const windows = [...new Set(alerts.map(({ windowMinutes }) => windowMinutes))];
  const facts = new Map(windows.map((minutes) => [minutes, factsOf(minutes)]));
  return alerts
    .flatMap((alert) =>
      subjectsOf(alert.scope, facts.get(alert.windowMinutes) ?? noPipelineFacts()).flatMap(
        ({ subject, values }) => (holds(alert, values) ? [matched(alert, subject, values)] : []),
      ),
    )
    .slice(0, MAX_MATCHES);
}

type Asked = { subject: string | null; values: AlertFactValues };

function subjectsOf(scope: AlertScope, { pipeline, subjects }: PipelineFacts): Asked[] {
  if (scope === "pipeline") return [{ subject: null, values: pipeline }];
  return Object.entries(subjects[scope])
    .slice(0, MAX_SUBJECTS)
    .map(([subject, own]) => ({ subject, values: { ...pipeline, ...own } }));
}

/** A condition that fails to evaluate holds for nobody. */
function holds({ when }: LiveAlert, values: AlertFactValues): boolean {
  freshBudget();
  try {
    const value = when.evaluate(ALERT_FACT_NAMES.map((name) => values[name] ?? null));
    return value === true || value === 1;
  } catch {
    return false;
  }
}

function matched(alert: LiveAlert, subject: string | null, values: AlertFactValues): AlertMatch {
  const said = { scope: alert.scope, subject, values };
  return {
    key: alertKey(alert.name, subject),
    alert,
    subject,
    summary: writeMessage(alert.summary, said),
    description: writeMessage(alert.description, said),
  };
}
