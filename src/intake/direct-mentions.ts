import type { SleepFor } from "../kit/time.ts";
import type { Mention } from "../model/mention.ts";

/** Whoever brought the posts waits for their answer no longer than this, in ms. */
const PATIENCE_MS = 2_000;
/** An invocation makes 1,000 calls at most, to everything that it calls. */
const MOST_EVENTS = 200;

export type DirectMentionsPorts = {
  /**
   * Resolves once the mentions are evidence, or held by their event when they may be; throws when
   * that failed.
   */
  addMentions(eventKey: string, mentions: Mention[], mayHold: boolean): Promise<void>;
  sleep: SleepFor;
};

/**
 * Hands mentions to their events, one call for each event. Answers those that are neither evidence
 * nor held by then: the queue is to bring them. One that is only late may arrive both ways, which
 * changes nothing. Never throws.
 */
export async function addDirectly(
  mentions: readonly Mention[],
  { addMentions, sleep }: DirectMentionsPorts,
): Promise<Mention[]> {
  if (mentions.length === 0) return [];
  const left = Map.groupBy(mentions, ({ eventKey }) => eventKey);
  const calls = [...left].slice(0, MOST_EVENTS).map(async ([eventKey, some]) => {
    try {
      await addMentions(eventKey, some, true);
      left.delete(eventKey);
    } catch {
      // The queue tries again, and says what is wrong.
    }
  });
  await Promise.race([Promise.all(calls), sleep(PATIENCE_MS)]);
  return [...left.values()].flat();
}
