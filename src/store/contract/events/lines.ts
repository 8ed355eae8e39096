import { describe, expect, it } from "vitest";
import { snakeCased } from "../../../kit/case.ts";
import type { Store } from "../../index.ts";
import {
  ANY_EVENT,
  at,
  change,
  eventOf,
  FIRST_PAGE,
  KEY,
  mention,
  OTHER_KEY,
  signal,
} from "../fixtures.ts";

const ODD = 'a "quoted" line\nand \\ 🚀 \u0001';

/** One event of KEY and another of the same symbol, whose signal has odd texts and facts. */
async function twoOfASymbol(store: () => Store): Promise<void> {
  await store().commit(change(0, [mention(10)]));
  const piece = mention(20, { eventKey: OTHER_KEY });
  const reason = (score: number, text: string) => ({ rule: "r", group: "g", score, text });
  await store().commit(
    change(0, [piece], {
      event: eventOf([piece], { summary: ODD, chain: "unknown", tokenCa: null }),
      signal: signal({
        eventKey: OTHER_KEY,
        previousState: "candidate",
        score: 4.25,
        reasons: [reason(-1.5, ODD), reason(1e6, "")],
        missing: [ODD, "second"],
        degraded: true,
        ts: at(200),
        facts: {
          ...signal().facts,
          values: { type: ODD, symbol: null, chain: 3, evidence_count: 7, other: ["a"] },
        },
      }),
    }),
  );
}

export function eventLinesContract(store: () => Store): void {
  describe("the lists as texts", () => {
    const related = async (eventKey: string): Promise<string[]> =>
      (await store().relatedEvents([eventKey]))[0]?.related ?? [];

    it("have the rows and cursors of the lists themselves, in snake_case", async () => {
      await twoOfASymbol(store);
      const paging = { limit: 1, cursor: null };
      const events = await store().events(ANY_EVENT, FIRST_PAGE);
      const lines = await store().eventLines(ANY_EVENT, FIRST_PAGE);
      const expected = await Promise.all(
        events.items.map(async (row) => ({ ...row, related: await related(row.eventKey) })),
      );
      expect(lines.items.map((line) => JSON.parse(line))).toEqual(expected.map(snakeCased));
      expect(expected.map((row) => row.related)).toEqual([[KEY], [OTHER_KEY]]);
      expect((await store().eventLines(ANY_EVENT, paging)).nextCursor).toBe(
        (await store().events(ANY_EVENT, paging)).nextCursor,
      );
    });

    it("show of a signal its reasons in short, and four of its facts", async () => {
      await twoOfASymbol(store);
      const { items } = await store().signalLines(ANY_EVENT, FIRST_PAGE);
      const [first, second] = items.map((line) => JSON.parse(line));
      expect(first).toEqual({
        event_key: OTHER_KEY,
        state: "candidate",
        previous_state: "candidate",
        score: 4.25,
        level: signal().level,
        risk_level: signal().riskLevel,
        reasons: [
          { score: -1.5, text: ODD },
          { score: 1e6, text: "" },
        ],
        missing: [ODD, "second"],
        degraded: true,
        ts: at(200),
        type: ODD,
        chain: 3,
        symbol: null,
        evidence_count: 7,
        related: [KEY],
      });
      expect(Object.keys(second)).toEqual(Object.keys(first));
      expect(items.every((line) => line.startsWith('{"event_key":"'))).toBe(true);
    });

    it("take the filters, orders and cursors of the lists", async () => {
      await twoOfASymbol(store);
      const keyOf = (line: string): string => JSON.parse(line).event_key;
      const listed = { limit: 1, cursor: null };
      const first = await store().signalLines(ANY_EVENT, { ...listed, order: "id" });
      const next = { limit: 1, cursor: first.nextCursor, order: "id" } as const;
      const second = await store().signalLines(ANY_EVENT, next);
      expect([...first.items, ...second.items].map(keyOf)).toEqual([OTHER_KEY, KEY]);
      const wrong = { limit: 1, cursor: first.nextCursor };
      await expect(store().signalLines(ANY_EVENT, wrong)).rejects.toThrow(RangeError);
      const high = { ...ANY_EVENT, minScore: 4.3 };
      expect((await store().signalLines(high, FIRST_PAGE)).items.map(keyOf)).not.toContain(
        OTHER_KEY,
      );
      const ofSymbol = { ...ANY_EVENT, symbol: "demo", chain: "unknown" };
      expect((await store().signalLines(ofSymbol, FIRST_PAGE)).items.map(keyOf)).toEqual([
        OTHER_KEY,
      ]);
      expect((await store().eventLines(ofSymbol, FIRST_PAGE)).items.map(keyOf)).toEqual([
        OTHER_KEY,
      ]);
    });
  });
}
