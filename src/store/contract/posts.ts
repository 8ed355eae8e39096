import { describe, expect, it } from "vitest";
import type { Store } from "../index.ts";
import { OVERLOAD_EVENTS, OVERLOAD_POSTS } from "../posts.ts";
import {
  arrival,
  at,
  change,
  deadLetter,
  dropped,
  KEY,
  mention,
  OTHER_KEY,
  pending,
  post,
  ref,
} from "./fixtures.ts";

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
