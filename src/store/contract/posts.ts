import { describe, expect, it } from "vitest";
import { ChannelFilter } from "../../model/channel-config.ts";
import type { CommitTimings } from "../events.ts";
import type { Store } from "../index.ts";
import { OVERLOAD_EVENTS, OVERLOAD_POSTS, type PostFilter } from "../posts.ts";
import {
  arrival,
  at,
  change,
  deadLetter,
  draft,
  dropped,
  dueIds,
  KEY,
  LEASE_MS,
  mention,
  OTHER_KEY,
  pending,
  post,
  ref,
} from "./fixtures.ts";

const NO_FILTER = ChannelFilter.parse({});
const NONE_ENDED = { duplicates: [], settled: [], waiting: [] };

export function postContract(store: () => Store): void {
  const outcomeOf = async (id: number | string) => (await store().post("x", String(id)))?.outcome;

  describe("accepting posts", () => {
    it("answers each post once, however often it comes", async () => {
      expect(await store().accept([arrival(1), arrival(2), arrival(1)], at(0))).toEqual({
        fresh: [ref(1), ref(2)],
      });
      expect(await store().accept([arrival(2, { text: "changed" }), arrival(3)], at(1))).toEqual({
        fresh: [ref(3)],
      });
      expect(await store().post("x", "2")).toMatchObject({ text: "post 2", acceptedAt: at(0) });
      expect(await store().accept([], at(1))).toEqual({ fresh: [] });
    });

    it("ends what was dropped already as it arrives, with its verdict", async () => {
      const bad = { ...arrival(1, { author: "ada" }, "h"), dropped: dropped(1) };
      const twin = arrival(2, { author: "ada" }, "h");
      expect((await store().accept([bad, twin], at(0))).fresh).toEqual([ref(1), ref(2)]);
      expect(await store().post("x", "1")).toMatchObject({
        outcome: "dropped",
        reason: "spam",
        lang: "en",
        spam: 0.1,
        sentiment: 0.5,
        steps: [
          { stage: "sources", outcome: "accepted", at: at(0) },
          { stage: "filter", outcome: "dropped", at: at(0), reason: "spam: free money" },
        ],
      });
      expect(await store().audit()).toMatchObject({ accepted: 2, dropped: 1, open: 1 });
      expect(await store().recordJudgements([pending(1, KEY), pending(2, KEY)], at(1))).toEqual({
        ...NONE_ENDED,
        settled: [ref(1)],
      });
      expect(await outcomeOf(2)).toBe("pending");
      expect((await store().overdue(at(5), at(6), 10)).map(({ id }) => id)).toEqual(["2"]);
      await store().accept([{ ...twin, dropped: dropped(2) }], at(7));
      expect(await outcomeOf(2)).toBe("pending");
      await store().commit(change(0, [mention(1)]));
      expect(await outcomeOf(1)).toBe("evidence");
    });

    it("keeps the trace of the first arrival with a post, also when it is sent again", async () => {
      const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
      const traceFrom = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";
      await store().accept([arrival(1, { trace, traceFrom }), arrival(2)], at(0));
      await store().accept([arrival(1, { trace: trace.replace("b7ad", "0000") })], at(1));
      expect(await store().post("x", "1")).toMatchObject({ trace, traceFrom });
      expect(await store().post("x", "2")).toMatchObject({ trace: null, traceFrom: null });
      const [again] = await store().overdue(at(60), at(60), 1);
      expect(again).toMatchObject({ id: "1", trace, traceFrom });
    });

    it("gives posts that come twice at the same time to one caller each", async () => {
      const batch = Array.from({ length: 50 }, (_, i) => arrival(i));
      const answers = await Promise.all(
        [batch, batch.toReversed(), batch].map((posts) => store().accept(posts, at(0))),
      );
      const fresh = answers.flatMap((answer) => answer.fresh.map(({ id }) => id));
      expect(fresh).toHaveLength(50);
      expect(new Set(fresh).size).toBe(50);
    });

    it("takes 5,000 posts at once", async () => {
      const batch = Array.from({ length: 5_000 }, (_, i) => arrival(i));
      expect((await store().accept(batch, at(0))).fresh).toHaveLength(5_000);
      expect(await store().audit()).toMatchObject({ accepted: 5_000, open: 5_000 });
    });

    it("takes none of a source while many of its posts have waited too long for a verdict", async () => {
      const batch = Array.from({ length: OVERLOAD_POSTS }, (_, i) => arrival(i));
      await store().accept(batch, at(0), at(-60));
      expect((await store().accept([arrival("early")], at(60), at(0))).fresh).toHaveLength(1);
      const other = arrival("welcome", { source: "y" });
      expect(await store().accept([arrival("refused"), other], at(61), at(1))).toEqual({
        fresh: [{ source: "y", id: "welcome" }],
        overloaded: ["x"],
      });
      await store().recordJudgements([pending(0, KEY)], at(62));
      expect(await store().accept([arrival("refused")], at(63), at(3))).toEqual({
        fresh: [ref("refused")],
      });
    });

    it("takes none of a source while many of its posts have waited too long for many events", async () => {
      const judge = (from: number, keys: string[]) =>
        store().recordJudgements(
          Array.from({ length: OVERLOAD_POSTS / 2 }, (_, i) =>
            pending(from + i, keys[i % keys.length] ?? KEY),
          ),
          at(1),
        );
      const batch = Array.from({ length: OVERLOAD_POSTS }, (_, i) => arrival(i));
      await store().accept(batch, at(0));
      await judge(0, [KEY]);
      await judge(OVERLOAD_POSTS / 2, [KEY]);
      expect((await store().accept([arrival("of one event")], at(61), at(1))).fresh).toHaveLength(
        1,
      );
      const keys = Array.from({ length: OVERLOAD_EVENTS }, (_, i) => KEY.replace("DEMO", `D${i}`));
      await judge(0, keys);
      const other = arrival("welcome", { source: "y" });
      expect(await store().accept([arrival("refused"), other], at(62), at(1))).toEqual({
        fresh: [{ source: "y", id: "welcome" }],
        overloaded: ["x"],
      });
    });

    it("says what holds up posts: sources without a verdict, and events that were not committed", async () => {
      await store().accept([arrival(1), arrival(2), arrival(3)], at(0));
      await store().accept([arrival(4, { source: "y" })], at(50));
      await store().recordJudgements([pending(1, KEY, OTHER_KEY), pending(2, KEY)], at(10));
      await store().commit(change(0, [mention(1, { eventKey: OTHER_KEY })]));
      expect(await store().stalled(at(20), at(100))).toEqual({
        sources: [
          { source: "x", count: 1, stuck: 1 },
          { source: "y", count: 1, stuck: 0 },
        ],
        events: [{ eventKey: KEY, count: 2 }],
      });
      expect(await store().stalled(at(0), at(0))).toEqual({ sources: [], events: [] });
    });

    it("gives a post back as it was, whatever its text holds", async () => {
      const texts = [
        "🚀👩‍👩‍👧 \u202eمرحبا",
        "'; drop table raw_posts; --",
        "\\u0000 \\ud800 \\\\",
        "x".repeat(10_000),
        "",
        '{"a": [1]}\n\t\r',
        "$1 $2 %s",
      ];
      const posts = texts.map((text, i) =>
        post(i, {
          text,
          url: "https://example.org/?q=%00",
          symbol: "DEMO",
          chain: "eth",
          metrics: { followers: 1e9, likes: 0 },
          raw: { deep: { list: [1, "ü", null, true, 0.1 + 0.2] } },
        }),
      );
      await store().accept(
        posts.map((post, i) => ({ post, textHash: `h${i}` })),
        at(0),
      );
      expect(await store().overdue(at(10), at(10), 100)).toEqual(posts);
    });
  });

  describe("judging posts", () => {
    it("ends what is dropped, and never changes a final outcome", async () => {
      await store().accept([arrival(1), arrival(2)], at(0));
      expect(await store().recordJudgements([dropped(1), pending(2, KEY)], at(1))).toEqual(
        NONE_ENDED,
      );
      expect(await store().post("x", "1")).toMatchObject({
        outcome: "dropped",
        reason: "spam",
        lang: "en",
        spam: 0.1,
        sentiment: 0.5,
      });
      expect(await store().recordJudgements([pending(1, KEY)], at(2))).toEqual({
        ...NONE_ENDED,
        settled: [ref(1)],
      });
      expect(await outcomeOf(1)).toBe("dropped");
    });

    it("judges an open post anew: the last verdict counts", async () => {
      await store().accept([arrival(1)], at(0));
      await store().recordJudgements([pending(1, KEY)], at(1));
      await store().recordJudgements([pending(1, OTHER_KEY)], at(2));
      await store().commit(change(0, [mention(1)]));
      expect(await outcomeOf(1)).toBe("pending");
      await store().commit(change(0, [mention(1, { eventKey: OTHER_KEY })]));
      expect(await outcomeOf(1)).toBe("evidence");
    });

    it("knows nothing of a post that was not accepted", async () => {
      expect(await store().recordJudgements([pending(9, KEY), dropped(8)], at(1))).toEqual(
        NONE_ENDED,
      );
      expect(await store().post("x", "9")).toBeUndefined();
    });

    it("takes the same post twice in a batch", async () => {
      await store().accept([arrival(1)], at(0));
      expect(await store().recordJudgements([pending(1, KEY), pending(1, KEY)], at(1))).toEqual(
        NONE_ENDED,
      );
      expect(await outcomeOf(1)).toBe("pending");
    });
  });

  describe("an author who repeats himself", () => {
    const same = { author: "ada" };

    it("makes a duplicate of the later accepted post, in whatever order they are judged", async () => {
      await store().accept([arrival(1, same, "h"), arrival(2, same, "h")], at(0));
      await store().accept([arrival(3, same, "h")], at(1));
      const behindFirst = (...ids: number[]) => ({
        ...NONE_ENDED,
        waiting: ids.map((id) => ({ ...ref(id), behind: "x:1" })),
      });
      expect(await store().recordJudgements([pending(3, KEY)], at(2))).toEqual(behindFirst(3));
      expect(await store().post("x", "3")).toMatchObject({ outcome: null, lang: "en" });
      expect(await store().recordJudgements([pending(2, KEY), pending(1, KEY)], at(3))).toEqual(
        behindFirst(2),
      );
      await store().commit(change(0, [mention(1)]));
      expect(await store().recordJudgements([pending(2, KEY), pending(3, KEY)], at(4))).toEqual({
        ...NONE_ENDED,
        duplicates: [ref(2), ref(3)],
      });
      expect(await store().post("x", "3")).toMatchObject({
        outcome: "duplicate",
        reason: "repeat of x:1",
      });
      expect(await store().recordJudgements([pending(3, KEY), pending(1, KEY)], at(5))).toEqual({
        duplicates: [ref(3)],
        settled: [ref(1)],
        waiting: [],
      });
    });

    it("is heard when the earlier post is dropped or dead, whichever was judged first", async () => {
      await store().accept(
        [1, 2, 3].map((id) => arrival(id, same, "h")),
        at(0),
      );
      await store().recordJudgements([pending(1, KEY)], at(1));
      expect(
        (await store().recordJudgements([pending(2, KEY), pending(3, KEY)], at(2))).waiting,
      ).toEqual([
        { ...ref(2), behind: "x:1" },
        { ...ref(3), behind: "x:1" },
      ]);
      await store().recordJudgements([dropped(1)], at(3));
      expect(await store().recordJudgements([pending(3, KEY)], at(4))).toEqual({
        ...NONE_ENDED,
        waiting: [{ ...ref(3), behind: "x:2" }],
      });
      await store().bury([deadLetter("posts:2", { subject: "x:2" })], at(5));
      expect(await store().recordJudgements([pending(3, KEY)], at(6))).toEqual(NONE_ENDED);
      expect(await outcomeOf(3)).toBe("pending");
    });

    it("stays kept once he was kept, also when an earlier post comes back to life", async () => {
      await store().accept([arrival(1, same, "h"), arrival(2, same, "h")], at(0));
      await store().bury([deadLetter("posts:1", { subject: "x:1" })], at(1));
      await store().recordJudgements([pending(2, KEY)], at(2));
      await store().takeForReplay({ ids: null, stage: null, reason: null }, 10, at(3));
      expect(await store().recordJudgements([pending(2, KEY)], at(4))).toEqual(NONE_ENDED);
      await store().commit(change(0, [mention(2)]));
      expect(await outcomeOf(2)).toBe("evidence");
    });

    it("is another matter with another text, another author, or after fourteen days", async () => {
      const days = (count: number) => ({ ...same, postedAt: at(count * 86_400) });
      await store().accept(
        [
          arrival(1, days(0), "h"),
          arrival(2, days(0), "other"),
          arrival(3, {}, "h"),
          arrival(4, days(15), "h"),
          arrival(5, days(13.9), "h"),
        ],
        at(0),
      );
      const judged = await store().recordJudgements(
        [1, 2, 3, 4, 5].map((id) => pending(id, KEY)),
        at(1),
      );
      expect(judged).toEqual({ ...NONE_ENDED, waiting: [{ ...ref(5), behind: "x:1" }] });
    });

    it("is heard when the first of the posts is dropped beside him", async () => {
      await store().accept([arrival(1, same, "h"), arrival(2, same, "h")], at(0));
      expect(await store().recordJudgements([pending(2, KEY), dropped(1)], at(1))).toEqual(
        NONE_ENDED,
      );
      expect(await outcomeOf(2)).toBe("pending");
    });
  });

  describe("the sweep", () => {
    it("finds what has waited too long, the longest first, and passes over it until it is late again", async () => {
      for (const id of [1, 2, 3, 4]) await store().accept([arrival(id)], at(id));
      await store().recordJudgements([dropped(1), pending(3, KEY)], at(5));
      expect(await store().overdue(at(4), at(10), 100)).toEqual([post(2), post(3)]);
      expect(await store().overdue(at(10), at(11), 100)).toEqual([post(4)]);
      expect(await store().overdue(at(11), at(12), 1)).toEqual([post(2)]);
      expect(await store().overdue(at(11), at(12), 5)).toEqual([post(3)]);
    });

    it("gives each post to one of two sweeps at once", async () => {
      await store().accept(
        Array.from({ length: 40 }, (_, i) => arrival(i)),
        at(0),
      );
      const swept = await Promise.all([1, 2, 3, 4].map(() => store().overdue(at(1), at(5), 20)));
      const ids = swept.flat().map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.length).toBeGreaterThanOrEqual(20);
    });
  });
}

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
