import { describe, expect, it } from "vitest";
import type { DeadLetter } from "../../model/dead-letter.ts";
import type { Store } from "../index.ts";
import {
  allPages,
  arrival,
  at,
  change,
  deadLetter,
  draft,
  dropped,
  KEY,
  mention,
  notify,
  OTHER_KEY,
  pending,
  post,
} from "./fixtures.ts";

const ANY = { ids: null, stage: null, reason: null };
export function deadLetterContract(store: () => Store): void {
  const deadLetters = async () =>
    (
      await store().deadLetters(
        { stage: null, reason: null, since: null, replayed: null },
        { limit: 50, cursor: null },
      )
    ).items;
  const outcomeOf = async (id: number) => (await store().post("x", String(id)))?.outcome;

  describe("burying", () => {
    it("keeps the letter once, and ends the open post it names", async () => {
      await store().accept([arrival(1), arrival(2), arrival("a:b:1")], at(0));
      await store().recordJudgements([dropped(2)], at(1));
      const batch = [
        deadLetter("k1", { subject: "x:1" }),
        deadLetter("k2", { subject: "x:2" }),
        deadLetter("k3", { subject: "x:a:b:1" }),
        deadLetter("k1"),
      ];
      await store().bury(batch, at(2));
      await store().bury([deadLetter("k1", { subject: "x:1", error: "again" })], at(3));
      expect(await deadLetters()).toHaveLength(3);
      expect([await outcomeOf(1), await outcomeOf(2)]).toEqual(["dead", "dropped"]);
      expect(await store().post("x", "a:b:1")).toMatchObject({ outcome: "dead", reason: "poison" });
      expect(await store().audit()).toMatchObject({
        dead: 2,
        dropped: 1,
        open: 0,
        deadLetters: 3,
        contradictions: 0,
      });
    });

    it("takes any payload and any subject", async () => {
      const payload = {
        text: "a\u0000b \ud800 \\u0000 \\ud800",
        "\u0000key": ["\udc00\u0000"],
        deep: [[[{}]]],
        none: undefined,
      };
      await store().bury(
        [
          deadLetter("k\u0000", { payload, error: "\u0000", subject: ":" }),
          deadLetter("n", { payload: undefined, subject: "no colon" }),
        ],
        at(1),
      );
      expect((await deadLetters()).map(({ subject }) => subject).sort()).toEqual([":", "no colon"]);
      await store().bury([], at(2));
    });

    it("ends a post that one event holds and another does not, without a contradiction", async () => {
      await store().accept([arrival(1)], at(0));
      await store().recordJudgements([pending(1, KEY, OTHER_KEY)], at(1));
      await store().commit(change(0, [mention(1)]));
      await store().bury([deadLetter("k", { stage: "mentions", subject: "x:1" })], at(2));
      expect(await outcomeOf(1)).toBe("dead");
      expect(await store().audit()).toMatchObject({ dead: 1, open: 0, contradictions: 0 });
      await store().commit(change(0, [mention(1, { eventKey: OTHER_KEY })]));
      expect(await outcomeOf(1)).toBe("evidence");
    });
  });

  describe("replaying", () => {
    it("hands each letter out once, oldest first, and gives its post another chance", async () => {
      await store().accept([arrival(1), arrival(2)], at(0));
      await store().recordJudgements([pending(2, KEY)], at(1));
      await store().bury(
        [
          deadLetter("k1", { subject: "x:1" }),
          deadLetter("k2", { subject: "x:2", stage: "mentions", reason: "exhausted" }),
        ],
        at(2),
      );
      expect(await store().takeForReplay(ANY, 1, at(10))).toEqual([
        {
          id: 1,
          stage: "posts",
          reason: "poison",
          payload: { kind: "post", n: 1 },
          subject: "x:1",
          replays: 1,
        },
      ]);
      expect(await store().takeForReplay(ANY, 9, at(10))).toMatchObject([{ id: 2 }]);
      expect(await store().takeForReplay(ANY, 9, at(10))).toEqual([]);
      expect([await outcomeOf(1), await outcomeOf(2)]).toEqual([null, "pending"]);
      expect((await deadLetters()).map(({ replayedAt }) => replayedAt)).toEqual([at(10), at(10)]);
      expect(await store().overdue(at(10), at(11), 9)).toEqual([]);
      expect(await store().overdue(at(20), at(21), 9)).toEqual([post(1), post(2)]);
      await store().commit(change(0, [mention(2)]));
      expect(await outcomeOf(2)).toBe("evidence");
    });

    it("chooses by id, stage and reason", async () => {
      await store().bury(
        [
          deadLetter("a"),
          deadLetter("b", { reason: "exhausted" }),
          deadLetter("c", { stage: "mentions" }),
        ],
        at(1),
      );
      expect(await store().takeForReplay({ ids: [], stage: null, reason: null }, 9, at(2))).toEqual(
        [],
      );
      expect(
        await store().takeForReplay({ ids: [3, 77], stage: null, reason: null }, 9, at(2)),
      ).toMatchObject([{ stage: "mentions" }]);
      expect(
        await store().takeForReplay({ ids: null, stage: "posts", reason: "exhausted" }, 9, at(2)),
      ).toMatchObject([{ id: 2 }]);
    });

    it("opens the letter again when the replay fails too, and counts the replays", async () => {
      await store().accept([arrival(1)], at(0));
      await store().bury([deadLetter("k", { subject: "x:1" })], at(1));
      await store().takeForReplay(ANY, 9, at(10));
      await store().bury([deadLetter("k", { subject: "x:1" })], at(1));
      expect(await outcomeOf(1)).toBeNull();
      await store().bury([deadLetter("k", { subject: "x:1", error: "still broken" })], at(20));
      expect(await outcomeOf(1)).toBe("dead");
      expect(await deadLetters()).toMatchObject([
        { error: "still broken", replayedAt: null, createdAt: at(20) },
      ]);
      expect(await store().takeForReplay(ANY, 9, at(30))).toMatchObject([{ replays: 2 }]);
    });

    it("makes a given up delivery due again with its key", async () => {
      const [id = 0] = await notify(store(), [draft(7, "idem")]);
      await store().claim(id, "L1", at(1), 1_000);
      const dead: DeadLetter = {
        ...deadLetter("unused"),
        stage: "deliveries",
        subject: String(id),
      };
      await store().close(id, "L1", { kind: "dlq", deadLetter: dead }, null, at(2));
      expect(await store().takeForReplay({ ...ANY, stage: "deliveries" }, 9, at(50))).toMatchObject(
        [{ subject: String(id) }],
      );
      expect(await store().due(at(50), 9)).toMatchObject([{ id, channelId: 7, eventKey: KEY }]);
      expect(await store().claim(id, "L2", at(50), 1_000)).toMatchObject({
        delivery: { idemKey: "idem" },
      });
      await store().close(
        id,
        "L2",
        { kind: "dlq", deadLetter: { ...dead, error: "again" } },
        null,
        at(50),
      );
      expect(await deadLetters(), "given up again in the same millisecond").toMatchObject([
        { error: "again", replayedAt: null },
      ]);
    });
  });
}

export function deadLetterPagingContract(store: () => Store): void {
  describe("dead letters page after page", () => {
    it("are those of a stage, a reason and a time, and of what was replayed or not", async () => {
      const any = { stage: null, reason: null, since: null, replayed: null };
      const keys = async (filter: Partial<Parameters<Store["deadLetters"]>[0]>) =>
        (await store().deadLetters({ ...any, ...filter }, { limit: 9, cursor: null })).items.map(
          ({ id }) => id,
        );
      await store().bury([deadLetter("a", { reason: "exhausted" })], at(1));
      await store().bury([deadLetter("b", { stage: "mentions" })], at(2));
      await store().bury([deadLetter("c")], at(3));
      await store().takeForReplay({ ...ANY, ids: [2] }, 9, at(4));
      expect(await keys({})).toEqual([3, 2, 1]);
      expect(await keys({ since: at(2) })).toEqual([3, 2]);
      expect(await keys({ stage: "mentions" })).toEqual([2]);
      expect(await keys({ reason: "exhausted" })).toEqual([1]);
      expect(await keys({ replayed: true })).toEqual([2]);
      expect(await keys({ replayed: false, since: at(2) })).toEqual([3]);
    });

    it("shows every dead letter once while others are added", async () => {
      const deadLetter = (i: number) => ({
        ...{
          key: `k${i}`,
          stage: "posts",
          reason: "poison",
          error: "e",
          payload: i,
          attempts: 1,
          subject: null,
          advice: "",
        },
      });
      await store().bury(
        Array.from({ length: 9 }, (_, i) => deadLetter(i)),
        at(0),
      );
      let extra = 100;
      const deadLetters = await allPages(
        (paging) =>
          store().deadLetters({ stage: null, reason: null, since: null, replayed: null }, paging),
        () => store().bury([deadLetter(extra++)], at(1)),
      );
      expect(deadLetters.map(({ id }) => id)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    });
  });
}
