import { describe, expect, it } from "vitest";
import type { Store } from "../index.ts";
import {
  arrival,
  at,
  attemptOf,
  change,
  DEAD_LETTER,
  draft,
  KEY,
  LEASE_MS,
  mention,
  notify,
  rowOf,
  STREAM,
} from "./fixtures.ts";

export function deliveryContract(store: () => Store): void {
  describe("a delivery", () => {
    it("is claimed by one holder at a time, with all that is needed to send it", async () => {
      const [id = 0] = await notify(store(), [draft(7, "idem")]);
      const claim = await store().claim(id, "L1", at(1), LEASE_MS);
      expect(claim).toEqual({
        kind: "claimed",
        delivery: {
          ...{
            id,
            channelId: 7,
            eventKey: KEY,
            idemKey: "idem",
            payload: draft(7, "idem").payload,
            status: "pending",
          },
          ...{
            retryCount: 0,
            createdAt: at(0),
            acceptedAt: null,
            leaseToken: "L1",
            interrupted: false,
            digestKey: null,
            repeats: false,
          },
        },
      });
      expect(await store().claim(id, "L2", at(2), LEASE_MS)).toEqual({
        kind: "taken",
        until: at(31),
      });
      expect(await store().claim(id, "L1", at(2), LEASE_MS)).toMatchObject({ kind: "claimed" });
      expect(await store().claim(99, "L2", at(2), LEASE_MS)).toEqual({ kind: "closed" });
      expect((await rowOf(store, id))?.status).toBe("sending");
    });

    it("tells when the earliest of the posts that set it off was accepted", async () => {
      await store().accept([arrival(1)], at(0));
      await store().accept([arrival(2), arrival(3)], at(10));
      await store().commit(change(0, [mention(1)], { at: at(20) }));
      const outbox = [draft(7, "a"), { ...draft(8, "b"), notBefore: at(40) }];
      await store().commit(
        change(1, [mention(2), mention(3)], { held: [mention(1)], outbox, at: at(30) }),
      );
      expect(await store().claim(1, "L1", at(41), LEASE_MS)).toMatchObject({
        delivery: { acceptedAt: at(10) },
      });
      expect(await store().claim(2, "L1", at(41), LEASE_MS)).toMatchObject({
        delivery: { acceptedAt: null },
      });
    });

    it("ends done, once, whatever comes after", async () => {
      const [id = 0] = await notify(store(), [draft(7, "idem")]);
      await store().claim(id, "L1", at(1), LEASE_MS);
      expect(
        await store().close(id, "L1", { kind: "done", externalId: "msg-5" }, attemptOf(), at(4)),
      ).toBe(true);
      expect(
        await store().close(id, "L1", { kind: "done", externalId: "msg-5" }, attemptOf(), at(5)),
      ).toBe(true);
      expect(
        await store().close(id, "L1", { kind: "failed", nextRetryAt: at(9) }, attemptOf(), at(6)),
      ).toBe(true);
      expect(await store().claim(id, "L2", at(7), LEASE_MS)).toEqual({ kind: "closed" });
      expect(await rowOf(store, id)).toMatchObject({
        status: "done",
        finishedAt: at(4),
        nextRetryAt: null,
        retryCount: 0,
      });
      expect((await rowOf(store, id))?.attempts).toEqual([
        { at: at(3), result: "ok", httpStatus: 200, ms: 12.5, error: null },
      ]);
      expect(await store().lastMessage(7, KEY)).toEqual({ id: "msg-5", chat: null, shared: false });
      expect(await store().lastMessage(8, KEY)).toBeNull();
      expect(await store().nextDue()).toBeNull();
    });

    it("keeps the message it became: its id, its chat, and whether it was shared with others", async () => {
      const [id = 0] = await notify(store(), [draft(7, "idem")]);
      await store().claim(id, "L1", at(1), LEASE_MS);
      const message = { externalId: "msg-5", chat: "-100", shared: true };
      await store().close(id, "L1", { kind: "done", ...message }, attemptOf(), at(4));
      expect(await store().lastMessage(7, KEY)).toEqual({
        id: "msg-5",
        chat: "-100",
        shared: true,
      });
    });

    it("waits for its retry, and counts its failures", async () => {
      const [id = 0] = await notify(store(), [draft(7, "idem")]);
      await store().claim(id, "L1", at(1), LEASE_MS);
      await store().close(
        id,
        "L1",
        { kind: "failed", nextRetryAt: at(60) },
        attemptOf({ result: "retry", httpStatus: 500, error: "500" }),
        at(2),
      );
      expect(await rowOf(store, id)).toMatchObject({
        status: "failed",
        retryCount: 1,
        nextRetryAt: at(60),
        finishedAt: null,
      });
      expect(await store().claim(id, "L2", at(59), LEASE_MS)).toEqual({
        kind: "notDue",
        at: at(60),
      });
      expect(await store().nextDue()).toBe(at(60));
      expect(await store().claim(id, "L2", at(60), LEASE_MS)).toMatchObject({
        kind: "claimed",
        delivery: { retryCount: 1, status: "failed" },
      });
    });

    it("given back unsent waits without a failure or an attempt", async () => {
      const [id = 0] = await notify(store(), [draft(7, "idem")]);
      await store().claim(id, "L1", at(1), LEASE_MS);
      await store().close(id, "L1", { kind: "released", nextRetryAt: at(10) }, null, at(2));
      expect(await rowOf(store, id)).toMatchObject({
        status: "pending",
        retryCount: 0,
        nextRetryAt: at(10),
        attempts: [],
      });
      const audited = await store().changedEvents(null, at(60), { limit: 9, cursor: null });
      expect(audited.items.flatMap(({ deliveries }) => deliveries)).toMatchObject([
        { id, attemptCount: 0, attempts: 0 },
      ]);
    });

    it("given up becomes a dead letter in the same step", async () => {
      const [id = 0] = await notify(store(), [draft(7, "idem")]);
      await store().claim(id, "L1", at(1), LEASE_MS);
      const closing = {
        kind: "dlq",
        deadLetter: { ...DEAD_LETTER, subject: String(id) },
      } as const;
      expect(await store().close(id, "L1", closing, attemptOf({ result: "reject" }), at(4))).toBe(
        true,
      );
      expect(await store().close(id, "L1", closing, attemptOf({ result: "reject" }), at(4))).toBe(
        true,
      );
      expect(await rowOf(store, id)).toMatchObject({ status: "dlq", finishedAt: at(4) });
      const all = { stage: null, reason: null, since: null, replayed: null };
      expect((await store().deadLetters(all, { limit: 10, cursor: null })).items).toEqual([
        {
          ...DEAD_LETTER,
          id: 1,
          subject: String(id),
          createdAt: at(4),
          replayedAt: null,
          replays: 0,
        },
      ]);
    });
  });

  describe("a lease", () => {
    it("that ran out goes to the next holder, and fences off the one before", async () => {
      const [id = 0] = await notify(store(), [draft(7, "idem")]);
      await store().claim(id, "L1", at(1), LEASE_MS);
      expect(await store().claim(id, "L2", at(31), LEASE_MS)).toMatchObject({
        kind: "claimed",
        delivery: { interrupted: false },
      });
      expect(await store().renew(id, "L1", at(32), LEASE_MS)).toBe(false);
      expect(
        await store().close(id, "L1", { kind: "done", externalId: null }, attemptOf(), at(32)),
      ).toBe(false);
      expect(await rowOf(store, id)).toMatchObject({ status: "sending", attempts: [] });
      expect(await store().renew(id, "L2", at(33), LEASE_MS)).toBe(true);
      expect(await store().nextDue()).toBe(at(63));
    });

    it("that ran out during a send tells the next holder so, until the row is closed", async () => {
      const [id = 0] = await notify(store(), [draft(7, "idem")]);
      await store().claim(id, "L1", at(1), LEASE_MS);
      await store().renew(id, "L1", at(2), LEASE_MS);
      expect(await store().claim(id, "L2", at(40), LEASE_MS)).toMatchObject({
        kind: "claimed",
        delivery: { interrupted: true },
      });
      await store().close(id, "L2", { kind: "released", nextRetryAt: at(50) }, null, at(41));
      expect(await store().claim(id, "L3", at(50), LEASE_MS)).toMatchObject({
        delivery: { interrupted: true },
      });
      await store().renew(id, "L3", at(51), LEASE_MS);
      await store().close(
        id,
        "L3",
        { kind: "failed", nextRetryAt: at(60) },
        attemptOf({ leaseToken: "L3" }),
        at(52),
      );
      expect(await store().claim(id, "L4", at(60), LEASE_MS)).toMatchObject({
        delivery: { interrupted: false },
      });
      await store().renew(id, "L4", at(61), LEASE_MS);
      await store().close(id, "L4", { kind: "released", nextRetryAt: at(70) }, null, at(62));
      expect(await store().claim(id, "L5", at(70), LEASE_MS)).toMatchObject({
        delivery: { interrupted: false },
      });
    });
  });

  describe("a claim for the send", () => {
    const claimed = async (id: number, token: string, seconds: number, sends = false) => {
      const claim = await store().claim(id, token, at(seconds), LEASE_MS, { sends });
      if (claim.kind !== "claimed") return claim.kind;
      const { interrupted, digestKey } = claim.delivery;
      return { interrupted, digestKey };
    };

    it("that ran out tells the next holder so, and its message keeps the key of the row", async () => {
      const [id = 0] = await notify(store(), [draft(7, "own")]);
      expect(await claimed(id, "L1", 1, true)).toEqual({ interrupted: false, digestKey: null });
      expect(await claimed(id, "L2", 40)).toEqual({ interrupted: true, digestKey: "own" });
      await store().close(id, "L2", { kind: "released", nextRetryAt: at(50) }, null, at(41));
      expect(await claimed(id, "L3", 50, true)).toEqual({ interrupted: true, digestKey: "own" });
      const unsure = { kind: "failed", nextRetryAt: at(60), unsure: true } as const;
      await store().close(id, "L3", unsure, attemptOf({ leaseToken: "L3" }), at(52));
      expect(await claimed(id, "L4", 60)).toEqual({ interrupted: false, digestKey: "own" });
    });

    it("that is given back unsent leaves no mark", async () => {
      const [id = 0] = await notify(store(), [draft(7, "own")]);
      await claimed(id, "L1", 1, true);
      await store().close(id, "L1", { kind: "released", nextRetryAt: at(5) }, null, at(2));
      expect(await claimed(id, "L2", 5, true)).toEqual({ interrupted: false, digestKey: null });
      const failed = { kind: "failed", nextRetryAt: at(20) } as const;
      await store().close(id, "L2", failed, attemptOf({ leaseToken: "L2" }), at(6));
      expect(await claimed(id, "L3", 20)).toEqual({ interrupted: false, digestKey: null });
    });
  });

  describe("the key of a digest", () => {
    it("stays with the row while the message may have arrived, and goes with a definite answer", async () => {
      const [id = 0] = await notify(store(), [draft(7, "a"), draft(8, "b")]);
      const keyAt = async (token: string, seconds: number) => {
        const claim = await store().claim(id, token, at(seconds), LEASE_MS);
        return claim.kind === "claimed" ? claim.delivery.digestKey : claim.kind;
      };
      expect(await keyAt("L1", 1)).toBeNull();
      await Promise.all([
        store().renew(id, "L1", at(2), LEASE_MS, "K"),
        store().claim(id + 1, "M", at(2), LEASE_MS),
      ]);
      await store().renew(id + 1, "M", at(2), LEASE_MS, "K");
      expect(await store().digestRows(7, "K")).toEqual([id]);
      expect(await keyAt("L2", 40)).toBe("K");
      await store().close(id, "L2", { kind: "released", nextRetryAt: at(50) }, null, at(41));
      expect(await keyAt("L3", 50)).toBe("K");
      await store().renew(id, "L3", at(51), LEASE_MS, "another");
      await store().close(
        id,
        "L3",
        { kind: "failed", nextRetryAt: at(60), unsure: true },
        attemptOf({ leaseToken: "L3" }),
        at(52),
      );
      expect(await keyAt("L4", 60)).toBe("K");
      await store().close(
        id,
        "L4",
        { kind: "failed", nextRetryAt: at(70), unsure: false },
        null,
        at(61),
      );
      expect(await keyAt("L5", 70)).toBeNull();
      expect(await store().digestRows(7, "K")).toEqual([]);
      expect(await store().digestRows(8, "K")).toEqual([id + 1]);
      await store().close(id + 1, "M", { kind: "done", externalId: null }, null, at(71));
      expect(await store().digestRows(8, "K")).toEqual([]);
    });
  });

  describe("the order of one channel and event", () => {
    it("holds a later delivery back while an earlier one is open", async () => {
      const [first = 0] = await notify(store(), [draft(7, "a")], 0);
      await notify(store(), [draft(7, "b"), draft(8, "c")], 1);
      const [second, other] = [first + 1, first + 2];
      expect(await store().claim(second, "L1", at(2), LEASE_MS)).toEqual({
        kind: "behind",
        until: at(4),
        olderId: first,
      });
      expect(await store().claim(second, "L1", at(3), LEASE_MS)).toEqual({
        kind: "notDue",
        at: at(4),
      });
      expect(await store().claim(other, "L2", at(3), LEASE_MS)).toMatchObject({ kind: "claimed" });
      await store().claim(first, "L3", at(3), LEASE_MS);
      await store().close(first, "L3", { kind: "failed", nextRetryAt: at(90) }, null, at(3));
      expect(await store().claim(second, "L1", at(4), LEASE_MS)).toEqual({
        kind: "behind",
        until: at(90),
        olderId: first,
      });
      await store().claim(first, "L3", at(90), LEASE_MS);
      await store().close(first, "L3", { kind: "done", externalId: null }, null, at(91));
      expect(await store().claim(second, "L1", at(92), LEASE_MS)).toMatchObject({
        kind: "claimed",
      });
    });

    it("lets the later one pass before its turn as soon as the earlier one is done", async () => {
      const [first = 0] = await notify(store(), [draft(7, "a")], 0);
      await notify(store(), [draft(7, "b")], 1);
      const second = first + 1;
      await store().claim(first, "L1", at(2), LEASE_MS);
      const behind = await store().claim(second, "L2", at(2), LEASE_MS);
      if (behind.kind !== "behind") throw new Error(`the claim is ${behind.kind}`);
      const early = (turn: string) => store().claim(second, "L2", at(3), LEASE_MS, { turn });
      expect(await early(behind.until)).toMatchObject({ kind: "behind", until: at(5) });
      await store().close(first, "L1", { kind: "done", externalId: null }, null, at(3));
      expect(await early(at(4))).toEqual({ kind: "notDue", at: at(5) });
      expect(await early(at(5))).toMatchObject({ kind: "claimed" });
    });

    it("of a stream waits for no other, because it names its own revision", async () => {
      const revision = (rev: number) => {
        const row = draft(7, `rev${rev}`);
        return { ...row, payload: { ...row.payload, stream: { ...STREAM, rev } } };
      };
      const [first = 0] = await notify(store(), [revision(1)], 0);
      await notify(store(), [revision(2), draft(7, "a")], 1);
      expect(await store().claim(first + 1, "L1", at(2), LEASE_MS)).toMatchObject({
        kind: "claimed",
        delivery: { payload: { stream: { rev: 2 } } },
      });
      expect(await store().claim(first + 2, "L2", at(2), LEASE_MS)).toMatchObject({
        kind: "behind",
      });
    });
  });
}
