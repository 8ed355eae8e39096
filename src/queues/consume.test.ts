import { beforeEach, describe, expect, it } from "vitest";
import type { DeadLetter } from "../model/dead-letter.ts";
import { type MessageBody, sealEnvelope } from "../model/envelope.ts";
import { silentTelemetry } from "../observability/telemetry.ts";
import type { JudgeResult } from "../pipeline.ts";
import { mention, pending, post } from "../store/contract/fixtures.ts";
import { StoreUnavailable } from "../store/index.ts";
import type { QueueMessage } from "./batch.ts";
import { consumeBatch, type QueuePorts } from "./consume.ts";

/** What happened, in order. */
let steps: string[];
let buried: (DeadLetter & { key: string })[];
let ports: QueuePorts;

function judged(id: string): JudgeResult {
  if (id === "spam") {
    const { source, lang, spam, sentiment, fingerprint } = pending(id);
    const judgement = { source, id, lang, spam, sentiment, fingerprint, evidence: "free money" };
    return { kind: "drop", judgement: { ...judgement, outcome: "dropped", reason: "spam" } };
  }
  const { source, author, postedAt, text } = post(id);
  const read = { lang: "en", spam: 0, sentiment: 0, stance: 0, sentimentWords: [], keywords: [] };
  const mentions = [mention(id)];
  return {
    kind: "keep",
    post: { source, id, author, postedAt, normalised: text, ...read, fingerprint: "", mentions },
    judgement: pending(id, ...mentions.map(({ eventKey }) => eventKey)),
  };
}

beforeEach(() => {
  steps = [];
  buried = [];
  ports = {
    now: () => 0,
    log: () => undefined,
    telemetry: silentTelemetry,
    store: {
      async recordJudgements(judgements) {
        steps.push(`judge ${judgements.map(({ id }) => id)}`);
        return { duplicates: [], settled: [], waiting: [] };
      },
      async bury(deadLetters) {
        steps.push("bury");
        buried.push(...deadLetters);
      },
    },
    mentions: {
      sendBatch: async (messages) => void steps.push(`send ${messages.length}`),
    },
    seen: {
      claim: async () => new Set(["x:seen"]),
      confirm: async (keys) => void (keys.length > 0 && steps.push(`confirm ${keys}`)),
    },
    judging: async () => (given) => judged(given.id),
    // Their queue brings the mentions that an event does not take at once.
    addMentions: () => Promise.reject(new Error("the object was reset")),
    sleep: () => new Promise(() => undefined),
    deliver: async () => undefined,
    broadcast: async () => undefined,
    postLines: 100,
  };
});

const message = (id: string, body: unknown, attempts = 1): QueueMessage => ({
  id,
  body,
  attempts,
  ack: () => void steps.push(`ack ${id}`),
  retry: ({ delaySeconds } = {}) => void steps.push(`retry ${id} in ${delaySeconds}`),
});
const sealed = (id: string, body: MessageBody, attempts?: number): QueueMessage =>
  message(id, sealEnvelope(body), attempts);
const postMessage = (id: string, again = false, attempts = 1): QueueMessage =>
  sealed(id, { kind: "post", post: post(id), again }, attempts);
const mentionMessage = (
  id: string,
  eventKey: string,
  { again = false, attempts = 1 } = {},
): QueueMessage =>
  sealed(id, { kind: "mention", mention: mention(id, { eventKey }), again }, attempts);
const consume = (queue: string, ...messages: QueueMessage[]): Promise<void> =>
  consumeBatch({ queue, messages }, ports);

describe("every queue", () => {
  it("is known by its name, alone or behind that of the deployment", async () => {
    await consume("ess-deliveries", sealed("d", { kind: "delivery", id: 1, channelId: 2 }));
    expect(steps).toEqual(["ack d"]);
    const stages: unknown[] = [];
    ports.telemetry = { ...silentTelemetry, observe: (_, { stage }) => void stages.push(stage) };
    await consume("ess-dead-letters", message("x", {}));
    expect(stages).toEqual(["dead-letters"]);
    expect(buried).toMatchObject([{ stage: "dead-letters" }]);
    await expect(consume("letters")).rejects.toThrow("no consumer for queue letters");
  });

  it("buries what cannot be read, leaves newer messages for later, and takes the rest", async () => {
    const newer = { ...sealEnvelope({ kind: "delivery", id: 1, channelId: 2 }), v: 99 };
    await consume(
      "deliveries",
      message("garbage", { v: 1, kind: "delivery", id: "one" }),
      message("newer", newer),
      sealed("good", { kind: "delivery", id: 1, channelId: 2 }),
    );
    expect(steps).toEqual(["retry newer in 300", "bury", "ack garbage", "ack good"]);
    expect(buried).toMatchObject([
      { key: "deliveries:garbage", stage: "deliveries", reason: "unreadable", attempts: 1 },
    ]);
  });

  it("retries the whole batch, ever later, when the database is out", async () => {
    ports.store.recordJudgements = async () => {
      throw new StoreUnavailable("out");
    };
    const old = { ...postMessage("b"), attempts: 30 };
    await consume("posts", postMessage("a"), old);
    expect(steps).toEqual(["retry a in 2", "retry b in 120"]);
  });
});

describe("posts", () => {
  it("are acked once their outcome is stored and their mentions are sent", async () => {
    await consume("posts", postMessage("a"), postMessage("spam"));
    expect(steps).toEqual(["judge a,spam", "send 1", "ack a", "ack spam"]);
  });

  it("are acked without the queue of mentions when their events take them at once", async () => {
    ports.addMentions = async (_, mentions, mayHold) =>
      void steps.push(`add ${mentions.map(({ postId }) => postId)}, may hold: ${mayHold}`);
    await consume("posts", postMessage("a"));
    expect(steps).toEqual(["judge a", "add a, may hold: true", "ack a"]);
  });

  it("have the time of their own step in the log, not that of the batch", async () => {
    let clock = 0;
    const logged: Record<string, unknown>[] = [];
    ports.now = () => clock;
    ports.log = (record) => void logged.push(record);
    ports.judging = async () => (given, watch) => {
      const takes = (ms: number) => () => {
        clock += ms;
      };
      watch("filter", takes(given.id === "spam" ? 2 : 5));
      if (given.id !== "spam") watch("refine", takes(given.id === "slow" ? 40 : 3));
      return judged(given.id);
    };
    let recorded: unknown;
    ports.store.recordJudgements = async (judgements) => {
      recorded = judgements.map(({ filterMs, refineMs }) => [filterMs, refineMs]);
      clock += 300;
      return { duplicates: [{ source: "x", id: "again" }], settled: [], waiting: [] };
    };
    await consume("posts", postMessage("slow"), postMessage("spam"), postMessage("again"));
    expect(logged.map(({ stage, latencyMs, count }) => [stage, latencyMs, count])).toEqual([
      ["refine", 40, undefined],
      ["filter", 2, undefined],
      ["dedup", 300, 3],
    ]);
    expect(recorded).toEqual([
      [5, 40],
      [2, undefined],
      [5, 3],
    ]);
  });

  it("are claimed and confirmed in the dedup window when their message comes again", async () => {
    const claimed: string[] = [];
    ports.seen.claim = async (items) => {
      claimed.push(...items.map(({ key }) => key));
      return new Set();
    };
    await consume("posts", postMessage("a"), postMessage("b", false, 2));
    expect(claimed).toEqual(["x:b"]);
    expect(steps).toEqual(["judge a,b", "send 2", "confirm x:b", "ack a", "ack b"]);
  });

  it("that are done already are acked unread, unless they are sent again", async () => {
    await consume("posts", postMessage("seen", false, 2));
    expect(steps).toEqual(["ack seen"]);
    steps = [];
    await consume("posts", postMessage("seen", true));
    expect(steps).toEqual(["judge seen", "send 1", "confirm x:seen", "ack seen"]);
  });

  it("send no mentions when the store knows them as duplicates or settled", async () => {
    ports.store.recordJudgements = async () => ({
      duplicates: [{ source: "x", id: "a" }],
      settled: [{ source: "x", id: "b" }],
      waiting: [],
    });
    await consume("posts", postMessage("a"), postMessage("b"));
    expect(steps).toEqual(["ack a", "ack b"]);
  });

  it("that may repeat an open post are tried again, and nothing is sent for them yet", async () => {
    ports.store.recordJudgements = async () => ({
      duplicates: [],
      settled: [],
      waiting: [{ source: "x", id: "a", behind: "x:0" }],
    });
    await consume("posts", postMessage("a"), postMessage("b"));
    expect(steps).toEqual(["send 1", "ack b", "retry a in 2"]);
  });

  it("on which a stage throws become dead letters, and the others go on", async () => {
    ports.judging = async () => (given) => {
      if (given.id === "bad") throw new Error("a bug");
      return judged(given.id);
    };
    await consume("posts", postMessage("bad"), postMessage("a"));
    expect(steps).toEqual(["bury", "ack bad", "judge a", "send 1", "ack a"]);
    expect(buried).toMatchObject([
      { key: "posts:bad", reason: "poison", error: "Error: a bug", subject: "x:bad" },
    ]);
  });

  it("are not acked when their mentions cannot be sent", async () => {
    ports.mentions.sendBatch = async () => {
      throw new Error("the queue refused");
    };
    await consume("posts", postMessage("a"));
    expect(steps).toEqual(["judge a", "retry a in 2"]);
  });

  it("are retried alone when the queue refuses their mentions and takes others", async () => {
    ports.mentions.sendBatch = async (messages) => {
      const ids = messages.map(({ body }) => (body.kind === "mention" ? body.mention.postId : ""));
      if (ids.includes("b")) throw new Error("too large");
      steps.push(`send ${ids}`);
    };
    await consume("posts", postMessage("a"), postMessage("b"), postMessage("c"));
    expect(steps).toEqual(["judge a,b,c", "send a", "send c", "ack a", "ack c", "retry b in 2"]);
  });
});

it("takes a shard of a queue for the queue", async () => {
  const batch = { queue: "event-stream-starter-posts-3", messages: [postMessage("a")] };
  await consumeBatch(batch, ports);
  expect(steps).toContain("ack a");
  await expect(consumeBatch({ ...batch, queue: "posts-extra" }, ports)).rejects.toThrow("consumer");
});

describe("mentions", () => {
  it("may be held by their event at the first attempt, and wait for their commit after that", async () => {
    const held: [string, boolean][] = [];
    ports.addMentions = async (eventKey, _, mayHold) => void held.push([eventKey, mayHold]);
    await consume(
      "mentions",
      mentionMessage("a", "new"),
      mentionMessage("b", "retried", { attempts: 2 }),
      mentionMessage("c", "given back", { again: true }),
    );
    expect(held).toEqual([
      ["new", true],
      ["retried", false],
      ["given back", false],
    ]);
  });

  it("of one event go in one call, and an event that fails is retried alone", async () => {
    ports.addMentions = async (eventKey, mentions) => {
      steps.push(`add ${eventKey} ${mentions.map(({ postId }) => postId)}`);
      if (eventKey === "down") throw new Error("the object was reset");
    };
    await consume(
      "mentions",
      mentionMessage("1", "up"),
      mentionMessage("2", "down"),
      mentionMessage("3", "up"),
    );
    expect(steps.toSorted()).toEqual([
      "ack 1",
      "ack 3",
      "add down 2",
      "add up 1,3",
      "retry 2 in 2",
    ]);
  });
});

describe("deliveries", () => {
  it("are acked by name, and one that could not be attempted is retried alone", async () => {
    ports.deliver = async (_channelId, id) => {
      if (id === 2) throw new StoreUnavailable("out");
    };
    await consume(
      "deliveries",
      sealed("first", { kind: "delivery", id: 1, channelId: 1 }),
      sealed("second", { kind: "delivery", id: 2, channelId: 1 }),
    );
    expect(steps).toEqual(["ack first", "retry second in 2"]);
  });
});

describe("dead letters", () => {
  it("are rows for posts and mentions, but not for deliveries, whose row goes on", async () => {
    await consume(
      "dead-letters",
      postMessage("p"),
      mentionMessage("m", "key"),
      sealed("d", { kind: "delivery", id: 1, channelId: 2 }),
      message("garbage", 7),
    );
    expect(steps).toEqual(["ack d", "bury", "ack p", "ack m", "ack garbage"]);
    expect(buried.map(({ stage, reason, subject }) => [stage, reason, subject])).toEqual([
      ["posts", "exhausted", "x:p"],
      ["mentions", "exhausted", "x:m"],
      ["dead-letters", "unreadable", null],
    ]);
  });

  it("keep their messages when they cannot be stored", async () => {
    ports.store.bury = async () => {
      throw new StoreUnavailable("out");
    };
    await consume("dead-letters", postMessage("p"));
    expect(steps).toEqual(["retry p in 2"]);
  });
});
