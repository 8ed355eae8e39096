import type { ProviderFacts } from "../model/facts.ts";
import type { TokenRef } from "../model/mention.ts";
import { isSameToken } from "./summarise.ts";

/** So long answers are used again: as the cache of the shortest-lived facts keeps them. */
const USED_MS = 45_000;
/** When to ask again meanwhile, without a wait: sooner for what was late. */
const COMPLETE_MS = 10_000;
const INCOMPLETE_MS = 3_000;

type AskForFacts = (token: TokenRef, traceId?: string) => Promise<ProviderFacts[]>;

/** Answers that came too late, partly or out of an old cache. */
export const isIncomplete = (answers: readonly ProviderFacts[]): boolean =>
  answers.some(({ status }) => status === "missing" || status === "partial" || status === "stale");

/**
 * The facts of an event's token: waited for once in 45 s, and asked for again beside the commits
 * in between. So the posts of a burst do not wait for providers each time. What such an answer
 * changes is seen by the next post, or by the alarm that the event sets when facts are late.
 */
export type FactMemory = {
  facts: AskForFacts;
  askAnew: AskForFacts;
};

type HeldAnswers = { token: TokenRef; answers: ProviderFacts[]; askAt: number; usedUntil: number };

export function factMemory(ask: AskForFacts, now: () => number): FactMemory {
  let held: HeldAnswers | undefined;

  async function askAnew(token: TokenRef, traceId?: string): Promise<ProviderFacts[]> {
    const answers = await ask(token, traceId);
    held = {
      token,
      // Nobody waits for what is held.
      answers: answers.map(({ ms: _, ...answer }) => answer),
      askAt: now() + (isIncomplete(answers) ? INCOMPLETE_MS : COMPLETE_MS),
      usedUntil: now() + USED_MS,
    };
    return answers;
  }

  async function facts(token: TokenRef, traceId?: string): Promise<ProviderFacts[]> {
    if (held === undefined || now() >= held.usedUntil || !isSameToken(held.token, token))
      return askAnew(token, traceId);
    const { answers, askAt } = held;
    if (now() >= askAt) {
      held.askAt = now() + INCOMPLETE_MS;
      askAnew(token, traceId).catch(() => undefined);
    }
    return answers;
  }

  return { facts, askAnew };
}
