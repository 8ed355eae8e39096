import { describe, expect, it } from "vitest";
import type { Store } from "../index.ts";
import {
  allPages,
  at,
  attemptOf,
  DEAD_LETTER,
  draft,
  FIRST_PAGE,
  KEY,
  LEASE_MS,
  notify,
  rowOf,
} from "./fixtures.ts";

export function outboxContract(store: () => Store): void {
  describe("what is due", () => {
    it("is listed the longest waiting first, without what is held back, leased or closed", async () => {
      await notify(
        store(),
        [draft(1, "a"), draft(2, "b"), draft(1, "c", { notBefore: at(50) })],
        0,
      );
      await notify(store(), [draft(3, "d")], 10);
      await store().claim(2, "L", at(11), LEASE_MS);
      const row = (id: number, channelId: number, since: number) => ({
        id,
        channelId,
        eventKey: KEY,
        since: at(since),
      });
      expect(await store().due(at(12), 10)).toEqual([row(1, 1, 0), row(4, 3, 10)]);
      expect(await store().due(at(60), 10)).toEqual([
        row(1, 1, 0),
        row(4, 3, 10),
        row(2, 2, 41),
        row(3, 1, 50),
      ]);
      expect(await store().due(at(60), 10, 1)).toEqual([row(1, 1, 0), row(3, 1, 50)]);
      expect(await store().due(at(60), 1, 1)).toEqual([row(1, 1, 0)]);
      expect(await store().due(at(60), 1), "as many of each channel").toEqual([
        row(1, 1, 0),
        row(4, 3, 10),
        row(2, 2, 41),
      ]);
      expect(await store().due(at(60), 10, 99)).toEqual([]);
      expect(await store().nextDue()).toBe(at(0));
    });
  });

  describe("bringing a channel's deliveries forward", () => {
    it("makes those that wait due now, without what is held back, leased, closed or another channel's", async () => {
      const [waiting = 0] = await notify(
        store(),
        [draft(1, "a"), draft(1, "b", { notBefore: at(500) }), draft(2, "c")],
        0,
      );
      const [held, other] = [waiting + 1, waiting + 2];
      for (const id of [waiting, other]) {
        await store().claim(id, "L", at(1), LEASE_MS);
        await store().close(id, "L", { kind: "released", nextRetryAt: at(900) }, null, at(2));
      }
      await store().bringForward(1, at(10));
      const dueAt = async (seconds: number) =>
        (await store().due(at(seconds), 10)).map(({ id }) => id);
      expect(await dueAt(10)).toEqual([waiting]);
      expect(await dueAt(500)).toEqual([waiting, held]);
      expect(await dueAt(900)).toEqual([waiting, held, other]);
      await store().bringForward(1, at(5));
      expect(await dueAt(9)).toEqual([waiting]);
    });
  });

  describe("reopening a delivery", () => {
    it("makes a given up one due with the same key, and marks its letter", async () => {
      const [id = 0] = await notify(store(), [draft(7, "idem")]);
      await store().claim(id, "L1", at(1), LEASE_MS);
      expect(await store().reopen(id, at(2))).toEqual({ kind: "open" });
      await store().close(
        id,
        "L1",
        { kind: "dlq", deadLetter: { ...DEAD_LETTER, subject: String(id) } },
        attemptOf(),
        at(4),
      );
      const row = { id, channelId: 7, eventKey: KEY };
      expect(await store().reopen(id, at(500))).toEqual({ kind: "reopened", delivery: row });
      expect(await store().reopen(id, at(500))).toEqual({ kind: "open" });
      expect(await store().due(at(500), 10)).toMatchObject([row]);
      expect(await store().claim(id, "L2", at(501), LEASE_MS)).toMatchObject({
        kind: "claimed",
        delivery: { idemKey: "idem", retryCount: 0, createdAt: at(500) },
      });
      expect(await store().audit()).toMatchObject({
        deadLetters: 0,
        outbox: { pending: 1, dlq: 0 },
      });
      await store().close(
        id,
        "L2",
        { kind: "done", externalId: null },
        attemptOf({ leaseToken: "L2" }),
        at(502),
      );
      expect(await store().reopen(id, at(503))).toEqual({ kind: "done" });
      expect(await store().reopen(99, at(503))).toEqual({ kind: "unknown" });
      expect((await rowOf(store, id))?.attempts).toHaveLength(2);
    });

    it("brings a waiting retry forward", async () => {
      const [id = 0] = await notify(store(), [draft(7, "idem")]);
      await store().claim(id, "L1", at(1), LEASE_MS);
      await store().close(id, "L1", { kind: "failed", nextRetryAt: at(900) }, null, at(2));
      expect(await store().reopen(id, at(3))).toMatchObject({ kind: "reopened" });
      expect(await store().nextDue()).toBe(at(3));
    });
  });
}

export function outboxReadContract(store: () => Store): void {
  describe("the outbox", () => {
    it("is filtered by status, channel and age, and names the channel", async () => {
      const filter = { ...ANY_CHANNEL, name: "team" };
      for (const name of [filter.name, "other"])
        await store().addChannel(
          { kind: "log", name, settings: {}, filter: filter.filter, atMostOnce: false },
          at(0),
        );
      await notify(store(), [draft(1, "a"), draft(2, "b")], 0);
      await notify(store(), [draft(2, "c")], 10);
      await store().claim(2, "L", at(11), 60_000);
      const idsOf = async (given: { status?: string; channelId?: number; since?: string }) =>
        (
          await store().outbox({ status: null, channelId: null, since: null, ...given }, FIRST_PAGE)
        ).items.map(({ id }) => id);
      expect(await idsOf({})).toEqual([3, 2, 1]);
      expect(await idsOf({ status: "sending" })).toEqual([2]);
      expect(await idsOf({ status: "pending" })).toEqual([3, 1]);
      expect(await idsOf({ channelId: 2 })).toEqual([3, 2]);
      expect(await idsOf({ since: at(10) })).toEqual([3]);
      const rows = (
        await store().outbox({ status: null, channelId: null, since: null }, FIRST_PAGE)
      ).items;
      expect(rows.map(({ channel }) => channel)).toEqual(["other", "other", "team"]);
      expect(rows[2]).toEqual({
        ...{
          id: 1,
          channelId: 1,
          channel: "team",
          eventKey: KEY,
          status: "pending",
          retryCount: 0,
          nextRetryAt: at(0),
          createdAt: at(0),
        },
        ...{ finishedAt: null, idemKey: "a", payload: draft(1, "a").payload, attempts: [] },
      });
    });
  });
}

const ANY_CHANNEL = {
  filter: {
    minScore: null,
    chains: [],
    symbols: [],
    states: [],
    quietHours: null,
    digestMinutes: 0,
    mutedEvents: [],
  },
};

export function outboxPagingContract(store: () => Store): void {
  describe("deliveries page after page", () => {
    it("shows every delivery once while others are added", async () => {
      await notify(
        store(),
        Array.from({ length: 9 }, (_, i) => draft(1, `idem-${i}`)),
      );
      let extra = 100;
      const rows = await allPages(
        (paging) => store().outbox({ status: null, channelId: null, since: null }, paging),
        async () => void (await notify(store(), [draft(1, `idem-${extra++}`)])),
      );
      expect(rows.map(({ id }) => id)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    });
  });
}
