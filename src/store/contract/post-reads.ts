import { describe, expect, it } from "vitest";
import { ChannelFilter } from "../../model/channel-config.ts";
import type { CommitTimings } from "../events.ts";
import type { Store } from "../index.ts";
import type { PostFilter } from "../posts.ts";
import {
  arrival,
  at,
  change,
  draft,
  dropped,
  dueIds,
  KEY,
  LEASE_MS,
  mention,
  OTHER_KEY,
  pending,
} from "./fixtures.ts";

const NO_FILTER = ChannelFilter.parse({});

export function postListContract(store: () => Store): void {
  describe("the list of posts", () => {
    it("walks the latest first, by how they ended, why, source and time", async () => {
      await store().accept([arrival(1), arrival(2), arrival(3)], at(0));
      await store().accept([arrival(4, { source: "y" })], at(5));
      await store().recordJudgements([dropped(1), dropped(3), pending(2, KEY)], at(6));
      const any: PostFilter = { source: null, outcome: null, reason: null, since: null };
      const idsOf = async (filter: Partial<typeof any>, limit = 10, cursor: string | null = null) =>
        store()
          .posts({ ...any, ...filter }, { limit, cursor })
          .then(({ items, nextCursor }) => ({ ids: items.map(({ id }) => id), nextCursor }));
      expect((await idsOf({})).ids).toEqual(["4", "3", "2", "1"]);
      expect((await idsOf({ outcome: "dropped", reason: "spam" })).ids).toEqual(["3", "1"]);
      expect((await idsOf({ outcome: "dropped", reason: "language" })).ids).toEqual([]);
      expect((await idsOf({ source: "y" })).ids).toEqual(["4"]);
      expect((await idsOf({ since: at(5) })).ids).toEqual(["4"]);
      const first = await idsOf({}, 3);
      expect(first.ids).toEqual(["4", "3", "2"]);
      expect(await idsOf({}, 3, first.nextCursor)).toEqual({ ids: ["1"], nextCursor: null });
      const { items } = await store().posts(
        { ...any, outcome: "dropped" },
        { limit: 1, cursor: null },
      );
      expect(items).toMatchObject([
        {
          ...{ source: "x", id: "3", author: "author-3", text: "post 3", postedAt: at(3) },
          ...{ acceptedAt: at(0), outcome: "dropped", reason: "spam" },
        },
      ]);
      expect(items[0]).not.toHaveProperty("steps");
    });
  });
}

export function postHistoryContract(store: () => Store): void {
  describe("what became of a post", () => {
    it("has the milliseconds of each step, and says which of them posts shared", async () => {
      const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
      await store().accept([arrival(1, { trace }), arrival(2)], at(0));
      const timed = { filterMs: 1.5, refineMs: 2 };
      await store().recordJudgements(
        [
          { ...pending(1, KEY), ...timed },
          { ...dropped(2), filterMs: 0.5 },
        ],
        at(1),
      );
      const timings: CommitTimings = {
        ...{ enrichMs: 120, enrich: { dex: [80, "fresh"], goplus: [120, "missing"] } },
        ...{ rulesMs: 3, posts: 2 },
      };
      await store().commit(change(0, [mention(1)], { at: at(4), timings }));
      const steps = (await store().post("x", "1"))?.steps ?? [];
      const told = steps.map(({ stage, who, at: time, outcome, shared, ms }) => [
        ...[stage, who, Date.parse(time) - Date.parse(at(0)), outcome, shared],
        ["sources", "dedup", "store"].includes(stage) ? typeof ms : ms,
      ]);
      expect(told).toEqual([
        ["sources", null, 0, "accepted", 2, "number"],
        ["filter", null, 1_000, "passed", null, 1.5],
        ["refine", null, 1_000, "mention", null, 2],
        ["dedup", null, 1_000, "first", 2, "number"],
        ["enrich", "dex", 3_880, "fresh", 2, 80],
        ["enrich", "goplus", 3_880, "missing", 2, 120],
        ["rules", null, 4_000, "scored", 2, 3],
        ["store", null, 4_000, "evidence", 2, "number"],
      ]);
      const other = (await store().post("x", "2"))?.steps.at(-1);
      expect(other).toMatchObject({ stage: "filter", ms: 0.5, shared: null });
    });

    it("goes on to each attempt at what it set off, in its commit or later in its trace", async () => {
      const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
      await store().accept([arrival(1, { trace }), arrival(2)], at(0));
      await store().recordJudgements([pending(1, KEY), pending(2, KEY)], at(1));
      const saved = await store().addChannel(
        { kind: "log", name: "desk", settings: {}, filter: NO_FILTER, atMostOnce: false },
        at(0),
      );
      if (saved.kind !== "saved") throw new Error("the channel was not saved");
      const told = draft(saved.channel.id, "a");
      const late = { ...told, idemKey: "b", payload: { ...told.payload, traces: [trace] } };
      const [first = 0] = dueIds(
        await store().commit(change(0, [mention(1)], { at: at(2), outbox: [told] })),
      );
      const attempt = async (id: number, seconds: number, error: string | null) => {
        const token = `${id} at ${seconds}`;
        await store().claim(id, token, at(seconds), LEASE_MS);
        await store().close(
          id,
          token,
          error === null
            ? { kind: "done", externalId: null, shared: true }
            : { kind: "failed", nextRetryAt: at(seconds + 1) },
          {
            ...{ deliveryId: id, leaseToken: token, at: at(seconds), ms: 250, ambiguous: false },
            ...{ result: error === null ? "ok" : "retry", httpStatus: 200, error },
          },
          at(seconds),
        );
      };
      await attempt(first, 3, "HTTP 503");
      await attempt(first, 5, null);
      const again = await store().commit(
        change(1, [mention(2)], { held: [mention(1)], at: at(6), outbox: [late] }),
      );
      await attempt(dueIds(again)[0] ?? 0, 7, "HTTP 500");
      const attempts = async (id: string) =>
        (await store().post("x", id))?.steps
          .filter(({ stage }) => stage === "notify")
          .map(({ outcome, at: began, ms, who, reason }) => [outcome, began, ms, who, reason]);
      const ofFirst = [
        ["retry", at(2.75), 250, "desk", "in a digest: HTTP 503"],
        ["ok", at(4.75), 250, "desk", "in a digest"],
      ];
      const ofLate = ["retry", at(6.75), 250, "desk", "HTTP 500"];
      expect(await attempts("1")).toEqual([...ofFirst, ofLate]);
      expect(await attempts("2")).toEqual([ofLate]);
    });

    it("is told stage by stage", async () => {
      await store().accept([arrival(1), arrival(2), arrival(3)], at(0));
      await store().overdue(at(1), at(2), 1);
      await store().recordJudgements([pending(1, KEY, OTHER_KEY), dropped(2)], at(3));
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
      ) => expect.objectContaining({ stage, outcome, at: at(seconds), reason, eventKey });
      expect((await store().post("x", "1"))?.steps).toEqual([
        step("sources", "accepted", 0),
        step("filter", "passed", 3),
        step("refine", "mention", 3, null, KEY),
        step("refine", "mention", 3, null, OTHER_KEY),
        step("dedup", "first", 3),
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
}
