import { type CachedValue, cached } from "../../src/concurrency/cached.ts";
import type { Clock } from "../../src/kit/time.ts";

/** What a list's text is read into; `problems` name the line and the suggestion. */
export type ReadList<T> =
  | { kind: "loaded"; value: T }
  | { kind: "rejected"; problems: ListProblem[] };
export type ListProblem = { line: number; message: string; path?: string; suggestion?: string };

/**
 * A list that operators edit while it runs (blacklist.yml, authors.yml, coins.yml, alerts.yml): the
 * copy in KV, or the one built into the Worker.
 */
export type HotList<T> = CachedValue<T> & {
  /** `record` hears of the text in use, once the new one can be read and before it is put. */
  publish(text: string, record?: (before: string) => Promise<void>): Promise<ReadList<T>>;
};

/** KV keeps a read for 30 s at least; with our own time a change is live everywhere within 90 s. */
const KV_CACHE_SECONDS = 30;

type Kv = {
  get(key: string, options: { cacheTtl: number }): Promise<string | null>;
  put(key: string, value: string): Promise<void>;
};

/** A text that cannot be read never takes the place of the last good list. */
export function hotList<T>(
  name: string,
  builtIn: string,
  read: (text: string) => ReadList<T>,
  kv: Kv,
  ttlMs: number,
  now: Clock,
): HotList<T> {
  const key = `lists:${name}`;
  const text = async () => (await kv.get(key, { cacheTtl: KV_CACHE_SECONDS })) ?? builtIn;
  let last: { text: string; list: ReadList<T> } | undefined;
  /** Reading costs more than comparing, and a list changes seldom. */
  function readAgain(given: string): ReadList<T> {
    if (last?.text !== given) last = { text: given, list: read(given) };
    return last.list;
  }
  const held = cached(
    async () => {
      const list = readAgain(await text());
      if (list.kind === "rejected") throw new Error(`the list ${name} in KV cannot be read`);
      return list.value;
    },
    { ttlMs, staleOnError: true, now },
  );
  return {
    ...held,
    async publish(given, record) {
      const list = read(given);
      if (list.kind === "loaded") {
        await record?.(await text());
        await kv.put(key, given);
        held.expire();
      }
      return list;
    },
  };
}
