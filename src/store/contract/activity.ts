import { describe, expect, it } from "vitest";
import { ChannelFilter } from "../../model/channel-config.ts";
import type { Store } from "../index.ts";
import {
  arrival,
  at,
  change,
  draft,
  dropped,
  eventOf,
  KEY,
  mention,
  OTHER_KEY,
  pending,
  signal,
} from "./fixtures.ts";

const RANGE = { from: at(0), to: at(600), stepSeconds: 60 };
/** The start of the step so many seconds after the start. */
const step = (seconds: number): number => Date.parse(at(seconds)) / 1000;

export function activityContract(store: () => Store): void {
  const activity = (range = RANGE) => store().activity(range, at(300));

  describe("what happened within a range", () => {
    it("is empty where nothing did", async () => {
      const { open, ...rest } = await activity();
      expect(Object.values(rest).flat()).toEqual([]);
      expect(open).toEqual([
        { what: "posts", count: 0, oldestSeconds: null },
        { what: "deliveries", count: 0, oldestSeconds: null },
      ]);
    });

    it("counts posts by step, source, outcome and reason, and how long they took", async () => {
      await store().accept([arrival(1), arrival(2), arrival(3)], at(10));
      await store().accept([arrival(4)], at(70));
      await store().accept([arrival(5)], at(700));
      await store().recordJudgements([pending(1, KEY), dropped(2), dropped(3, "language")], at(12));
      await store().commit(change(0, [mention(1)], { at: at(15) }));
      const { posts, waits, open } = await activity();
      expect(posts).toEqual([
        { t: step(0), source: "x", outcome: "dropped", reason: "language", count: 1 },
        { t: step(0), source: "x", outcome: "dropped", reason: "spam", count: 1 },
        { t: step(0), source: "x", outcome: "evidence", reason: null, count: 1 },
        { t: step(60), source: "x", outcome: "open", reason: null, count: 1 },
      ]);
      expect(waits).toEqual([
        { t: step(0), what: "evidence", count: 1, p50: 5_000, p95: 5_000, p99: 5_000 },
        { t: step(0), what: "judge", count: 3, p50: 2_000, p95: 2_000, p99: 2_000 },
      ]);
      expect(open[0]).toEqual({ what: "posts", count: 2, oldestSeconds: 230 });
    });

    it("counts attempts by the kind of their channel, and when deliveries arrived", async () => {
      await store().addChannel(
        {
          kind: "webhook",
          name: "first",
          settings: {},
          filter: ChannelFilter.parse({}),
          atMostOnce: false,
        },
        at(0),
      );
      const outbox = [draft(1, "a"), draft(1, "b"), draft(1, "c")];
      await store().commit(change(0, [mention(1)], { outbox, at: at(20) }));
      for (const [id, ms] of [
        [1, 40],
        [2, 90],
      ] as const) {
        await store().claim(id, `L${id}`, at(21), 60_000);
        const attempt = { deliveryId: id, leaseToken: `L${id}`, at: at(22), result: "ok" };
        const rest = { httpStatus: 200, ms, error: null, ambiguous: false };
        const done = { kind: "done", externalId: null } as const;
        await store().close(id, `L${id}`, done, { ...attempt, ...rest }, at(23));
      }
      const { attempts, waits, open } = await activity();
      expect(attempts).toEqual([
        { t: step(0), channel: "webhook", result: "ok", count: 2, p50: 40, p95: 90, p99: 90 },
      ]);
      expect(waits).toEqual([
        { t: step(0), what: "send", count: 2, p50: 3_000, p95: 3_000, p99: 3_000 },
      ]);
      expect(open[1]).toEqual({ what: "deliveries", count: 1, oldestSeconds: 280 });
    });

    it("shows changes, rules, scores and the tokens with the most evidence", async () => {
      const scored = (over: object) => signal({ ts: at(30), ...over });
      await store().commit(change(0, [mention(1)], { signal: scored({ score: -3 }) }));
      const before = await store().signal(KEY);
      const after = { signal: scored({ score: 7, ts: at(90) }), before: before ?? null };
      await store().commit(change(1, [mention(2)], { ...after, held: [mention(1)] }));
      const other = mention(3, { eventKey: OTHER_KEY, postedAt: at(3) });
      await store().commit(
        change(0, [other], {
          event: eventOf([other], { symbol: "OTHER", chain: "sol" }),
          signal: scored({
            eventKey: OTHER_KEY,
            score: 9,
            state: "verified",
            rulesVersion: "sha2",
          }),
        }),
      );
      const { changes, rules, scores, tokens } = await activity();
      expect(changes).toEqual([
        { t: step(0), state: "candidate", count: 1 },
        { t: step(0), state: "verified", count: 1 },
        { t: step(60), state: "candidate", count: 1 },
      ]);
      expect(rules).toEqual([
        { version: "sha", state: "candidate", count: 1, score: 7 },
        { version: "sha2", state: "verified", count: 1, score: 9 },
      ]);
      expect(scores).toEqual([{ from: 5, count: 2 }]);
      expect(tokens).toEqual([
        { chain: "eth", token: "DEMO", events: 1, evidence: 2, score: 7 },
        { chain: "sol", token: "OTHER", events: 1, evidence: 1, score: 9 },
      ]);
    });
  });
}
