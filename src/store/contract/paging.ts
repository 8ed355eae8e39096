import { describe, expect, it } from "vitest";
import type { Store } from "../index.ts";
import type { PageRequest, RowPage } from "../read.ts";
import { at, change, draft, eventOf, mention, notify, signal } from "./fixtures.ts";

const ANY = {
  type: null,
  chain: null,
  symbol: null,
  tokenCa: null,
  since: null,
  until: null,
  minScore: null,
  state: null,
};

export function pagingContract(store: () => Store): void {
  async function addEvent(i: number, seconds: number): Promise<void> {
    const piece = mention(i, { eventKey: `eth:T${i}:x`, postedAt: at(seconds) });
    const event = eventOf([piece]);
    await store().commit(
      change(0, [piece], { event, signal: signal({ eventKey: event.eventKey, ts: at(seconds) }) }),
    );
  }

  /** Reads page after page, and lets `between` happen before each next one. */
  async function all<Item>(
    page: (paging: PageRequest) => Promise<RowPage<Item>>,
    between: () => Promise<void>,
  ): Promise<Item[]> {
    const items: Item[] = [];
    for (let cursor: string | null = null; ; ) {
      const answer: RowPage<Item> = await page({ limit: 4, cursor });
      expect(answer.items.length).toBeLessThanOrEqual(4);
      items.push(...answer.items);
      if (answer.nextCursor === null) return items;
      expect(answer.nextCursor).toMatch(/^[A-Za-z0-9_-]+$/);
      cursor = answer.nextCursor;
      await between();
    }
  }

  describe("page after page", () => {
    it("shows every event and signal once, also with equal times and while others are added", async () => {
      for (let i = 0; i < 10; i++) await addEvent(i, Math.floor(i / 4));
      const expected = Array.from({ length: 10 }, (_, i) => `eth:T${9 - i}:x`);
      let extra = 100;
      const between = () => addEvent(extra++, 1_000);
      const events = await all((paging) => store().events(ANY, paging), between);
      expect(events.map(({ eventKey }) => eventKey)).toEqual(expected);
      const signals = await all(
        (paging) => store().signals({ ...ANY, until: at(500) }, paging),
        between,
      );
      expect(signals.map(({ eventKey }) => eventKey)).toEqual(expected);
    });

    it("shows every delivery and dead letter once while others are added", async () => {
      await notify(
        store(),
        Array.from({ length: 9 }, (_, i) => draft(1, `idem-${i}`)),
      );
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
      const rows = await all(
        (paging) => store().outbox({ status: null, channelId: null, since: null }, paging),
        async () => void (await notify(store(), [draft(1, `idem-${extra++}`)])),
      );
      expect(rows.map(({ id }) => id)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
      const deadLetters = await all(
        (paging) =>
          store().deadLetters({ stage: null, reason: null, since: null, replayed: null }, paging),
        () => store().bury([deadLetter(extra++)], at(1)),
      );
      expect(deadLetters.map(({ id }) => id)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    });

    it("ends with the page that is just full", async () => {
      for (let i = 0; i < 4; i++) await addEvent(i, i);
      expect(await store().events(ANY, { limit: 4, cursor: null })).toMatchObject({
        nextCursor: null,
      });
    });

    it("refuses a cursor that no page answered", async () => {
      for (const cursor of [
        "",
        "x",
        "%%%",
        btoa("null"),
        btoa("[1,2]"),
        btoa('["yesterday",1]'),
        btoa('["2026-01-01",1.5]'),
        "🚀",
      ])
        await expect(store().events(ANY, { limit: 4, cursor }), cursor).rejects.toThrow(RangeError);
    });
  });
}
