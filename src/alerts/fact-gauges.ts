import type { MetricGauge } from "../observability/prometheus.ts";
import { type AlertFactName, alertFact } from "./alert-facts.ts";
import type { AlertsView } from "./alerts-view.ts";

/** Facts that no counter holds: `pipeline_fact{fact}` of /metrics, as at the last evaluation. */
export const EXPORTED_FACTS = [
  ...(["backlog_age_seconds", "delivery_age_seconds"] as const),
  ...(["audit_contradictions", "database_up", "database_ms"] as const),
  ...(["provider_budget_spent", "channel_failing_minutes"] as const),
  ...(["source_silent_minutes", "source_posts_a_day", "queue_age_seconds"] as const),
] satisfies AlertFactName[];

const isExported = (name: string): boolean => (EXPORTED_FACTS as readonly string[]).includes(name);

/** A gauge each; what is not known is left out. */
export const factGauges = ({ facts }: Pick<AlertsView, "facts">): MetricGauge[] =>
  facts.flatMap(({ fact, subject, value }) => {
    const scope = alertFact(fact)?.scope;
    if (scope === undefined || typeof value !== "number" || !isExported(fact)) return [];
    const about: Record<string, string> = subject === null ? {} : { [scope]: subject };
    return [{ name: "pipeline_fact", labels: { fact, ...about }, value }];
  });
