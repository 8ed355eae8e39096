import { describe, expect, it } from "vitest";
import type { EventFilter } from "../../events.ts";
import type { Store } from "../../index.ts";
import { cursorOf } from "../../paging.ts";
import {
  ANY_EVENT,
  allPages,
  at,
  change,
  draft,
  eventOf,
  FIRST_PAGE,
  KEY,
  mention,
  OTHER_KEY,
  signal,
} from "../fixtures.ts";

/** One event of KEY and a younger one of OTHER_KEY. */
async function twoEvents(store: () => Store): Promise<void> {
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

export function eventReadContract(store: () => Store): void {
  describe("reading events and signals", () => {
    it("filters by every field", async () => {
      await twoEvents(store);
      const keysOf = async (filter: Partial<EventFilter>) =>
        (await store().events({ ...ANY_EVENT, ...filter }, FIRST_PAGE)).items.map(
          ({ eventKey }) => eventKey,
        );
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
          (await store().signals({ ...ANY_EVENT, ...filter }, FIRST_PAGE)).items,
          JSON.stringify(filter),
        ).toMatchObject([{ eventKey: OTHER_KEY }]);
      const signals = await store().signals({ ...ANY_EVENT, since: at(100) }, FIRST_PAGE);
      expect(signals.items).toMatchObject([{ eventKey: OTHER_KEY, score: 40, state: "verified" }]);
    });

    it("pages the evidence of an event in event time", async () => {
      const pieces = [30, 10, 20, 20, 40].map((second, n) =>
        mention(second, { evidenceId: `x:${"CaBbA"[n]}`, postId: "CaBbA"[n] ?? "" }),
      );
      await store().commit(change(0, pieces));
      const inTime = [...pieces].sort((a, b) =>
        `${a.postedAt} ${a.evidenceId}` < `${b.postedAt} ${b.evidenceId}` ? -1 : 1,
      );
      const walked = await allPages(
        (paging) => store().evidenceInTime(KEY, paging),
        async () => undefined,
      );
      expect(walked).toEqual(inTime);
      const back = await allPages(
        (paging) => store().evidenceInTime(KEY, { ...paging, order: "latest" }),
        async () => undefined,
      );
      expect(back).toEqual(inTime.toReversed());
      const whole = await store().evidenceInTime(KEY, { limit: 5, cursor: null });
      expect(whole).toEqual({ items: inTime, nextCursor: null });
      expect((await store().evidenceInTime("eth:NONE", FIRST_PAGE)).items).toEqual([]);
      const ofAList = cursorOf({ at: at(10), id: 1 });
      await expect(store().evidenceInTime(KEY, { limit: 2, cursor: ofAList })).rejects.toThrow(
        RangeError,
      );
    });

    it("reads a signal with some of its facts alone", async () => {
      await store().commit(change(0, [mention(10)]));
      const [whole] = (await store().signals(ANY_EVENT, FIRST_PAGE)).items;
      if (whole === undefined) throw new Error("there is no signal");
      const [kept = "", ...others] = Object.keys(whole.facts.values);
      expect(others.length).toBeGreaterThan(0);
      const names = [kept, "no_such_fact"];
      const brief = await store().signals(ANY_EVENT, { ...FIRST_PAGE, facts: names });
      const { evaluatedAt, values } = whole.facts;
      const facts = { evaluatedAt, values: { [kept]: values[kept] } };
      expect(brief.items).toEqual([
        { ...whole, facts: { ...facts, origin: {}, degraded: [], notes: [] } },
      ]);
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
        byKey((await store().events(ANY_EVENT, FIRST_PAGE)).items),
      );
      expect(byKey(await store().signalsByKey(keys))).toEqual(
        byKey((await store().signals(ANY_EVENT, FIRST_PAGE)).items),
      );
      expect(byKey(await store().evidenceByKey(keys, 2))).toEqual(
        byKey([
          { eventKey: KEY, evidence: [mention(10), mention(20)] },
          { eventKey: OTHER_KEY, evidence: [mention(40, { eventKey: OTHER_KEY })] },
        ]),
      );
      const all = (await store().outbox({ status: null, channelId: null, since: null }, FIRST_PAGE))
        .items;
      expect(all).toHaveLength(2);
      expect(await store().outboxByKey(keys, 5)).toEqual(all);
      expect(await store().outboxByKey(keys, 1)).toEqual(all.slice(0, 1));
      expect(await store().outboxByKey([], 5)).toEqual([]);
    });

    it("shows an event with the headline of its signal, and the single one whole", async () => {
      await twoEvents(store);
      const [newest] = (await store().events(ANY_EVENT, FIRST_PAGE)).items;
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
      await twoEvents(store);
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
}

export function eventPagingContract(store: () => Store): void {
  async function addEvent(i: number, seconds: number): Promise<void> {
    const piece = mention(i, { eventKey: `eth:T${i}:x`, postedAt: at(seconds) });
    const event = eventOf([piece]);
    await store().commit(
      change(0, [piece], { event, signal: signal({ eventKey: event.eventKey, ts: at(seconds) }) }),
    );
  }

  describe("events page after page", () => {
    it("shows every event and signal once, also with equal times and while others are added", async () => {
      for (let i = 0; i < 10; i++) await addEvent(i, Math.floor(i / 4));
      const expected = Array.from({ length: 10 }, (_, i) => `eth:T${9 - i}:x`);
      let extra = 100;
      const between = () => addEvent(extra++, 1_000);
      const events = await allPages((paging) => store().events(ANY_EVENT, paging), between);
      expect(events.map(({ eventKey }) => eventKey)).toEqual(expected);
      const signals = await allPages(
        (paging) => store().signals({ ...ANY_EVENT, until: at(500) }, paging),
        between,
      );
      expect(signals.map(({ eventKey }) => eventKey)).toEqual(expected);
    });

    it("walks signals by id past none that moves on the way", async () => {
      for (let i = 0; i < 6; i++) await addEvent(i, i);
      const first = await store().signals(ANY_EVENT, { limit: 2, cursor: null, order: "id" });
      const keys = (page: typeof first) => page.items.map(({ eventKey }) => eventKey);
      const second = await store().signals(ANY_EVENT, {
        limit: 10,
        cursor: first.nextCursor,
        order: "id",
      });
      expect([...keys(first), ...keys(second)]).toEqual(
        [5, 4, 3, 2, 1, 0].map((i) => `eth:T${i}:x`),
      );
      const latest = { limit: 2, cursor: first.nextCursor };
      await expect(store().signals(ANY_EVENT, latest)).rejects.toThrow(RangeError);
    });

    it("ends with the page that is just full", async () => {
      for (let i = 0; i < 4; i++) await addEvent(i, i);
      expect(await store().events(ANY_EVENT, { limit: 4, cursor: null })).toMatchObject({
        nextCursor: null,
      });
    });

    it("refuses a cursor that no page answered", async () => {
      for (const cursor of [
        "",
        "x",
        "%%%",
        btoa("null"),
        btoa('["2026-02-30T00:00:00.000Z",1]'),
        btoa('["1 January 2026",1]'),
        btoa('["2026-01-15T10:00:00.000Z",1,2]'),
        btoa('["2026-01-15T10:00:00.000Z",-1]'),
        btoa("[1,2]"),
        btoa('["yesterday",1]'),
        btoa('["2026-01-01",1.5]'),
        "🚀",
      ])
        await expect(store().events(ANY_EVENT, { limit: 4, cursor }), cursor).rejects.toThrow(
          RangeError,
        );
    });
  });
}
