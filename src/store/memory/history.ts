import type { HistoryStore } from "../history.ts";
import { type MemoryRows, newestFirst } from "./rows.ts";

export const historyStore = (rows: MemoryRows): HistoryStore => ({
  async history({ eventKey, since, until }, paging) {
    const found = rows.history.filter(
      ({ change }) =>
        (eventKey === null || change.eventKey === eventKey) &&
        (since === null || change.ts >= since) &&
        (until === null || change.ts < until),
    );
    return newestFirst(
      found,
      paging,
      ({ id, change }) => ({ at: change.ts, id }),
      ({ change }) => {
        const event = rows.events.get(change.eventKey)?.event;
        return { ...change, symbol: event?.symbol ?? null, chain: event?.chain ?? "unknown" };
      },
    );
  },
});
