import { describe, expect, it } from "vitest";
import type { ArchiveBatch, ArchivedKind } from "../archive.ts";
import type { Store } from "../index.ts";
import {
  at,
  booksOf,
  change,
  dropped,
  eventOf,
  KEY,
  mention,
  OTHER_KEY,
  pending,
} from "./fixtures.ts";

const DAY = 86_400;
const ANY = { what: null, since: null, until: null };
const PAGE = { limit: 10, cursor: null };
const WRITTEN = { files: 1, rows: 2, bytes: 300 };
const MANY = 1_000_000;

export function archiveContract(store: () => Store): void {
  const { accept, known, totals } = booksOf(store);
  const dropAll = (...ids: number[]) => {
    const judged = ids.map((id) => dropped(id));
    return store().recordJudgements(judged, at(3 * DAY));
  };
  const plan = (before: number, what: ArchivedKind = "posts", limit = 100) =>
    store().planArchive(what, at(before), limit, at(4 * DAY));
  const planned = async (before: number, what: ArchivedKind = "posts") => {
    const batch = await plan(before, what);
    if (batch === undefined) throw new Error(`nothing of ${what} is old`);
    return batch;
  };
  const pages = async (batch: ArchiveBatch, limit = 100, bytes = MANY) => {
    const found: unknown[][] = [];
    for (let after: string | null = null, on = true; on; on = after !== null) {
      const page = await store().archiveRows(batch, after, limit, bytes);
      found.push(page.rows);
      after = page.next;
    }
    return found;
  };
  const finish = (batch: ArchiveBatch, before: number, written = WRITTEN) =>
    store().deleteArchived(batch, written, at(before), at(4 * DAY));

  describe("the archive", () => {
    it("plans the old rows of one day, and deletes those alone, still counted", async () => {
      await accept(0, 1, 2);
      await accept(DAY, 3);
      await accept(2 * DAY, 4);
      await dropAll(1, 2, 3, 4);
      const before = await totals();
      const first = await planned(2 * DAY);
      expect(first).toMatchObject({ what: "posts", day: at(0).slice(0, 10) });
      expect(first.name).toMatch(new RegExp(`^posts/day=${first.day}/.`));
      expect((await pages(first)).flat()).toMatchObject([
        { source: "x", source_id: "1", outcome: "dropped", accepted_at: at(0) },
        { source: "x", source_id: "2", text: expect.any(String) },
      ]);
      expect(await finish(first, 2 * DAY)).toBe(2);
      expect(await known(1, 2, 3, 4)).toEqual([3, 4]);
      const second = await planned(2 * DAY);
      expect(second.name).not.toBe(first.name);
      expect(await finish(second, 2 * DAY)).toBe(1);
      expect(await plan(2 * DAY)).toBeUndefined();
      expect(await totals()).toEqual(before);
    });

    it("goes on with an open batch, and names the same rows the same", async () => {
      await accept(0, 1, 2);
      await dropAll(1, 2);
      const first = await planned(DAY);
      await accept(1, 3);
      await dropAll(3);
      expect(await planned(DAY)).toEqual(first);
      expect((await pages(first)).flat()).toHaveLength(2);
      expect(await finish(first, DAY)).toBe(2);
      expect([await finish(first, DAY), await known(3)]).toEqual([0, [3]]);
    });

    it("has one open batch of a kind, whoever asks", async () => {
      await accept(0, 1, 2);
      await dropAll(1, 2);
      const both = await Promise.all([planned(DAY), planned(DAY)]);
      expect(both[0]).toEqual(both[1]);
    });

    it("keeps what is no longer old when its files are stored", async () => {
      await accept(0, 1, 2);
      await dropAll(1);
      const said = { stage: "posts", reason: "poison", error: "", advice: "" };
      const letter = { ...said, key: "k", payload: null, attempts: 1, subject: "x:2" };
      await store().bury([letter], at(1));
      const batch = await planned(DAY);
      expect((await pages(batch)).flat()).toHaveLength(1);
      expect(await finish(batch, -1)).toBe(0);
      expect(await known(1, 2)).toEqual([1, 2]);
    });

    it("leaves a batch whose rows went without it, and plans anew what is left", async () => {
      await accept(0, 1, 2);
      await dropAll(1, 2);
      const lost = await planned(DAY);
      expect(await store().deleteExpired("posts", at(DAY), 1)).toBe(1);
      const next = await planned(DAY);
      expect(next.id).not.toBe(lost.id);
      expect(await pages(lost)).toEqual([[]]);
      expect((await pages(next)).flat()).toHaveLength(1);
      expect(await finish(next, DAY)).toBe(1);
      expect((await store().archives(ANY, PAGE)).items.map(({ id }) => id)).toEqual([next.id]);
    });

    it("answers rows by pages of a number and of bytes, one at least", async () => {
      const ids = [1, 2, 3, 4, 5];
      await accept(0, ...ids);
      await dropAll(...ids);
      const batch = await planned(DAY);
      const ofTwo = await pages(batch, 2);
      expect(ofTwo.map((rows) => rows.length)).toEqual([2, 2, 1]);
      expect(ofTwo.flat()).toEqual((await pages(batch)).flat());
      expect((await pages(batch, 100, 1)).map((rows) => rows.length)).toEqual([1, 1, 1, 1, 1]);
    });

    it("archives an event by its evidence, with its posts and its history", async () => {
      await accept(0, 1, 2);
      await store().recordJudgements([pending(1, KEY), pending(2, KEY, OTHER_KEY)], at(1));
      await store().commit(change(0, [mention(1), mention(2)], { at: at(5) }));
      const other = mention(2, { eventKey: OTHER_KEY, postedAt: at(100) });
      await store().commit(change(0, [other], { event: eventOf([other]), at: at(6) }));
      const before = await totals();
      const batch = await planned(50, "events");
      const rows = (await pages(batch)).flat();
      expect(rows).toMatchObject([
        { event_key: KEY, evidence_id: "x:1", source_id: "1", text: expect.any(String) },
        { event_key: KEY, evidence_id: "x:2", evidence_count: 2, state: expect.any(String) },
      ]);
      expect(await finish(batch, 50)).toBe(1);
      expect([await store().event(KEY), await known(1, 2)]).toEqual([undefined, [2]]);
      expect(await totals()).toEqual(before);
    });

    it("keeps an event that was committed after its rows were read", async () => {
      await store().commit(change(0, [mention(1)], { at: at(5) }));
      const batch = await planned(50, "events");
      await pages(batch);
      await store().commit(change(1, [mention(2)], { at: at(60) }));
      expect(await finish(batch, 50)).toBe(0);
      expect(await store().event(KEY)).toBeDefined();
    });

    it("archives the changes of signals", async () => {
      await store().commit(change(0, [mention(1)], { at: at(5) }));
      const batch = await planned(2 * DAY, "history");
      expect(await pages(batch)).toMatchObject([[{ event_key: KEY, rev: 1 }]]);
      expect(await finish(batch, 2 * DAY)).toBe(1);
      const any = { eventKey: KEY, since: null, until: null };
      expect((await store().history(any, PAGE)).items).toEqual([]);
    });

    it("lists what has files, the latest first, by kind and day", async () => {
      await accept(0, 1);
      await accept(DAY, 2);
      await dropAll(1, 2);
      for (const rows of [1, 2]) {
        const batch = await planned(2 * DAY);
        await finish(batch, 2 * DAY, { files: 1, rows, bytes: 10 * rows });
      }
      await store().commit(change(0, [mention(1)], { at: at(5) }));
      await finish(await planned(2 * DAY, "history"), 2 * DAY, { files: 0, rows: 0, bytes: 0 });
      const list = async (filter: object) =>
        (await store().archives({ ...ANY, ...filter }, PAGE)).items;
      const [second, first] = await list({});
      expect(second).toMatchObject({ rows: 2, bytes: 20, files: 1, endedAt: at(4 * DAY) });
      expect(await list({ what: "history" })).toEqual([]);
      expect(await list({ until: at(0).slice(0, 10) })).toEqual([first]);
      expect(await list({ since: at(DAY).slice(0, 10) })).toEqual([second]);
      expect(await store().archive(first?.id ?? 0)).toEqual(first);
      expect(await store().archive(99)).toBeUndefined();
      const one = await store().archives(ANY, { ...PAGE, limit: 1 });
      const rest = await store().archives(ANY, { ...PAGE, cursor: one.nextCursor });
      expect([...one.items, ...rest.items]).toEqual([second, first]);
    });
  });
}
