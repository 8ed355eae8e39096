import { describe, expect, it } from "vitest";
import type { HistoryFilter } from "../history.ts";
import type { Store } from "../index.ts";
import { at, change, eventOf, KEY, mention, OTHER_KEY, signal } from "./fixtures.ts";

const ALL: HistoryFilter = { eventKey: null, since: null, until: null };
const PAGE = { limit: 10, cursor: null };

export function historyContract(store: () => Store): void {
  /** Commits the next revision of an event, on what is stored. */
  const commit = async (rev: number, over: Parameters<typeof signal>[0], eventKey = KEY) => {
    const mentions = Array.from({ length: rev + 1 }, (_, i) => mention(i, { eventKey }));
    return store().commit(
      change(rev, mentions.slice(-1), {
        before: (await store().signal(eventKey)) ?? null,
        held: mentions.slice(0, -1),
        event: eventOf(mentions),
        signal: signal({ eventKey, ts: at(rev), ...over }),
      }),
    );
  };
  const shown = async (filter = ALL) =>
    (await store().history(filter, PAGE)).items.map(({ eventKey, rev, score, state }) => ({
      eventKey,
      rev,
      score,
      state,
    }));

  describe("the history of signals", () => {
    it("has a row for each commit that changed score or state, and for no other", async () => {
      await commit(0, { score: 1 });
      await commit(1, { score: 1, level: "caution" });
      await commit(2, { score: 4.5 });
      await commit(3, { score: 4.5, state: "verified", previousState: "candidate" });
      expect(await shown()).toEqual([
        { eventKey: KEY, rev: 4, score: 4.5, state: "verified" },
        { eventKey: KEY, rev: 3, score: 4.5, state: "candidate" },
        { eventKey: KEY, rev: 1, score: 1, state: "candidate" },
      ]);
    });

    it("says what a signal was before, and what was known of its event by then", async () => {
      const values = { dex_liquidity: 50_000, dex_price_usd: "unknown" };
      const facts = { ...signal().facts, values };
      await commit(0, { score: 1 });
      await commit(1, { score: 2, state: "verified", transition: 1, facts });
      const { items } = await store().history({ ...ALL, eventKey: KEY }, PAGE);
      expect(items[0]).toEqual({
        eventKey: KEY,
        symbol: "DEMO",
        chain: "eth",
        rev: 2,
        ts: at(1),
        state: "verified",
        previousState: "candidate",
        score: 2,
        previousScore: 1,
        level: signal().level,
        riskLevel: signal().riskLevel,
        transition: 1,
        rulesVersion: signal().rulesVersion,
        evidenceCount: 2,
        uniqueAuthors: 2,
        liquidity: 50_000,
        priceUsd: null,
      });
      expect(items[1]).toMatchObject({ previousState: null, previousScore: null });
    });

    it("gets no row from a commit that is stale", async () => {
      await commit(0, { score: 1 });
      expect(await commit(0, { score: 9 })).toEqual({ kind: "stale" });
      expect(await commit(5, { score: 9 })).toEqual({ kind: "stale" });
      expect(await shown()).toHaveLength(1);
    });

    it("is read by event and time, page by page", async () => {
      for (let rev = 0; rev < 5; rev++) await commit(rev, { score: rev });
      await commit(0, { score: 7, ts: at(2) }, OTHER_KEY);
      expect(await shown({ ...ALL, eventKey: OTHER_KEY })).toHaveLength(1);
      expect(await shown({ ...ALL, since: at(2), until: at(4) })).toMatchObject([
        { rev: 4 },
        { eventKey: OTHER_KEY },
        { rev: 3 },
      ]);
      const seen: number[] = [];
      for (let cursor: string | null = null; ; ) {
        const page = await store().history({ ...ALL, eventKey: KEY }, { limit: 2, cursor });
        seen.push(...page.items.map(({ rev }) => rev));
        if (page.nextCursor === null) break;
        cursor = page.nextCursor;
      }
      expect(seen).toEqual([5, 4, 3, 2, 1]);
    });

    it("goes with its event, and by its age", async () => {
      for (let rev = 0; rev < 3; rev++) await commit(rev, { score: rev });
      expect(await store().deleteExpired("history", at(1), 10)).toBe(1);
      expect(await shown()).toHaveLength(2);
      expect(await store().deleteExpired("events", at(500), 10)).toBe(1);
      expect(await shown()).toEqual([]);
    });
  });
}
