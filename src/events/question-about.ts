import type { Mention } from "../model/mention.ts";
import type { OpinionQuestion } from "../model/opinion-question.ts";
import type { TokenEvent } from "../model/token-event.ts";

/** The post that tells most among those that changed an event's state; undefined without any. */
export function questionAbout(
  { type, symbol, tokenCa }: Pick<TokenEvent, "type" | "symbol" | "tokenCa">,
  posts: readonly Mention[],
): OpinionQuestion | undefined {
  const weight = (post: Mention): number =>
    (post.type === type ? 2 + (post.typeConfidence ?? 0) : 0) + Math.min(post.authorWeight, 1);
  const [most] = posts
    .filter(({ quiet }) => quiet !== true)
    .toSorted((a, b) => weight(b) - weight(a) || (a.evidenceId < b.evidenceId ? -1 : 1));
  if (most === undefined) return undefined;
  const { evidenceId, fingerprint, excerpt: text } = most;
  const token = symbol === null ? (tokenCa ?? "") : `$${symbol}`;
  return { evidenceId, fingerprint, token, claim: type, text };
}
