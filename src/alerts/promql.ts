import type { AlertScope } from "../model/alert.ts";
import type { ComparisonOperator, ExpressionNode } from "../rules/language/syntax.ts";
import { type AlertFactName, alertFact, WINDOW_MINUTES } from "./alert-facts.ts";
import { EXPORTED_FACTS } from "./fact-gauges.ts";

/*
 * The facts of the alerts as PromQL over /metrics, and conditions over them. Each expression has
 * the label of its scope and no other, so that `and` finds its partner.
 */

const WINDOW = `[${WINDOW_MINUTES}m]`;
const ACCEPTED = `posts_total{outcome="accepted"}${WINDOW}`;
const CALLS = `sum by (provider) (increase(external_request_ms_count${WINDOW}))`;
/** Errors have their code in the name, so that a range over all of them needs it as a label. */
const ERRORS =
  'sum by (provider) (increase(label_replace({__name__=~"external_error_total_.+"}, "code", ' +
  `"$1", "__name__", "external_error_total_(.+)")[${WINDOW_MINUTES}m:1m]))`;
const REQUESTS = `sum(increase(http_request_ms_count${WINDOW}))`;
const SENDS = (selector: string): string =>
  `sum by (channel) (label_replace(increase(channel_sends_total${selector}${WINDOW}), ` +
  '"channel", "$1", "name", "(.*)"))';

const COUNTED: Partial<Record<AlertFactName, string>> = {
  posts_accepted: `sum(increase(${ACCEPTED}))`,
  outbox_backlog: "max(outbox_backlog)",
  dead_letters: "max(dead_letters)",
  end_to_end_deliveries: `sum(increase(end_to_end_ms_count${WINDOW}))`,
  end_to_end_p95_ms: `histogram_quantile(0.95, sum by (le) (rate(end_to_end_ms_bucket${WINDOW})))`,
  reloads_rejected: `sum(increase(config_reload_total{result="rejected"}${WINDOW}))`,
  rule_errors: `sum(increase(rule_errors_total${WINDOW}))`,
  redis_errors: `sum(increase(external_error_total_redis${WINDOW}))`,
  api_requests: REQUESTS,
  api_error_ratio: `sum(increase(http_request_ms_count{status=~"5.."}${WINDOW})) / ${REQUESTS}`,
  provider_calls: CALLS,
  provider_error_ratio: `${ERRORS} / ${CALLS}`,
  provider_p95_ms:
    "histogram_quantile(0.95, sum by (provider, le) " +
    `(rate(external_request_ms_bucket${WINDOW})))`,
  provider_breaker_open: "max by (provider) (breaker_state) > bool 0",
  channel_sends: SENDS(""),
  channel_error_ratio: `${SENDS('{result="failed"}')} / ${SENDS("")}`,
  source_posts: `sum by (source) (increase(${ACCEPTED}))`,
  queue_backlog: "max by (queue) (queue_backlog)",
};

/** A fact over /metrics; undefined for a text, which Prometheus has none of. */
export function factPromql(name: AlertFactName): string | undefined {
  const counted = COUNTED[name];
  if (counted !== undefined) return counted;
  if (!(EXPORTED_FACTS as readonly string[]).includes(name)) return undefined;
  const scope = alertFact(name)?.scope ?? "pipeline";
  const gauge = `pipeline_fact{fact="${name}"}`;
  return scope === "pipeline" ? `max(${gauge})` : `max by (${scope}) (${gauge})`;
}

/** The recording rule of a fact, which conditions and messages name. */
export const recordOf = (name: string): string => `pipeline:${name}`;

const COMPARISONS: readonly ComparisonOperator[] = ["==", "!=", "<", "<=", ">=", ">"];

/** A condition over the recorded facts; null where PromQL cannot say it. */
export function conditionPromql(node: ExpressionNode): string | null {
  const both = (left: ExpressionNode, operator: string, right: ExpressionNode): string | null => {
    const [first, second] = [conditionPromql(left), conditionPromql(right)];
    return first === null || second === null ? null : `${first} ${operator} ${second}`;
  };
  switch (node.kind) {
    case "number":
      return node.digits;
    case "name":
      return factPromql(node.name as AlertFactName) === undefined ? null : recordOf(node.name);
    case "and":
    case "or":
      return grouped(both(node.left, node.kind, node.right));
    case "arithmetic":
      return node.operator === "mod" ? null : grouped(both(node.left, node.operator, node.right));
    case "negative": {
      const value = conditionPromql(node.value);
      return value === null ? null : `-(${value})`;
    }
    case "relation": {
      const [only, ...more] = node.rest;
      const compares = only !== undefined && COMPARISONS.includes(only.operator);
      return compares && more.length === 0 ? both(node.first, only.operator, only.right) : null;
    }
    default:
      return null;
  }
}

const grouped = (text: string | null): string | null => text && `(${text})`;

const HUMANIZED: Record<string, string> = {
  share: "humanizePercentage",
  ms: 'printf "%.0f ms"',
  seconds: "humanizeDuration",
  minutes: 'printf "%.0f min"',
};

/** The text of an alert as a template of Prometheus. */
export const annotationOf = (text: string, scope: AlertScope): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => {
    if (name === "subject" || name === scope) return `{{ $labels.${scope} }}`;
    const fact = alertFact(name);
    if (fact === undefined || fact.unit === "text") return name;
    const own = fact.scope !== "pipeline";
    const query = own
      ? `printf "${recordOf(name)}{${scope}=%q}" $labels.${scope} | query`
      : `query "${recordOf(name)}"`;
    const shown = HUMANIZED[fact.unit] ?? "humanize";
    return `{{ with ${query} }}{{ . | first | value | ${shown} }}{{ end }}`;
  });
