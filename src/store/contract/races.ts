import { describe, expect, it } from "vitest";
import type { Change } from "../events.ts";
import type { Store } from "../index.ts";
import {
  arrival,
  at,
  change,
  draft,
  dueIds,
  eventOf,
  KEY,
  mention,
  OTHER_KEY,
  pending,
  signal,
} from "./fixtures.ts";

const ATTEMPT = { result: "ok", httpStatus: 200, ms: 1, error: null, ambiguous: false } as const;

export function raceContract(store: () => Store): void {
  describe("at the same time", () => {
    it("of many first commits of one event one wins, and the others leave no trace", async () => {
      await store().accept(
        Array.from({ length: 8 }, (_, i) => arrival(i)),
        at(0),
      );
      await store().recordJudgements(
        Array.from({ length: 8 }, (_, i) => pending(i, KEY)),
        at(1),
      );
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          store().commit(change(0, [mention(i)], { outbox: [draft(1, `idem-${i}`)] })),
        ),
      );
      expect(answers.map(({ kind }) => kind).sort()).toEqual([
        "committed",
        ...Array(7).fill("stale"),
      ]);
      expect((await store().load(KEY))?.evidence).toHaveLength(1);
      expect(await store().audit()).toMatchObject({
        evidence: 1,
        open: 7,
        miscounted: 0,
        outbox: { pending: 1 },
      });
    });

    it("commits of many events are each as if they were alone", async () => {
      const keys = Array.from({ length: 60 }, (_, i) => `eth:T${i}:2026-01-15T10:00:00Z`);
      const ofKey = (eventKey: string, rev: number, id: number, over: Partial<Change> = {}) => {
        const said = mention(id, { eventKey });
        const all = rev === 1 ? [mention(1, { eventKey }), said] : [said];
        const own = { event: eventOf(all, { eventKey }), signal: signal({ eventKey }) };
        return change(rev, [said], { ...own, ...over });
      };
      await store().accept([arrival(1), arrival(2), arrival(3)], at(0));
      const [first = "", second = "", third = ""] = keys;
      await store().recordJudgements(
        [pending(1, ...keys), pending(2, first, second), pending(3, third)],
        at(1),
      );
      const outboxOf = (eventKey: string, state: "verified" | "downgraded", idemKey: string) => {
        const { payload } = draft(1, idemKey);
        return [draft(1, idemKey, { eventKey, payload: { ...payload, eventKey, state } })];
      };
      const answers = await Promise.all([
        ...keys.map((key) =>
          store().commit(ofKey(key, 0, 1, { outbox: outboxOf(key, "verified", `up ${key}`) })),
        ),
        store().commit(ofKey(first, 0, 3)),
        store().commit(ofKey(third, 7, 3)),
      ]);
      expect(answers.map(({ kind }) => kind)).toEqual([
        ...keys.map(() => "committed"),
        "stale",
        "stale",
      ]);
      const ids = answers.flatMap((answer) => dueIds(answer));
      expect(new Set(ids).size).toBe(60);
      const later = await Promise.all([
        store().commit(ofKey(first, 1, 2, { outbox: outboxOf(first, "downgraded", "down") })),
        store().commit(ofKey(second, 1, 2)),
      ]);
      expect(later.map((answer) => answer.kind === "committed" && answer.rev)).toEqual([2, 2]);
      const [downgraded = [], held = []] = later.map(dueIds);
      expect(ids).not.toContain(downgraded[0]);
      expect(downgraded).toHaveLength(1);
      expect(held).toEqual(dueIds(answers[1] ?? { kind: "stale" }));
      expect(await store().audit()).toMatchObject({
        evidence: 2,
        open: 1,
        miscounted: 0,
        contradictions: 0,
        outbox: { pending: 60, done: 1 },
      });
    });

    it("writers of one event that reload when stale lose nothing", async () => {
      async function add(id: number): Promise<void> {
        const held = await store().load(KEY);
        const all = [...(held?.evidence ?? []), mention(id)];
        const next = change(held?.rev ?? 0, [mention(id)], { event: eventOf(all) });
        if ((await store().commit(next)).kind === "stale") await add(id);
      }
      await Promise.all(Array.from({ length: 12 }, (_, i) => add(i)));
      expect(await store().load(KEY)).toMatchObject({ rev: 12, event: { evidenceCount: 12 } });
      expect(await store().audit()).toMatchObject({ miscounted: 0 });
    });

    it("two events that share posts end each of them, and never wait for each other for ever", async () => {
      const ids = Array.from({ length: 60 }, (_, i) => i);
      for (let round = 0; round < 5; round++) {
        const keys = [KEY, OTHER_KEY].map((key) => `${key}:${round}`);
        const id = (i: number) => round * 100 + i;
        await store().accept(
          ids.map((i) => arrival(id(i))),
          at(0),
        );
        await Promise.all([
          store().recordJudgements(
            ids.map((i) => pending(id(i), ...keys)),
            at(1),
          ),
          ...keys.map((eventKey, turn) => {
            const mentions = ids.map((i) => mention(id(i), { eventKey }));
            return store().commit(change(0, turn === 0 ? mentions : mentions.toReversed()));
          }),
        ]);
      }
      expect(await store().audit()).toMatchObject({
        accepted: 300,
        evidence: 300,
        open: 0,
        contradictions: 0,
        miscounted: 0,
      });
    });

    it("a burial and a commit of the same posts leave each with one outcome", async () => {
      const ids = Array.from({ length: 40 }, (_, i) => i);
      const deadLetter = {
        stage: "posts",
        reason: "poison",
        error: "e",
        payload: null,
        attempts: 1,
        advice: "",
      };
      await store().accept(
        ids.map((i) => arrival(i)),
        at(0),
      );
      await store().recordJudgements(
        ids.map((i) => pending(i, KEY)),
        at(1),
      );
      await Promise.all([
        store().bury(
          ids.toReversed().map((i) => ({ ...deadLetter, key: `k${i}`, subject: `x:${i}` })),
          at(2),
        ),
        store().commit(
          change(
            0,
            ids.slice(0, 20).map((i) => mention(i)),
          ),
        ),
      ]);
      expect(await store().audit()).toMatchObject({
        evidence: 20,
        dead: 20,
        open: 0,
        contradictions: 0,
        deadLetters: 40,
      });
    });

    it("of many claims of one delivery one gets it", async () => {
      await store().commit(change(0, [mention(1)], { outbox: [draft(1, "a")], at: at(0) }));
      const claims = await Promise.all(
        Array.from({ length: 8 }, (_, i) => store().claim(1, `lease-${i}`, at(1), 60_000)),
      );
      expect(claims.map(({ kind }) => kind).sort()).toEqual(["claimed", ...Array(7).fill("taken")]);
    });

    it("of claims, renewals and closings of many rows each gets its own answer", async () => {
      const rows = ["a", "b", "c", "d"].map((idem, n) => draft(n === 3 ? 1 : n + 1, idem));
      await store().commit(change(0, [mention(1)], { outbox: rows, at: at(0) }));
      const claim = (id: number, token: string) => store().claim(id, token, at(1), 60_000);
      const claims = await Promise.all([
        claim(3, "L3"),
        claim(1, "L1"),
        claim(1, "late"),
        claim(4, "L4"),
        claim(2, "L2"),
        claim(9, "L9"),
      ]);
      // Over several connections either of the two may be the first.
      const [mine, other] = claims[1]?.kind === "claimed" ? ["L1", "late"] : ["late", "L1"];
      const kinds = claims.map(({ kind }) => kind);
      expect([...kinds.slice(1, 3).sort(), kinds[0], ...kinds.slice(3)]).toEqual([
        "claimed",
        "taken",
        "claimed",
        "behind",
        "claimed",
        "closed",
      ]);
      const delivery = { id: 1, leaseToken: mine, idemKey: "a" };
      expect(claims[mine === "L1" ? 1 : 2]).toMatchObject({ delivery });
      const renew = (id: number, token: string) => store().renew(id, token, at(2), 60_000);
      expect(
        await Promise.all([renew(2, "L2"), renew(1, other), renew(1, mine), renew(3, "L3")]),
      ).toEqual([true, false, true, true]);
      const deadLetter = {
        stage: "deliveries",
        reason: "gone",
        error: "e",
        payload: null,
        attempts: 1,
        subject: "2",
        advice: "",
      };
      const attempt = (deliveryId: number, leaseToken: string) => ({
        ...ATTEMPT,
        deliveryId,
        leaseToken,
        at: at(3),
      });
      const closed = await Promise.all([
        store().close(1, other, { kind: "done", externalId: "x" }, attempt(1, other), at(3)),
        store().close(2, "L2", { kind: "dlq", deadLetter }, attempt(2, "L2"), at(3)),
        store().close(1, mine, { kind: "failed", nextRetryAt: at(9) }, attempt(1, mine), at(3)),
        store().close(3, "L3", { kind: "done", externalId: "y" }, attempt(3, "L3"), at(3)),
      ]);
      expect(closed).toEqual([false, true, true, true]);
      const { items } = await store().outbox(
        { status: null, channelId: null, since: null },
        { limit: 9, cursor: null },
      );
      const shown = items.map(({ id, status, attempts }) => [
        id,
        status,
        attempts.map(({ result }) => result),
      ]);
      expect(shown.sort()).toEqual([
        [1, "failed", ["ok"]],
        [2, "dlq", ["ok"]],
        [3, "done", ["ok"]],
        [4, "pending", []],
      ]);
      expect(await store().audit()).toMatchObject({
        deadLetters: 1,
        outbox: { done: 1, dlq: 1 },
      });
    });

    it("claims, closings, replays, reopenings and resumptions never wait for each other for ever", async () => {
      const ids = Array.from({ length: 120 }, (_, i) => i + 1);
      await store().commit(
        change(0, [mention(1)], {
          outbox: ids.map((id) => draft((id % 3) + 1, `i${id}`, { eventKey: `${KEY}${id}` })),
        }),
      );
      const said = {
        stage: "deliveries",
        reason: "gone",
        error: "e",
        payload: null,
        attempts: 1,
        advice: "",
      };
      const end = async (id: number, token: string, seconds: number, waits = false) => {
        const claim = await store().claim(id, token, at(seconds), 1_000);
        const deadLetter = { ...said, subject: `${id}` };
        const closing = waits
          ? ({ kind: "failed", nextRetryAt: at(seconds + 9) } as const)
          : ({ kind: "dlq", deadLetter } as const);
        if (claim.kind === "claimed") await store().close(id, token, closing, null, at(seconds));
      };
      for (let round = 1; round <= 3; round++) {
        const now = round * 100;
        await Promise.all(ids.map((id) => end(id, `a${round}`, now, id % 2 === 0)));
        await Promise.all([
          ...ids.toReversed().map((id) => end(id, `b${round}`, now + 5)),
          ...Array.from({ length: 3 }, () =>
            store().takeForReplay(
              { ids: null, stage: "deliveries", reason: null },
              50,
              at(now + 5),
            ),
          ),
          ...ids.filter((id) => id % 4 === 0).map((id) => store().reopen(id, at(now + 5))),
          ...[1, 2, 3].map((channel) => store().bringForward(channel, at(now + 5))),
          store().deleteExpired("deliveries", at(0), 10),
          ...ids.map((id) => end(id, `c${round}`, now + 6)),
        ]);
        const { outbox, deadLetters } = await store().audit();
        expect(outbox.pending + outbox.failed + outbox.dlq).toBe(ids.length);
        expect(deadLetters, "a letter for each that is given up").toBe(outbox.dlq);
      }
    });
  });
}
