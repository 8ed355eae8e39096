import { describe, expect, it } from "vitest";
import type { Store } from "../../index.ts";
import {
  arrival,
  at,
  change,
  draft,
  dropped,
  dueIds,
  eventOf,
  KEY,
  mention,
  notify,
  OTHER_KEY,
  pending,
  ref,
  STREAM,
  signal,
} from "../fixtures.ts";

export function commitContract(store: () => Store): void {
  const outcomeOf = async (id: number) => (await store().post("x", String(id)))?.outcome;

  describe("committing a change", () => {
    it("keeps event, evidence and signal as they were given", async () => {
      const mentions = [
        mention(2, { sentiment: 0.1 + 0.2, excerpt: "🚀 \u202eمرحبا \"'\\" }),
        mention(1, { followers: 7 }),
      ];
      const first = change(0, mentions, {
        signal: signal({ score: 99_999.123, onchainAsofTs: at(5), onchainConfidence: 0.8 }),
      });
      expect(await store().load(KEY)).toBeUndefined();
      expect(await store().commit(first)).toEqual({ kind: "committed", rev: 1, due: [] });
      expect(await store().load(KEY)).toEqual({
        rev: 1,
        event: first.event,
        signal: first.signal,
        evidence: [mentions[1], mentions[0]],
      });
    });

    it("replaces event and signal, adds evidence, and counts the revisions", async () => {
      await store().commit(change(0, [mention(1)]));
      const all = [mention(1), mention(2)];
      const second = change(1, [mention(2)], {
        event: eventOf(all, { type: "listing", tokenCa: "0xabc", summary: "more" }),
        signal: signal({
          state: "verified",
          previousState: "candidate",
          transition: 1,
          score: -3,
          level: "caution",
          ts: at(50),
          reasons: [],
        }),
      });
      expect(await store().commit(second)).toMatchObject({ kind: "committed", rev: 2 });
      expect(await store().load(KEY)).toEqual({
        rev: 2,
        event: second.event,
        signal: second.signal,
        evidence: all,
      });
    });

    it("leaves evidence alone that is there already", async () => {
      await store().commit(change(0, [mention(1)]));
      await store().commit(change(1, [mention(1, { excerpt: "another" }), mention(1)]));
      expect((await store().load(KEY))?.evidence).toEqual([mention(1)]);
    });

    it("is stale when the event moved on, and then writes nothing at all", async () => {
      await store().accept([arrival(1), arrival(2)], at(0));
      await store().recordJudgements([pending(1, KEY), pending(2, KEY)], at(1));
      await store().commit(change(0, [mention(1)]));
      for (const expectedRev of [0, 2, 7])
        expect(
          await store().commit(change(expectedRev, [mention(2)], { outbox: [draft(1, "idem")] })),
        ).toEqual({
          kind: "stale",
        });
      expect(await store().load(KEY)).toMatchObject({ rev: 1, evidence: [mention(1)] });
      expect(await outcomeOf(2)).toBe("pending");
      expect(await store().nextDue()).toBeNull();
    });

    it("is stale for an event that is not there, unless it is the first", async () => {
      expect(await store().commit(change(3, [mention(1)]))).toEqual({ kind: "stale" });
      expect(await store().load(KEY)).toBeUndefined();
    });

    it("may be repeated after a lost reply: reloading finds the work, and the next commit answers what is due", async () => {
      const lost = change(0, [mention(1)], { outbox: [draft(1, "a"), draft(2, "b")] });
      const ids = dueIds(await store().commit(lost));
      expect(ids).toHaveLength(2);
      expect(await store().commit(lost)).toEqual({ kind: "stale" });
      expect(await store().load(KEY)).toMatchObject({ rev: 1, evidence: [mention(1)] });
      expect(dueIds(await store().commit({ ...lost, expectedRev: 1 }))).toEqual(ids);
    });

    it("answers only what is due now and under no lease", async () => {
      const later = draft(3, "c", { notBefore: at(500) });
      const [first = 0, second = 0] = dueIds(
        await store().commit(
          change(0, [mention(1)], { outbox: [draft(1, "a"), draft(2, "b"), later], at: at(100) }),
        ),
      );
      await store().claim(first, "lease", at(101), 60_000);
      expect(
        dueIds(await store().commit(change(1, [mention(2)], { held: [mention(1)], at: at(102) }))),
      ).toEqual([second]);
      expect(
        dueIds(
          await store().commit(change(2, [], { held: [mention(1), mention(2)], at: at(501) })),
        ),
      ).toHaveLength(3);
    });

    it("ends the posts it holds, each with its last key", async () => {
      await store().accept([arrival(1), arrival(2)], at(0));
      await store().recordJudgements([pending(1, KEY), pending(2, KEY, OTHER_KEY)], at(1));
      await store().commit(change(0, [mention(1), mention(2)]));
      expect([await outcomeOf(1), await outcomeOf(2)]).toEqual(["evidence", "pending"]);
      await store().commit(change(0, [mention(2, { eventKey: OTHER_KEY })]));
      expect(await outcomeOf(2)).toBe("evidence");
      expect(await store().recordJudgements([dropped(2)], at(2))).toEqual({
        duplicates: [],
        settled: [ref(2)],
        waiting: [],
      });
      expect(await outcomeOf(2)).toBe("evidence");
    });

    it("ends posts also when their evidence was there already", async () => {
      await store().commit(change(0, [mention(1)]));
      await store().accept([arrival(1)], at(0));
      await store().recordJudgements([pending(1, KEY)], at(1));
      await store().commit(change(1, [mention(1)]));
      expect(await outcomeOf(1)).toBe("evidence");
    });

    it("may come before the verdict on its post is written", async () => {
      await store().accept([arrival(1), arrival(2)], at(0));
      await store().commit(change(0, [mention(1), mention(2)]));
      expect(await outcomeOf(1)).toBeNull();
      expect(
        await store().recordJudgements([pending(1, KEY), pending(2, KEY, OTHER_KEY)], at(1)),
      ).toEqual({
        duplicates: [],
        settled: [ref(1)],
        waiting: [],
      });
      expect([await outcomeOf(1), await outcomeOf(2)]).toEqual(["evidence", "pending"]);
    });

    it("outranks a verdict: what an event holds is evidence", async () => {
      const same = { author: "ada" };
      await store().accept(
        [arrival(1, same, "h"), arrival(2, same, "h"), arrival(3), arrival(4)],
        at(0),
      );
      await store().recordJudgements([dropped(3)], at(1));
      await store().commit(change(0, [mention(2), mention(3), mention(4)]));
      await store().recordJudgements([pending(2, KEY), dropped(4)], at(2));
      expect([await outcomeOf(2), await outcomeOf(3), await outcomeOf(4)]).toEqual([
        "evidence",
        "evidence",
        "evidence",
      ]);
      await store().accept([arrival(1), arrival(2), arrival(3), arrival(4)], at(3));
      expect(await store().audit()).toMatchObject({ evidence: 3, open: 1, contradictions: 0 });
    });

    it("makes evidence of a duplicate that an event holds all the same", async () => {
      const same = { author: "ada" };
      await store().accept([arrival(1, same, "h"), arrival(2, same, "h")], at(0));
      await store().commit(change(0, [mention(1)]));
      for (const id of [1, 2]) await store().recordJudgements([pending(id, KEY)], at(id));
      expect([await outcomeOf(1), await outcomeOf(2)]).toEqual(["evidence", "duplicate"]);
      await store().commit(change(1, [mention(2)], { held: [mention(1)] }));
      expect(await outcomeOf(2)).toBe("evidence");
      expect(await store().audit()).toMatchObject({ evidence: 2, open: 0, contradictions: 0 });
    });

    it("answers as much evidence as is asked for, and all of it page by page", async () => {
      const mentions = Array.from({ length: 25 }, (_, i) => mention(i));
      await store().commit(change(0, mentions.slice(0, 20)));
      await store().commit(change(1, mentions.slice(15), { held: mentions.slice(0, 20) }));
      expect((await store().load(KEY, 0))?.evidence).toEqual([]);
      expect((await store().load(KEY, 4))?.evidence).toHaveLength(4);
      expect((await store().event(KEY, 3))?.evidence).toEqual(mentions.slice(0, 3));
      const readAll = async (sinceRev: number) => {
        const ids: string[] = [];
        for (let after = ""; ; after = ids.at(-1) ?? "") {
          const page = await store().evidence(KEY, { sinceRev, after, limit: 7 });
          ids.push(...page.map(({ evidenceId }) => evidenceId));
          if (page.length < 7) return ids.sort();
        }
      };
      const idsOf = (some: { evidenceId: string }[]) => some.map((each) => each.evidenceId).sort();
      expect(await readAll(-1)).toEqual(idsOf(mentions));
      expect(await readAll(0)).toEqual(idsOf(mentions));
      expect(await readAll(1)).toEqual(idsOf(mentions.slice(20)));
      expect(await readAll(2)).toEqual([]);
    });

    it("takes an event of a thousand pieces", async () => {
      const mentions = Array.from({ length: 1_000 }, (_, i) => mention(i));
      expect(await store().commit(change(0, mentions))).toMatchObject({ rev: 1 });
      expect((await store().load(KEY))?.evidence).toHaveLength(1_000);
      expect(await store().audit()).toMatchObject({ miscounted: 0 });
    });

    it("closes what a downgrade makes untrue, unless a send of it has begun", async () => {
      const downgrade = (channelId: number, idemKey: string) => {
        const row = draft(channelId, idemKey);
        return { ...row, payload: { ...row.payload, state: "downgraded" as const } };
      };
      await notify(store(), [draft(1, "good1"), draft(2, "good2"), draft(3, "good3")]);
      await store().claim(2, "L", at(1), 30_000);
      expect(await notify(store(), [downgrade(1, "bad1"), downgrade(2, "bad2")], 2)).toEqual([
        3, 4, 5,
      ]);
      const { items } = await store().outbox(
        { status: null, channelId: null, since: null },
        { limit: 10, cursor: null },
      );
      const shown = items.map(({ id, status, attempts }) => [
        id,
        status,
        ...attempts.map(({ result }) => result),
      ]);
      expect(shown.toReversed()).toEqual([
        [1, "done", "superseded"],
        [2, "sending"],
        [3, "pending"],
        [4, "pending"],
        [5, "pending"],
      ]);
      expect(await store().claim(4, "L4", at(3), 30_000)).toMatchObject({ kind: "claimed" });
      expect(await store().claim(5, "L5", at(3), 30_000)).toMatchObject({ kind: "behind" });
    });

    it("closes no revision of a stream at a downgrade, beside one for people or alone", async () => {
      const row = (channelId: number, idemKey: string, state: "verified" | "downgraded") => {
        const made = draft(channelId, idemKey);
        return { ...made, payload: { ...made.payload, state } };
      };
      const revision = (idemKey: string, state: "verified" | "downgraded") => {
        const made = row(2, idemKey, state);
        return { ...made, payload: { ...made.payload, stream: STREAM } };
      };
      await notify(store(), [row(1, "good", "verified"), revision("rev1", "verified")]);
      await notify(store(), [revision("rev2", "downgraded")], 1);
      await notify(store(), [row(1, "bad", "downgraded"), revision("rev3", "downgraded")], 2);
      const { items } = await store().outbox(
        { status: null, channelId: null, since: null },
        { limit: 10, cursor: null },
      );
      expect(items.map(({ idemKey, status }) => [idemKey, status]).toReversed()).toEqual([
        ["good", "done"],
        ["rev1", "pending"],
        ["rev2", "pending"],
        ["bad", "pending"],
        ["rev3", "pending"],
      ]);
    });
  });
}
