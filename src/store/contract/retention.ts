import { describe, expect, it } from "vitest";
import type { Store } from "../index.ts";
import { RETAINED, type RetentionResult, type RetentionStore } from "../retention.ts";
import {
  arrival,
  at,
  booksOf,
  change,
  draft,
  dropped,
  eventOf,
  KEY,
  mention,
  OTHER_KEY,
  pending,
  ref,
} from "./fixtures.ts";

export function retentionContract(store: () => Store): void {
  const forget = (
    what: Parameters<RetentionStore["deleteExpired"]>[0],
    seconds: number,
    limit = 100,
  ) => store().deleteExpired(what, at(seconds), limit);
  const { accept, known, totals } = booksOf(store);
  const deadLetterOf = (subject: string) => {
    const said = { stage: "posts", reason: "poison", error: "", advice: "" };
    return { ...said, key: "k", payload: null, attempts: 1, subject };
  };
  const byName = (rows: { outcome: string; reason: string | null }[]) =>
    rows.map((row) => JSON.stringify(row)).sort();

  describe("retention", () => {
    it("deletes old posts that came to nothing, a batch at a time, and still counts them", async () => {
      await accept(0, 1, 2, 3, 4);
      await accept(50, 5);
      await store().recordJudgements(
        [dropped(1), dropped(2, "language"), dropped(3), dropped(5)],
        at(60),
      );
      const [before, shown] = [await totals(), (await store().overview(at(60))).posts];
      expect([
        await forget("posts", 50, 2),
        await forget("posts", 50, 2),
        await forget("posts", 50, 2),
      ]).toEqual([2, 1, 0]);
      expect(await known(1, 2, 3, 4, 5)).toEqual([4, 5]);
      expect(await totals()).toEqual(before);
      expect(byName((await store().overview(at(60))).posts)).toEqual(byName(shown));
      expect((await store().accept([arrival(6)], at(61))).fresh).toEqual([ref(6)]);
    });

    it("keeps a dead post as long as its letter", async () => {
      await accept(0, 1);
      await store().bury([deadLetterOf("x:1")], at(1));
      expect(await forget("posts", 50)).toBe(0);
      expect([await forget("deadLetters", 1), await forget("deadLetters", 2)]).toEqual([0, 1]);
      expect(await forget("posts", 50)).toBe(1);
      expect(await totals()).toMatchObject({ accepted: 1, dead: 1, deadLetters: 0 });
    });

    it("keeps a dead post that an event holds for another token", async () => {
      await accept(0, 1);
      await store().recordJudgements([pending(1, KEY, OTHER_KEY)], at(1));
      await store().commit(change(0, [mention(1)], { at: at(2) }));
      await store().bury([deadLetterOf("x:1")], at(3));
      expect(await forget("deadLetters", 50)).toBe(1);
      expect(await forget("posts", 50)).toBe(0);
      expect(await totals()).toMatchObject({ accepted: 1, dead: 1, contradictions: 0 });
      expect([await forget("events", 50), await forget("posts", 50)]).toEqual([1, 1]);
      expect(await totals()).toMatchObject({ accepted: 1, dead: 1, contradictions: 0 });
    });

    it("deletes an old event with its evidence, signal and posts, but not what another event holds", async () => {
      await accept(0, 1, 2);
      await store().recordJudgements([pending(1, KEY), pending(2, KEY, OTHER_KEY)], at(1));
      await store().commit(change(0, [mention(1), mention(2)], { at: at(5) }));
      const other = mention(2, { eventKey: OTHER_KEY, postedAt: at(100) });
      await store().commit(change(0, [other], { event: eventOf([other]), at: at(6) }));
      const before = await totals();
      expect(before).toMatchObject({ accepted: 2, evidence: 2, contradictions: 0, miscounted: 0 });
      expect(await forget("events", 50)).toBe(1);
      expect([await store().event(KEY), await store().signal(KEY)]).toEqual([undefined, undefined]);
      expect(await known(1, 2)).toEqual([2]);
      expect(await totals()).toEqual(before);
      expect((await store().overview(at(60))).events).toBe(2);
      expect(await forget("events", 200)).toBe(1);
      expect(await known(2)).toEqual([]);
      expect(await totals()).toEqual(before);
      const again = await store().commit(change(0, [mention(1)], { at: at(7) }));
      expect(again).toMatchObject({ kind: "committed", rev: 1 });
    });

    it("keeps a post that an event holds by an earlier judgement", async () => {
      await accept(0, 1);
      const early = mention(1, { eventKey: OTHER_KEY, postedAt: at(100) });
      await store().commit(change(0, [early], { event: eventOf([early]), at: at(1) }));
      await store().recordJudgements([pending(1, KEY)], at(2));
      await store().commit(change(0, [mention(1)], { at: at(5) }));
      const before = await totals();
      expect(before).toMatchObject({ evidence: 1, contradictions: 0, miscounted: 0 });
      expect(await forget("events", 50)).toBe(1);
      expect(await known(1)).toEqual([1]);
      expect(await totals()).toEqual(before);
      expect(await forget("events", 200)).toBe(1);
      expect(await known(1)).toEqual([]);
      expect(await totals()).toEqual(before);
    });

    it("keeps an event whose posts are old while it is touched", async () => {
      await store().commit(change(0, [mention(1)], { at: at(60) }));
      expect([await forget("events", 50), await forget("events", 70)]).toEqual([0, 1]);
    });

    it("keeps an event that was touched lately, and one that waits to be delivered", async () => {
      await store().commit(change(0, [mention(1)], { at: at(60), outbox: [draft(1, "a")] }));
      expect(await forget("events", 50)).toBe(0);
      expect(await forget("events", 70)).toBe(0);
      await store().claim(1, "L", at(61), 1_000);
      await store().close(1, "L", { kind: "done", externalId: null }, null, at(61));
      expect(await forget("events", 70)).toBe(1);
    });

    it("deletes deliveries that ended, and still counts them", async () => {
      await store().commit(
        change(0, [mention(1)], {
          at: at(0),
          outbox: [draft(1, "a"), draft(2, "b"), draft(3, "c")],
        }),
      );
      for (const id of [1, 2]) {
        await store().claim(id, `L${id}`, at(1), 1_000);
        await store().close(id, `L${id}`, { kind: "done", externalId: null }, null, at(id));
      }
      expect([await forget("deliveries", 2), await forget("deliveries", 2)]).toEqual([1, 0]);
      expect(
        (
          await store().outbox(
            { status: null, channelId: null, since: null },
            { limit: 9, cursor: null },
          )
        ).items.map(({ id }) => id),
      ).toEqual([3, 2]);
      expect(await totals()).toMatchObject({ outbox: { pending: 1, done: 2, failed: 0, dlq: 0 } });
      expect((await store().overview(at(60))).outbox).toEqual(
        expect.arrayContaining([{ status: "done", count: 2 }]),
      );
      expect(await store().claim(1, "L", at(9), 1_000)).toEqual({ kind: "closed" });
      expect(await store().due(at(100), 10)).toMatchObject([
        { id: 3, channelId: 3, eventKey: KEY },
      ]);
    });

    it("forgets the key, the event and the subject of a delivery that it deleted", async () => {
      const announced = {
        ...draft(1, "a"),
        payload: { ...draft(1, "a").payload, subject: "demo" },
      };
      await store().commit(change(0, [mention(1)], { at: at(0), outbox: [announced] }));
      await store().claim(1, "L", at(1), 1_000);
      await store().close(1, "L", { kind: "done", externalId: "7" }, null, at(1));
      expect(await store().lastMessage(1, KEY)).toMatchObject({ id: "7" });
      expect(await forget("deliveries", 9)).toBe(1);
      expect(await store().lastMessage(1, KEY)).toBeNull();
      await store().commit(change(1, [mention(2)], { at: at(10), outbox: [announced] }));
      const [again] = await store().due(at(10), 9);
      expect(await store().claim(again?.id ?? 0, "M", at(10), 1_000)).toMatchObject({
        kind: "claimed",
        delivery: { idemKey: "a", repeats: false },
      });
    });

    it("keeps a dead delivery as long as its letter, which may still open it", async () => {
      await store().commit(change(0, [mention(1)], { at: at(0), outbox: [draft(1, "a")] }));
      await store().claim(1, "L", at(1), 1_000);
      const { key: _, ...deadLetter } = { ...deadLetterOf("1"), stage: "deliveries" };
      await store().close(1, "L", { kind: "dlq", deadLetter }, null, at(2));
      expect(await forget("deliveries", 50)).toBe(0);
      const none = { ids: null, stage: "deliveries", reason: null };
      expect(await store().takeForReplay(none, 9, at(60))).toHaveLength(1);
      expect(await store().due(at(60), 9)).toHaveLength(1);
      await store().claim(1, "M", at(60), 1_000);
      await store().close(1, "M", { kind: "dlq", deadLetter }, null, at(61));
      expect([await forget("deadLetters", 100), await forget("deliveries", 100)]).toEqual([1, 1]);
      expect(await totals()).toMatchObject({ outbox: { dlq: 1 } });
    });

    it("tells in one question what waits and what is old, of what may go alone", async () => {
      const waiting = (since: number, what: RetentionResult[] = [], before = 50) =>
        store().waiting(
          at(since),
          what.map((each) => ({ what: each, before: at(before) })),
        );
      expect(await waiting(50)).toEqual({ nextDue: null, overdue: false, old: [] });
      await accept(0, 1, 2);
      expect([(await waiting(1)).overdue, (await waiting(0)).overdue]).toEqual([true, false]);
      await store().recordJudgements([dropped(1), dropped(2)], at(1));
      await store().commit(
        change(0, [mention(3)], { at: at(2), outbox: [draft(1, "a", { notBefore: at(30) })] }),
      );
      await store().putFeatures({
        chain: "eth",
        tokenCa: "0x1",
        window: "24h",
        values: {},
        confidence: null,
        asOf: at(5),
      });
      const old = async () => (await waiting(0, [...RETAINED])).old;
      expect(await waiting(40, ["posts", "events"])).toEqual({
        nextDue: at(30),
        overdue: false,
        old: ["posts"],
      });
      expect(await old()).toEqual(["posts", "history", "features"]);
      expect((await waiting(0, ["posts"], 0)).old).toEqual([]);
      await store().claim(1, "L", at(30), 1_000);
      const { key: _, ...deadLetter } = { ...deadLetterOf("1"), stage: "deliveries" };
      await store().close(1, "L", { kind: "dlq", deadLetter }, null, at(31));
      expect(await old()).toEqual(["deadLetters", "posts", "events", "history", "features"]);
      for (const what of RETAINED) await forget(what, 50);
      expect(await old()).toEqual([]);
    });

    it("deletes old on-chain features", async () => {
      const features = {
        chain: "eth",
        tokenCa: "0x1",
        window: "24h",
        values: {},
        confidence: null,
      } as const;
      await store().putFeatures({ ...features, asOf: at(1) });
      await store().putFeatures({ ...features, asOf: at(2) });
      expect([await forget("features", 2), await forget("features", 2)]).toEqual([1, 0]);
    });
  });
}
