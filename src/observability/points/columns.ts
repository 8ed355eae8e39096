/*
 * The one dataset of Workers Analytics Engine: what each column of a point means. Queries and
 * docs/analytics.md follow from these lists. A column is never moved: old points keep their order
 * for three months. New ones go to the end.
 */

export const DATASET = "event_stream";

/** Blobs 1 to 20, in this order. An empty text means that the dimension does not apply. */
export const DIMENSIONS = {
  metric: "What was counted or measured: a name of `GET /metrics`",
  tenant: "Whose data it is: `default`",
  stage: "The stage of the pipeline, or the queue whose batch was worked off",
  source: "The source of the post",
  outcome: "How it ended: of a post, of a call to a provider (its verdict)",
  reason: "Why: of a drop, the code of a provider's answer",
  provider: "The outside service that was called",
  channel: "The kind of channel of a delivery",
  status: "Of an HTTP answer, or of a provider's facts",
  type: "The type of the event; the kind of rows that were archived",
  state: "The state of the signal, or of a breaker",
  rules_version: "The SHA of the rules that scored the signal",
  colo: "The data centre of the isolate, where it is known",
  chain: "The chain of the token",
  token: "The symbol of the token, or its address",
  route: "The route of the HTTP API",
  rule: "The rule that failed",
  queue: "The queue of a backlog",
  result: "Of a delivery, a reload, a look into a cache",
} as const;
export type Dimension = keyof typeof DIMENSIONS;
export const DIMENSION_NAMES = Object.keys(DIMENSIONS) as Dimension[];

/** Doubles 1 to 20, in this order. */
export const AMOUNTS = {
  ms: "Milliseconds of one thing; the mean of `count` of them where points were folded",
  count: "How many things the point stands for, before sampling",
  bytes: "Bytes of a provider's answer",
  attempts: "The number of the attempt of a delivery, from 1",
  value: "The score of a signal; the present level of a backlog or an age in seconds",
} as const;
export type Amount = keyof typeof AMOUNTS;
export const AMOUNT_NAMES = Object.keys(AMOUNTS) as Amount[];

/** Metrics without points: a delivery has that of its kind of channel, and facts follow from all. */
export const WITHOUT_POINTS: readonly string[] = ["channel_sends_total", "pipeline_fact"];

/** The column of a name in the SQL of Analytics Engine. */
export const columnOf = (name: Dimension | Amount): string => {
  const blob = DIMENSION_NAMES.indexOf(name as Dimension);
  return blob >= 0 ? `blob${blob + 1}` : `double${AMOUNT_NAMES.indexOf(name as Amount) + 1}`;
};
