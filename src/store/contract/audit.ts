import { describe, expect, it } from "vitest";
import type { Store } from "../index.ts";
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
  OTHER_KEY,
  pending,
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
