import type { Clock } from "../kit/time.ts";
import type { ReadAnswer } from "./reply.ts";

/** Well below what the cache before the Worker may be old (SHARED in reply.ts). */
const KEPT_MS = 1_000;
const MAX_KEPT = 500;
/** In characters; an isolate has 128 MB for everything. */
const MAX_CHARACTERS = 8_000_000;

/**
 * The public answers that an isolate made lately, by address: what many ask at once is asked of the
 * database once. A commit in the same isolate forgets them; of others they are a second old, and
 * two at most while one of the readers asks anew.
 */
export type RecentAnswers = {
  get(address: string): ReadAnswer | undefined;
  /** `askedAt`: when its reading began. */
  keep(address: string, answer: ReadAnswer, askedAt: number): void;
  forget(): void;
};

export function recentAnswers(now: Clock): RecentAnswers {
  const kept = new Map<string, { answer: ReadAnswer; askedAt: number; isRenewed?: true }>();
  let characters = 0;
  let forgotAt = Number.NEGATIVE_INFINITY;
  function clear(): void {
    kept.clear();
    characters = 0;
  }
  return {
    get(address) {
      const found = kept.get(address);
      if (found === undefined) return undefined;
      const age = now() - found.askedAt;
      // One of those who come asks the store; the others do not wait for it.
      if (age < KEPT_MS || (found.isRenewed && age < 2 * KEPT_MS)) return found.answer;
      found.isRenewed = true;
      return undefined;
    },
    keep(address, answer, askedAt) {
      // What was read while a commit went on may be of before it.
      if (askedAt <= forgotAt) return;
      characters += answer.body.length - (kept.get(address)?.answer.body.length ?? 0);
      kept.set(address, { answer, askedAt });
      if (kept.size > MAX_KEPT || characters > MAX_CHARACTERS) clear();
    },
    forget() {
      clear();
      forgotAt = now();
    },
  };
}
