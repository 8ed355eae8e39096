import { describe, expect, it } from "vitest";
import type { Store } from "../index.ts";
import {
  arrival,
  at,
  change,
  deadLetter,
  draft,
  dropped,
  dueIds,
  eventOf,
  KEY,
  mention,
  OTHER_KEY,
  pending,
  signal,
} from "./fixtures.ts";

export function auditContract(store: () => Store): void {
  describe("the audit", () => {
    it("of an empty store is all nothing", async () => {
      expect(await store().audit()).toEqual({
        ...{
          accepted: 0,
          evidence: 0,
          dropped: 0,
          duplicate: 0,
          dead: 0,
          open: 0,
          droppedBy: [],
          covered: { since: null, until: null, posts: 0, events: 0 },
          books: null,
          contradictions: 0,
          miscounted: 0,
        },
        ...{ outbox: { pending: 0, failed: 0, done: 0, dlq: 0 }, deadLetters: 0 },
        ...{ latencyMs: { p50: null, p95: null, count: 0 }, commitToSendMs: [] },
        postsPerSecond: null,
      });
    });

    it("accounts for every accepted post", async () => {
      const ada = { author: "ada" };
      const isTwin = (id: number) => id === 6 || id === 7;
      const posts = [1, 2, 3, 4, 5, 6, 7, 8].map((id) =>
        arrival(id, isTwin(id) ? ada : {}, isTwin(id) ? "h" : `h${id}`),
      );
      await store().accept(posts, at(0));
      await store().recordJudgements(
        [dropped(1), dropped(2, "language"), dropped(3), pending(4, KEY), pending(6, OTHER_KEY)],
        at(5),
      );
      await store().commit(change(0, [mention(4)], { at: at(10) }));
      await store().commit(change(0, [mention(6, { eventKey: OTHER_KEY })], { at: at(10) }));
      await store().recordJudgements([pending(7, KEY)], at(5));
      const deadLetter = {
        key: "k",
        stage: "posts",
        reason: "poison",
        error: "",
        payload: null,
        attempts: 1,
        subject: "x:5",
        advice: "",
      };
      await store().bury([deadLetter], at(7));
      expect(await store().audit()).toMatchObject({
        ...{
          accepted: 8,
          evidence: 2,
          dropped: 3,
          duplicate: 1,
          dead: 1,
          open: 1,
          contradictions: 0,
          miscounted: 0,
          deadLetters: 1,
        },
        droppedBy: [
          { reason: "spam", count: 2 },
          { reason: "language", count: 1 },
        ],
        postsPerSecond: 0.7,
      });
    });

    it("measures from acceptance to the first delivery of what the post set off", async () => {
      await store().accept(
        [1, 2, 3, 4].map((id) => arrival(id)),
        at(0),
      );
      await store().recordJudgements(
        [1, 2, 3, 4].map((id) => pending(id, KEY)),
        at(1),
      );
      const first = dueIds(
        await store().commit(
          change(0, [mention(1), mention(2)], {
            outbox: [draft(1, "a"), draft(2, "b")],
            at: at(2),
          }),
        ),
      );
      const quiet = change(1, [mention(3)], {
        held: [mention(1), mention(2)],
        outbox: [draft(3, "c", { notBefore: at(60) })],
        at: at(3),
      });
      await store().commit(quiet);
      await store().commit(
        change(2, [mention(4)], { held: [mention(1), mention(2), mention(3)], at: at(4) }),
      );
      const finish = async (id: number, seconds: number) => {
        await store().claim(id, `L${id}`, at(seconds), 1_000);
        await store().close(id, `L${id}`, { kind: "done", externalId: null }, null, at(seconds));
      };
      await finish(first[1] ?? 0, 10);
      await finish(first[0] ?? 0, 20);
      await finish(3, 70);
      expect((await store().audit()).latencyMs).toEqual({ p50: 10_000, p95: 10_000, count: 2 });
    });

    it("measures from the commit, or the end of what held it back, to the first attempt", async () => {
      const filter = {
        minScore: null,
        chains: [],
        symbols: [],
        states: [],
        quietHours: null,
        digestMinutes: 0,
        mutedEvents: [],
      };
      for (const name of ["hook", "chat"])
        await store().addChannel(
          { kind: "log", name, settings: {}, filter, atMostOnce: false },
          at(0),
        );
      const rows = [
        draft(1, "a"),
        draft(1, "b", { notBefore: at(60) }),
        draft(2, "c"),
        draft(1, "d"),
      ];
      await store().commit(change(0, [mention(1)], { outbox: rows, at: at(0) }));
      const attempt = async (id: number, seconds: number, ms: number) => {
        const leaseToken = `L${id}${seconds}`;
        await store().claim(id, leaseToken, at(seconds), 1_000);
        const made = {
          result: "retry",
          httpStatus: 500,
          ms,
          error: "e",
          ambiguous: false,
        } as const;
        const closing = { kind: "failed", nextRetryAt: at(seconds + 1) } as const;
        await store().close(
          id,
          leaseToken,
          closing,
          { ...made, deliveryId: id, leaseToken, at: at(seconds) },
          at(seconds),
        );
      };
      await attempt(1, 3, 1_000);
      await attempt(1, 30, 1_000);
      await store().claim(1, "L", at(40), 1_000);
      await store().close(1, "L", { kind: "done", externalId: null }, null, at(40));
      await attempt(2, 61, 500);
      await attempt(3, 5, 0);
      expect((await store().audit()).commitToSendMs).toEqual([
        { channel: "hook", p50: 500, p95: 2_000, count: 2 },
        { channel: "chat", p50: 5_000, p95: 5_000, count: 1 },
      ]);
    });

    it("compares what changed since a time alone", async () => {
      await store().accept([arrival(1), arrival(2), arrival(3)], at(0));
      await store().recordJudgements([dropped(1)], at(5));
      await store().recordJudgements([dropped(2)], at(6));
      const key = (n: number) => `${OTHER_KEY}:${n}`;
      for (const n of [1, 2]) {
        const pieces = [mention(7 + n, { eventKey: key(n) })];
        const event = eventOf(pieces, { copies: n });
        await store().commit(change(0, pieces, { event, at: at(10 * n) }));
      }
      expect(await store().audit(at(6))).toMatchObject({
        ...{ accepted: 3, dropped: 2, open: 1, contradictions: 2, miscounted: 2 },
        ...{ covered: { since: at(6), until: null, posts: 1, events: 2 }, books: null },
      });
      expect(await store().audit(at(11))).toMatchObject({ contradictions: 1, miscounted: 1 });
      expect(await store().audit(at(21))).toMatchObject({
        ...{ accepted: 3, contradictions: 0, miscounted: 0 },
        covered: { since: at(21), until: null, posts: 0, events: 0 },
      });
    });

    it("finds evidence whose post was dropped later, although the event did not change", async () => {
      await store().accept([arrival(1)], at(0));
      await store().commit(change(0, [mention(1, { postId: "2" })], { at: at(1) }));
      await store().accept([arrival(2)], at(2));
      expect(await store().audit(at(3))).toMatchObject({ contradictions: 0 });
      await store().recordJudgements([dropped(2)], at(4));
      expect(await store().audit(at(3))).toMatchObject({ contradictions: 1 });
    });

    it("covers each change once, goes on from there, and leaves out what is too new", async () => {
      await store().accept([arrival(1), arrival(2)], at(0));
      await store().recordJudgements([dropped(1)], at(5));
      await store().commit(change(0, [mention(8)], { at: at(10) }));
      expect(await store().coverAudit(at(10))).toEqual({ found: 0, more: false });
      expect(await store().coverAudit(at(11))).toEqual({ found: 1, more: false });
      expect(await store().coverAudit(at(11))).toEqual({ found: 0, more: false });
      expect(await store().coverAudit(at(4))).toEqual({ found: 0, more: false });
      await store().recordJudgements([dropped(2)], at(20));
      expect(await store().coverAudit(at(30))).toEqual({ found: 0, more: false });
    });

    it("keeps numbers that are those of the rows, whatever changed them", async () => {
      await store().accept(
        [1, 2, 3, 4].map((id) => arrival(id)),
        at(0),
      );
      await store().recordJudgements([dropped(1), pending(2, KEY), dropped(3)], at(1));
      await store().commit(change(0, [mention(2)], { outbox: [draft(1, "a"), draft(1, "b")] }));
      await store().commit(
        change(1, [mention(4)], {
          held: [mention(2)],
          signal: signal({ state: "verified" }),
        }),
      );
      await store().bury([deadLetter("k1"), deadLetter("k2")], at(3));
      await store().deleteExpired("posts", at(60), 1);
      await store().deleteExpired("events", at(900), 1);
      expect(await store().recountTallies()).toEqual([]);
    });

    it("finds evidence of posts that were never accepted", async () => {
      await store().commit(change(0, [mention(1)]));
      expect(await store().audit()).toMatchObject({ contradictions: 1, miscounted: 0 });
    });

    it("finds events whose figures are not those of their evidence", async () => {
      const wrong = [
        { evidenceCount: 3 },
        { copies: 1 },
        { uniqueAuthors: 3 },
        { startTs: at(0) },
        { lastTs: at(99) },
      ];
      const right = [{}, { evidenceCount: 1, copies: 1, uniqueAuthors: 1 }];
      for (const [i, over] of [...wrong, ...right].entries()) {
        const pieces = [1, 2].map((id) => mention(id, { eventKey: `${OTHER_KEY}:${i}` }));
        await store().commit(change(0, pieces, { event: eventOf(pieces, over) }));
      }
      expect(await store().audit()).toMatchObject({ miscounted: wrong.length });
    });
  });
}
