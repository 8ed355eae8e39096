import type { LiveMessage } from "../observability/live.ts";

/** On every public answer: what a purge names that has more to say than a call can hold. */
export const FEED_TAG = "feed";
/** On the answers that are about no event and no token in particular: the lists. */
const LIST_TAG = "list";
/** The platform takes 1,024 characters of printable ASCII, without commas. */
const MAX_TAG = 1000;

const tag = (kind: string, name: string): string =>
  `${kind}:${encodeURIComponent(name.toLowerCase().toWellFormed()).toLowerCase()}`.slice(
    0,
    MAX_TAG,
  );

/** What a public answer is about, as far as its address says so. */
export type AnswerSubject = {
  eventKey?: unknown;
  symbol?: unknown;
  token_ca?: unknown;
};

/** The value of `Cache-Tag`. */
export function answerTags({ eventKey, symbol, token_ca: contract }: AnswerSubject): string {
  const named = [
    ...(typeof eventKey === "string" ? [tag("event", eventKey)] : []),
    ...[symbol, contract].flatMap((name) => (typeof name === "string" ? [tag("token", name)] : [])),
  ];
  return [FEED_TAG, ...(named.length === 0 ? [LIST_TAG] : named)].join(",");
}

/** The tags of the answers that a committed change makes old. */
export function changedTags(message: LiveMessage): string[] {
  if (message.event !== "signal") return [];
  const tokens = [message.symbol, message.tokenCa].filter((name) => typeof name === "string");
  return [LIST_TAG, tag("event", message.eventKey), ...tokens.map((name) => tag("token", name))];
}
