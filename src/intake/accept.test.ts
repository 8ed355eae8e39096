import { beforeEach, describe, expect, it } from "vitest";
import type { Envelope } from "../model/envelope.ts";
import type { RawPost } from "../model/raw-post.ts";
import type { LogRecord } from "../observability/log.ts";
import { silentTelemetry } from "../observability/telemetry.ts";
import type { JudgeResult } from "../pipeline.ts";
import { mention, pending, post } from "../store/contract/fixtures.ts";
import { type Store, StoreUnavailable } from "../store/index.ts";
import { memoryStore } from "../store/memory/index.ts";
import { OVERLOAD_POSTS } from "../store/posts.ts";
import { type AcceptPorts, acceptPosts, offerPosts } from "./accept.ts";

const START = Date.UTC(2026, 0, 15, 12);

let store: Store;
/** What reached the queue of posts, and the posts of the mentions that were sent. */
let sent: RawPost[];
let mentioned: string[];
let shown: string[];
let shownAtOnce: number[];
let now: number;
let ports: AcceptPorts;

function judged(given: RawPost): JudgeResult {
  const { source, id, author, postedAt, text } = given;
  if (text === "poison") throw new Error("a stage fails on this post");
  const { lang, spam, sentiment, fingerprint } = pending(id);
  const seen = { source, id, lang, spam, sentiment, fingerprint };
  if (text === "spam")
    return {
      kind: "drop",
      judgement: { ...seen, outcome: "dropped", reason: "spam", evidence: "free money" },
    };
  const read = { lang: "en", spam: 0, sentiment: 0, stance: 0, sentimentWords: [], keywords: [] };
  const mentions = [mention(id)];
  return {
    kind: "keep",
    post: { source, id, author, postedAt, normalised: text, ...read, fingerprint: "", mentions },
    judgement: { ...seen, outcome: "pending", eventKeys: [mention(id).eventKey] },
  };
}

const LEFT_TO_THE_QUEUE = { text: "poison" };

beforeEach(() => {
  store = memoryStore();
  sent = [];
  mentioned = [];
  shown = [];
  shownAtOnce = [];
  now = START;
  ports = {
    now: () => now,
    log: () => undefined,
    telemetry: silentTelemetry,
    store,
    posts: {
      async sendBatch(messages: { body: Envelope }[]) {
        for (const { body } of messages) if (body.kind === "post") sent.push(body.post);
      },
    },
    mentions: {
      async sendBatch(messages: { body: Envelope }[]) {
        for (const { body } of messages)
          if (body.kind === "mention") mentioned.push(body.mention.postId);
      },
    },
    // The queue brings what an event does not take.
    addMentions: () => Promise.reject(new Error("the object was reset")),
    sleep: () => new Promise(() => undefined),
    judging: async () => judged,
    async broadcast(messages) {
      for (const message of messages) {
        if (message.event !== "posts") continue;
        shownAtOnce.push(message.posts.length);
        shown.push(...message.posts.map(({ id, outcome }) => `${id} ${outcome}`));
      }
    },
    postLines: 100,
    uuid: () => crypto.randomUUID(),
    requeueAfterSeconds: 600,
    overloadedAfterSeconds: 60,
    schedulePostSweep: async () => undefined,
  };
});

it("refuses the posts of a source whose earlier ones wait, and takes those of others", async () => {
  const many = Array.from({ length: OVERLOAD_POSTS }, (_, id) =>
    post(id, { source: "busy", ...LEFT_TO_THE_QUEUE }),
  );
  await acceptPosts(many, ports);
  now += 61_000;
  const batch = [
    post("a", { source: "busy", ...LEFT_TO_THE_QUEUE }),
    post("b", { source: "calm", ...LEFT_TO_THE_QUEUE }),
  ];
  expect(await acceptPosts(batch, ports)).toEqual({
    kind: "accepted",
    fresh: 1,
    repeated: 0,
    overloaded: { sources: ["busy"], retryAfter: 10 },
  });
  expect(sent.at(-1)).toMatchObject({ source: "calm", id: "b" });
  expect(await acceptPosts(batch.slice(0, 1), ports)).toEqual({
    kind: "overloaded",
    retryAfter: 10,
  });
  expect(await offerPosts(batch, ports)).toBe("unavailable");
  expect(await offerPosts(batch.slice(1), ports)).toBe("ok");
});

it("gives a post that is dated ahead the present time, and says that it is a guess", async () => {
  const iso = (ms: number) => new Date(START + ms).toISOString();
  const dated = [0, 300_000, 300_001, 70 * 365 * 86_400_000];
  await acceptPosts(
    dated.map((ms, id) => post(id, { postedAt: iso(ms), ...LEFT_TO_THE_QUEUE })),
    ports,
  );
  expect(sent.map(({ postedAt, timeGuessed }) => [postedAt, timeGuessed])).toEqual([
    [iso(0), undefined],
    [iso(300_000), undefined],
    [iso(0), true],
    [iso(0), true],
  ]);
});

it("ends a dropped post as it is written, and sends the mentions of a kept one", async () => {
  const batch = [post("bad", { text: "spam" }), post("good", { text: "news" })];
  await acceptPosts(batch, ports);
  expect(await store.post("x", "bad")).toMatchObject({
    outcome: "dropped",
    reason: "spam",
    steps: [
      { stage: "sources", outcome: "accepted" },
      { stage: "filter", reason: "spam: free money" },
    ],
  });
  expect(await store.post("x", "good")).toMatchObject({ outcome: "pending" });
  expect({ sent, mentioned, shown }).toEqual({
    sent: [],
    mentioned: ["good"],
    shown: ["bad dropped", "good kept"],
  });
  expect(await acceptPosts(batch, ports)).toMatchObject({ fresh: 0, repeated: 2 });
  expect({ sent, mentioned, shown: shown.length }).toEqual({
    sent: [],
    mentioned: ["good"],
    shown: 2,
  });
});

it("shows the posts of a large batch in messages that every listener has room for", async () => {
  const many = Array.from({ length: 250 }, (_, id) => post(id, { text: "spam" }));
  await acceptPosts(many, ports);
  expect(shown).toHaveLength(250);
  expect(shownAtOnce).toEqual([100, 100, 50]);
});

it("leaves to the queue what may repeat an open post, and what cannot be judged", async () => {
  const repeat = post(2, { author: "author-1", text: "post 1" });
  await acceptPosts([post(1), repeat, post(3, LEFT_TO_THE_QUEUE)], ports);
  expect(sent.map(({ id }) => id)).toEqual(["2", "3"]);
  expect(mentioned).toEqual(["1"]);
  expect(shown).toEqual(["1 kept"]);
});

it("keeps what it accepted when the database or a queue fails after that", async () => {
  const { recordJudgements } = store;
  store.recordJudgements = async () => {
    throw new StoreUnavailable("out");
  };
  expect((await acceptPosts([post(1, { text: "a" })], ports)).kind).toBe("accepted");
  store.recordJudgements = recordJudgements;
  ports.mentions.sendBatch = async () => {
    throw new Error("refused");
  };
  expect((await acceptPosts([post(2, { text: "b" })], ports)).kind).toBe("accepted");
  ports.judging = async () => {
    throw new Error("no lists");
  };
  expect((await acceptPosts([post(3, { text: "spam" })], ports)).kind).toBe("accepted");
  expect(sent.map(({ id }) => id)).toEqual(["1", "2", "3"]);
  expect(shown).toEqual([]);
});

it("says in the log that posts are left to the queue when the lists cannot be read", async () => {
  const lines: LogRecord[] = [];
  const judging = () => Promise.reject(new Error("KV does not answer"));
  await acceptPosts([post(1), post(2)], { ...ports, judging, log: (line) => lines.push(line) });
  expect(sent).toHaveLength(2);
  expect(lines).toContainEqual({
    stage: "ingest",
    level: "warn",
    outcome: "left_to_queue",
    reason: "Error: KV does not answer",
    count: 2,
  });
});

describe("the log of a batch of a thousand posts", () => {
  const linesOf = async (postLines: number, from = 0): Promise<LogRecord[]> => {
    const lines: LogRecord[] = [];
    const posts = Array.from({ length: 1_000 }, (_, n) =>
      post(from + n, { text: n % 4 === 0 ? "spam" : "news" }),
    );
    await acceptPosts(posts, { ...ports, postLines, log: (line) => lines.push(line) });
    return lines;
  };
  const counted = (lines: readonly LogRecord[]) =>
    lines
      .filter(({ postId }) => postId === undefined)
      .map(({ stage, outcome, reason, count }) => [stage, outcome, reason, count]);

  it("has lines of a sample, and how many more ended how", async () => {
    const lines = await linesOf(100);
    const ids = lines.flatMap(({ postId }) => postId ?? []).map(Number);
    expect(ids).toHaveLength(100);
    expect([Math.min(...ids), Math.max(...ids)]).toEqual([expect.any(Number), 999]);
    expect(Math.min(...ids)).toBeLessThan(10);
    const rest = counted(lines);
    expect(rest.map(([stage, outcome, reason]) => [stage, outcome, reason])).toEqual([
      ["filter", "dropped", "spam"],
      ["refine", "kept", null],
    ]);
    expect(rest.reduce((sum, [, , , count]) => sum + Number(count), 0)).toBe(900);
  });

  it("has a line for every post where the setting allows as many, and none where it is 0", async () => {
    expect(await linesOf(1_000)).toHaveLength(1_000);
    const none = await linesOf(0, 5_000);
    expect(counted(none)).toEqual([
      ["filter", "dropped", "spam", 250],
      ["refine", "kept", null, 750],
    ]);
    expect(none).toHaveLength(2);
  });
});

it("keeps the first of two posts with one id, also when both come in one call", async () => {
  const first = { ...post("1"), text: "first" };
  const answer = await acceptPosts([first, { ...first, text: "second" }], ports);
  expect(answer).toMatchObject({ fresh: 1, repeated: 1 });
  expect(await store.post(first.source, first.id)).toMatchObject({ text: "first" });
});
