import type { AlertScope } from "../model/alert.ts";
import type { ComparisonOperator, ExpressionNode } from "../rules/language/syntax.ts";
import { type AlertFactName, alertFact, WINDOW_MINUTES } from "./alert-facts.ts";
import { EXPORTED_FACTS } from "./fact-gauges.ts";

/*
 * The facts of the alerts as PromQL over /metrics, and conditions over them. Each expression has
 * the label of its scope and no other, so that `and` finds its partner.
 */

/** What is counted of the last minutes, and gauges of /metrics. */
function countedPromql(minutes: number): Partial<Record<AlertFactName, string>> {
  const range = `[${minutes}m]`;
  const accepted = `posts_total{outcome="accepted"}${range}`;
  const calls = `sum by (provider) (increase(external_request_ms_count${range}))`;
  // Errors have their code in the name, so that a range over all of them needs it as a label.
  const errors =
    'sum by (provider) (increase(label_replace({__name__=~"external_error_total_.+"}, "code", ' +
    `"$1", "__name__", "external_error_total_(.+)")[${minutes}m:1m]))`;
  const requests = `sum(increase(http_request_ms_count${range}))`;
  const sends = (selector: string): string =>
    `sum by (channel) (label_replace(increase(channel_sends_total${selector}${range}), ` +
    '"channel", "$1", "name", "(.*)"))';
  return {
    posts_accepted: `sum(increase(${accepted}))`,
    outbox_backlog: "max(outbox_backlog)",
    dead_letters: "max(dead_letters)",
    end_to_end_deliveries: `sum(increase(end_to_end_ms_count${range}))`,
    end_to_end_p95_ms: `histogram_quantile(0.95, sum by (le) (rate(end_to_end_ms_bucket${range})))`,
    reloads_rejected: `sum(increase(config_reload_total{result="rejected"}${range}))`,
    rule_errors: `sum(increase(rule_errors_total${range}))`,
    archive_failures: `sum(increase(archive_failures_total${range}))`,
    redis_errors: `sum(increase(external_error_total_redis${range}))`,
    api_requests: requests,
    api_error_ratio: `sum(increase(http_request_ms_count{status=~"5.."}${range})) / ${requests}`,
    provider_calls: calls,
    provider_error_ratio: `${errors} / ${calls}`,
    provider_p95_ms:
      "histogram_quantile(0.95, sum by (provider, le) " +
      `(rate(external_request_ms_bucket${range})))`,
    provider_breaker_open: "max by (provider) (breaker_state) > bool 0",
    channel_sends: sends(""),
    channel_error_ratio: `${sends('{result="failed"}')} / ${sends("")}`,
    source_posts: `sum by (source) (increase(${accepted}))`,
    queue_backlog: "max by (queue) (queue_backlog)",
  };
}

/** A fact over /metrics; undefined for a text, which Prometheus has none of. */
export function factPromql(
  name: AlertFactName,
  minutes: number = WINDOW_MINUTES,
): string | undefined {
  const counted = countedPromql(minutes)[name];
  if (counted !== undefined) return counted;
  if (!(EXPORTED_FACTS as readonly string[]).includes(name)) return undefined;
  const scope = alertFact(name)?.scope ?? "pipeline";
  const gauge = `pipeline_fact{fact="${name}"}`;
  return scope === "pipeline" ? `max(${gauge})` : `max by (${scope}) (${gauge})`;
}

/** Whether a fact is counted of a time, and not as it is now. */
const isOfWindow = (name: AlertFactName): boolean => factPromql(name, 1) !== factPromql(name, 2);

/** The recording rule of a fact, which conditions and messages name. */
export const recordOf = (name: AlertFactName, minutes: number = WINDOW_MINUTES): string =>
  minutes !== WINDOW_MINUTES && isOfWindow(name)
    ? `pipeline:${name}:${minutes}m`
    : `pipeline:${name}`;

const COMPARISONS: readonly ComparisonOperator[] = ["==", "!=", "<", "<=", ">=", ">"];

/** A condition over the recorded facts; null where PromQL cannot say it. */
export function conditionPromql(
  node: ExpressionNode,
  minutes: number = WINDOW_MINUTES,
): string | null {
  const said = (part: ExpressionNode) => conditionPromql(part, minutes);
  const both = (left: ExpressionNode, operator: string, right: ExpressionNode): string | null => {
    const [first, second] = [said(left), said(right)];
    return first === null || second === null ? null : `${first} ${operator} ${second}`;
  };
  switch (node.kind) {
    case "number":
      return node.digits;
    case "name": {
      const name = node.name as AlertFactName;
      return factPromql(name) === undefined ? null : recordOf(name, minutes);
    }
    case "and":
    case "or":
      return grouped(both(node.left, node.kind, node.right));
    case "arithmetic":
      return node.operator === "mod" ? null : grouped(both(node.left, node.operator, node.right));
    case "negative": {
      const value = said(node.value);
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
export const annotationOf = (
  text: string,
  scope: AlertScope,
  minutes: number = WINDOW_MINUTES,
): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => {
    if (name === "subject" || name === scope) return `{{ $labels.${scope} }}`;
    const fact = alertFact(name);
    if (fact === undefined || fact.unit === "text") return name;
    const own = fact.scope !== "pipeline";
    const record = recordOf(name as AlertFactName, minutes);
    const query = own
      ? `printf "${record}{${scope}=%q}" $labels.${scope} | query`
      : `query "${record}"`;
    const shown = HUMANIZED[fact.unit] ?? "humanize";
    return `{{ with ${query} }}{{ . | first | value | ${shown} }}{{ end }}`;
  });
