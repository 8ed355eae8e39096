import { type Store, StoreUnavailable } from "./index.ts";

/**
 * What anyone may read of the feed, and may be a moment old. A post is not among it: who has just
 * sent one asks what became of it.
 */
const READ_AT_REPLICA = [
  "events",
  "eventLines",
  "event",
  "eventsByKey",
  "signals",
  "signalLines",
  "signal",
  "signalsByKey",
  "evidenceByKey",
  "relatedEvents",
  "evidenceInTime",
  "history",
  "overview",
  "activity",
] as const satisfies readonly (keyof Store)[];

/**
 * A store whose reads of the feed go to a replica; while that is out of reach they go where
 * everything else goes. For the API alone: what decides and delivers reads what it wrote.
 */
export function withReplica(primary: Store, replica: Store): Store {
  const reads = READ_AT_REPLICA.map((name) => [name, replicated(name, primary, replica)] as const);
  return { ...primary, ...Object.fromEntries(reads) };
}

function replicated(name: (typeof READ_AT_REPLICA)[number], primary: Store, replica: Store) {
  type Read = (...asked: unknown[]) => Promise<unknown>;
  const [there, here] = [replica[name] as Read, primary[name] as Read];
  return async (...asked: unknown[]): Promise<unknown> => {
    try {
      return await there(...asked);
    } catch (error) {
      if (error instanceof StoreUnavailable) return here(...asked);
      throw error;
    }
  };
}
