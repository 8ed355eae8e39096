import { describe, expect, it } from "vitest";
import type { Store } from "../index.ts";
import type { EventFilter } from "../read.ts";
import {
  arrival,
  at,
  change,
  draft,
  dropped,
  eventOf,
  KEY,
  mention,
  notify,
  OTHER_KEY,
  pending,
  signal,
} from "./fixtures.ts";

const ANY: EventFilter = {
  ...{
    type: null,
    chain: null,
    symbol: null,
    tokenCa: null,
    since: null,
    until: null,
    minScore: null,
    state: null,
  },
};
const PAGE = { limit: 50, cursor: null };

export function readContract(store: () => Store): void {
  async function twoEvents(): Promise<void> {
    await store().commit(change(0, [mention(10)]));
    const other = mention(20, { eventKey: OTHER_KEY });
    const address = "0xabcdefabcdefabcdefabcdefabcdefabcdefabcd";
    await store().commit(
      change(0, [other], {
        event: eventOf([other], {
          chain: "sol",
          symbol: "OTHER",
          tokenCa: address,
          type: "listing",
        }),
        signal: signal({
          eventKey: OTHER_KEY,
          state: "verified",
          score: 40,
          level: "opportunity",
          ts: at(200),
          rulesVersion: "sha2",
        }),
      }),
    );
  }

  describe("reading events and signals", () => {
    it("filters by every field", async () => {
      await twoEvents();
      const keysOf = async (filter: Partial<EventFilter>) =>
        (await store().events({ ...ANY, ...filter }, PAGE)).items.map(({ eventKey }) => eventKey);
      expect(await keysOf({})).toEqual([OTHER_KEY, KEY]);
      const onlyOther: Partial<EventFilter>[] = [
        { type: "listing" },
        { chain: "sol" },
        { symbol: "other" },
        { tokenCa: "0xABCDEFabcdefABCDEFabcdefabcdefabcdefabcd" },
        { since: at(20) },
        { minScore: 40 },
        { state: "verified" },
        { chain: "sol", symbol: "OTHER", minScore: 1, since: at(0), until: at(21) },
      ];
      for (const filter of onlyOther)
        expect(await keysOf(filter), JSON.stringify(filter)).toEqual([OTHER_KEY]);
      expect(await keysOf({ until: at(20) })).toEqual([KEY]);
      expect(await keysOf({ symbol: "'; select 1 --\u0000" })).toEqual([]);
      for (const filter of [
        { symbol: "other" },
        { tokenCa: "0xABCDEFabcdefABCDEFabcdefabcdefabcdefabcd" },
        { chain: "sol" },
      ])
        expect(
          (await store().signals({ ...ANY, ...filter }, PAGE)).items,
          JSON.stringify(filter),
        ).toMatchObject([{ eventKey: OTHER_KEY }]);
      const signals = await store().signals({ ...ANY, since: at(100) }, PAGE);
      expect(signals.items).toMatchObject([{ eventKey: OTHER_KEY, score: 40, state: "verified" }]);
    });

    it("reads what belongs to many events at once as it reads it one by one", async () => {
      await store().commit(
        change(0, [mention(10), mention(30), mention(20)], {
          outbox: [draft(1, "one"), draft(2, "two")],
        }),
      );
      await store().commit(
        change(0, [mention(40, { eventKey: OTHER_KEY })], {
          event: eventOf([mention(40, { eventKey: OTHER_KEY })]),
          signal: signal({ eventKey: OTHER_KEY }),
        }),
      );
      const keys = [KEY, "eth:NONE:2026-01-15T10:00:00Z", OTHER_KEY, KEY];
      const byKey = <T extends { eventKey: string }>(rows: T[]) =>
        rows.toSorted((a, b) => (a.eventKey < b.eventKey ? -1 : 1));
      expect(byKey(await store().eventsByKey(keys))).toEqual(
        byKey((await store().events(ANY, PAGE)).items),
      );
      expect(byKey(await store().signalsByKey(keys))).toEqual(
        byKey((await store().signals(ANY, PAGE)).items),
      );
      expect(byKey(await store().evidenceByKey(keys, 2))).toEqual(
        byKey([
          { eventKey: KEY, evidence: [mention(10), mention(20)] },
          { eventKey: OTHER_KEY, evidence: [mention(40, { eventKey: OTHER_KEY })] },
        ]),
      );
      const all = (await store().outbox({ status: null, channelId: null, since: null }, PAGE))
        .items;
      expect(all).toHaveLength(2);
      expect(await store().outboxByKey(keys, 5)).toEqual(all);
      expect(await store().outboxByKey(keys, 1)).toEqual(all.slice(0, 1));
      expect(await store().outboxByKey([], 5)).toEqual([]);
    });

    it("shows an event with the headline of its signal, and the single one whole", async () => {
      await twoEvents();
      const [newest] = (await store().events(ANY, PAGE)).items;
      const { event } = (await store().event(OTHER_KEY)) ?? {};
      expect(newest).toEqual({ ...event, state: "verified", score: 40, level: "opportunity" });
      expect(await store().event(KEY)).toEqual({
        event: eventOf([mention(10)]),
        signal: signal(),
        evidence: [mention(10)],
      });
      expect(await store().signal(KEY)).toEqual(signal());
      expect([await store().event("none"), await store().signal("none")]).toEqual([
        undefined,
        undefined,
      ]);
    });

    it("gives snapshots for a backtest, newest first", async () => {
      await twoEvents();
      expect(await store().snapshots(at(0), 9)).toMatchObject([
        {
          eventKey: OTHER_KEY,
          rulesVersion: "sha2",
          signal: { score: 40 },
          event: { chain: "sol" },
        },
        { eventKey: KEY, rulesVersion: "sha" },
      ]);
      expect(await store().snapshots(at(100), 9)).toHaveLength(1);
      expect(await store().snapshots(at(0), 1)).toHaveLength(1);
    });
  });

  describe("what became of a post", () => {
    it("is told stage by stage", async () => {
      await store().accept([arrival(1), arrival(2), arrival(3)], at(0));
      await store().overdue(at(1), at(2), 1);
      await store().judge([pending(1, KEY, OTHER_KEY), dropped(2)], at(3));
      await store().commit(change(0, [mention(1)], { at: at(4) }));
      const deadLetter = {
        key: "k",
        stage: "mentions",
        reason: "exhausted",
        error: "e",
        payload: null,
        attempts: 100,
        advice: "",
      };
      await store().bury([{ ...deadLetter, subject: "x:1" }], at(5));
      await store().takeForReplay({ ids: null, stage: null, reason: null }, 1, at(6));
      const step = (
        stage: string,
        outcome: string,
        seconds: number,
        reason: string | null = null,
        eventKey: string | null = null,
      ) => ({
        ...{ stage, outcome, at: at(seconds), reason, eventKey },
      });
      expect((await store().post("x", "1"))?.steps).toEqual([
        step("sources", "accepted", 0),
        step("refine", "mention", 3, null, KEY),
        step("refine", "mention", 3, null, OTHER_KEY),
        step("store", "evidence", 4, null, KEY),
        step("mentions", "dead", 5, "exhausted"),
        step("sweep", "requeued", 6),
        step("mentions", "replayed", 6),
      ]);
      expect(await store().post("x", "2")).toMatchObject({
        ...{
          source: "x",
          id: "2",
          author: "author-2",
          text: "post 2",
          postedAt: at(2),
          acceptedAt: at(0),
          outcome: "dropped",
          reason: "spam",
        },
        steps: [step("sources", "accepted", 0), step("filter", "dropped", 3, "spam: free money")],
      });
      expect(await store().post("x", "3")).toMatchObject({
        outcome: null,
        reason: null,
        lang: null,
        steps: [{ outcome: "accepted" }],
      });
      expect(await store().post("x", "no\u0000ne")).toBeUndefined();
    });
  });

  describe("the overview", () => {
    it("counts what the page shows", async () => {
      await store().accept([arrival(1), arrival(2)], at(0));
      await store().accept([arrival(3)], at(61));
      await store().judge([dropped(1), dropped(2)], at(62));
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

    it("of an empty store is all nothing", async () => {
      expect(await store().overview(at(0))).toMatchObject({
        posts: [],
        events: 0,
        signals: [],
        outbox: [],
        deadLetters: 0,
      });
      await store().ping();
    });
  });

  describe("the outbox", () => {
    it("is filtered by status, channel and age, and names the channel", async () => {
      const filter = { ...ANY_CHANNEL, name: "team" };
      await store().addChannel(
        { kind: "log", name: filter.name, settings: {}, filter: filter.filter, atMostOnce: false },
        at(0),
      );
      await notify(store(), [draft(1, "a"), draft(2, "b")], 0);
      await notify(store(), [draft(2, "c")], 10);
      await store().claim(2, "L", at(11), 60_000);
      const idsOf = async (given: { status?: string; channelId?: number; since?: string }) =>
        (
          await store().outbox({ status: null, channelId: null, since: null, ...given }, PAGE)
        ).items.map(({ id }) => id);
      expect(await idsOf({})).toEqual([3, 2, 1]);
      expect(await idsOf({ status: "sending" })).toEqual([2]);
      expect(await idsOf({ status: "pending" })).toEqual([3, 1]);
      expect(await idsOf({ channelId: 2 })).toEqual([3, 2]);
      expect(await idsOf({ since: at(10) })).toEqual([3]);
      const rows = (await store().outbox({ status: null, channelId: null, since: null }, PAGE))
        .items;
      expect(rows.map(({ channel }) => channel)).toEqual(["2", "2", "team"]);
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
