import type { LiveMessage } from "../observability/live.ts";

/** On every public answer: what a purge names that has more to say than a call can hold. */
export const FEED_TAG = "feed";
/** On every answer about one post: what a purge names when many posts ended at once. */
export const POSTS_TAG = "posts";
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
  /** Of one post, beside its `source`. */
  id?: unknown;
  source?: unknown;
};

/** The value of `Cache-Tag`. */
export function answerTags(subject: AnswerSubject): string {
  const { eventKey, symbol, token_ca: contract, source, id } = subject;
  const named = [
    ...(typeof source === "string" && typeof id === "string"
      ? [POSTS_TAG, postTag(source, id)]
      : []),
    ...(typeof eventKey === "string" ? [tag("event", eventKey)] : []),
    ...[symbol, contract].flatMap((name) => (typeof name === "string" ? [tag("token", name)] : [])),
  ];
  return [FEED_TAG, ...(named.length === 0 ? [LIST_TAG] : named)].join(",");
}

const postTag = (source: string, id: string): string => tag("post", `${source}/${id}`);

export const isPostTag = (name: string): boolean => name.startsWith("post:");

/** The tags of the answers that a committed change makes old. */
export function changedTags(message: LiveMessage): string[] {
  if (message.event === "posts") return message.posts.map(({ source, id }) => postTag(source, id));
  if (message.event !== "signal") return [];
  const tokens = [message.symbol, message.tokenCa].filter((name) => typeof name === "string");
  return [LIST_TAG, tag("event", message.eventKey), ...tokens.map((name) => tag("token", name))];
}
