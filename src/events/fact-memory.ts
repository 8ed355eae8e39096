import type { ProviderFacts } from "../model/facts.ts";
import type { TokenRef } from "../model/mention.ts";

/** Providers' answers are good for longer than this; their caches say so. */
const COMPLETE_MS = 10_000;
/** Until it is worth a wait to ask again for what was late; the alarm of the event asks as well. */
const INCOMPLETE_MS = 5_000;

type AskForFacts = (token: TokenRef, traceId?: string) => Promise<ProviderFacts[]>;

/** Answers that came too late, partly or out of an old cache. */
export const isIncomplete = (answers: readonly ProviderFacts[]): boolean =>
  answers.some(({ status }) => status === "missing" || status === "partial" || status === "stale");

/**
 * Asks for the facts of an event's token, and answers the same again for some seconds: the posts of
 * a burst are committed with the facts at hand and do not wait for providers each time.
 */
export function factMemory(ask: AskForFacts, now: () => number) {
  let held: { token: string; answers: ProviderFacts[]; until: number } | undefined;

  async function askAnew(token: TokenRef, traceId?: string): Promise<ProviderFacts[]> {
    const answers = await ask(token, traceId);
    const keptMs = isIncomplete(answers) ? INCOMPLETE_MS : COMPLETE_MS;
    // Nobody waits for what is held.
    const unwaited = answers.map(({ ms: _, ...answer }) => answer);
    held = { token: JSON.stringify(token), answers: unwaited, until: now() + keptMs };
    return answers;
  }

  async function facts(token: TokenRef, traceId?: string): Promise<ProviderFacts[]> {
    if (held !== undefined && now() < held.until && held.token === JSON.stringify(token))
      return held.answers;
    return askAnew(token, traceId);
  }

  return { facts, askAnew };
}
