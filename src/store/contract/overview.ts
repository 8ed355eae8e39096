import { describe, expect, it } from "vitest";
import type { Store } from "../index.ts";
import { arrival, at, deadLetter, draft, dropped, notify } from "./fixtures.ts";

export function overviewContract(store: () => Store): void {
  describe("the overview", () => {
    it("counts what the page shows", async () => {
      await store().accept([arrival(1), arrival(2)], at(0));
      await store().accept([arrival(3)], at(61));
      await store().recordJudgements([dropped(1), dropped(2)], at(62));
      await notify(store(), [draft(1, "a"), draft(2, "b")]);
      await store().claim(1, "L", at(1), 1_000);
      await store().close(1, "L", { kind: "done", externalId: null }, null, at(2));
      const overview = await store().overview(at(70));
      expect(overview).toMatchObject({
        posts: [
          { outcome: "dropped", reason: "spam", count: 2 },
          { outcome: "open", reason: null, count: 1 },
        ],
        events: 1,
        signals: [{ state: "candidate", count: 1 }],
        deadLetters: 0,
        archive: [],
      });
      expect(overview.outbox).toEqual(
        expect.arrayContaining([
          { status: "done", count: 1 },
          { status: "pending", count: 1 },
        ]),
      );
      expect(overview.postsPerMinute).toHaveLength(60);
      expect(overview.postsPerMinute.slice(-3)).toEqual([
        { minute: at(-60), count: 0 },
        { minute: at(0), count: 2 },
        { minute: at(60), count: 1 },
      ]);
    });

    it("says what waits, and since when", async () => {
      expect(await store().backlog()).toEqual({
        oldestPost: null,
        outbox: 0,
        oldestDelivery: null,
        deadLetters: 0,
      });
      await store().accept([arrival(1), arrival(2)], at(5));
      await store().accept([arrival(3)], at(3));
      await store().recordJudgements([dropped(3)], at(6));
      const later = { ...draft(2, "digest"), notBefore: at(900) };
      await notify(store(), [draft(1, "sent"), draft(1, "waits"), later], 20);
      await store().claim(1, "L", at(21), 1_000);
      await store().close(1, "L", { kind: "done", externalId: null }, null, at(22));
      await store().bury([deadLetter("k1"), deadLetter("k2")], at(30));
      expect(await store().backlog()).toEqual({
        oldestPost: at(5),
        outbox: 2,
        oldestDelivery: at(20),
        deadLetters: 2,
      });
    });

    it("of an empty store is all nothing", async () => {
      expect(await store().overview(at(0))).toMatchObject({
        posts: [],
        events: 0,
        signals: [],
        outbox: [],
        deadLetters: 0,
        archive: [],
      });
      await store().ping();
    });
  });
}
