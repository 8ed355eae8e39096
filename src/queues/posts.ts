import type { SeenWindow } from "../dedup/window.ts";
import { type SendQueue, sendMessages } from "../intake/queue-batches.ts";
import { iso } from "../kit/time.ts";
import { sealEnvelope } from "../model/envelope.ts";
import { postKey, type RawPost } from "../model/raw-post.ts";
import type { BroadcastLive } from "../observability/live.ts";
import type { RuntimePorts } from "../observability/runtime.ts";
import type { JudgeResult } from "../pipeline.ts";
import type { DeadLetterStore } from "../store/dead-letters.ts";
import type { PostStore } from "../store/posts.ts";
import { type QueueBatch, retryDelay } from "./batch.ts";
import { buryMessages, type DeadMessage, deadLetterOfMessage } from "./dead-letters.ts";
import { type OpenedMessage, openMessages } from "./open.ts";

export type PostsPorts = RuntimePorts & {
  store: Pick<PostStore, "recordJudgements"> & Pick<DeadLetterStore, "bury">;
  mentions: SendQueue;
  seen: Pick<SeenWindow, "claim" | "confirm">;
  /** The judge of posts, by the lists as they are now. */
  judging(): Promise<(post: RawPost) => JudgeResult>;
  broadcast: BroadcastLive;
};

/** `judgeMs`: filter and refine of this post alone. */
type JudgedPost = { item: OpenedMessage<"post">; result: JudgeResult; judgeMs: number };

/**
 * posts: judge each, record the outcomes in one statement, send the mentions on, and only then
 * confirm the claim and ack. A post that may repeat an open one is tried again once that may have
 * ended. The dedup window is for messages that come again: a first delivery asks it nothing.
 */
export async function consumePosts(batch: QueueBatch, ports: PostsPorts): Promise<void> {
  const began = ports.now();
  const unseen = await unseenPosts(batch, ports);
  const claimedMs = ports.now() - began;
  const judged = await judgePosts(unseen, ports);
  if (judged.length === 0) return;
  const judgedAt = ports.now();
  const { duplicates, settled, waiting } = await ports.store.recordJudgements(
    judged.map(({ result }) => result.judgement),
    iso(ports.now()),
  );
  const dedupMs = claimedMs + (ports.now() - judgedAt);
  ports.telemetry.observe("pipeline_latency_ms", { stage: "dedup" }, dedupMs);
  const ended = new Set([...duplicates, ...settled, ...waiting].map(postKey));
  const unsent = await sendMentions(
    judged.filter(({ item }) => !ended.has(postKey(item.body.post))),
    ports,
  );
  const again = new Set([...unsent, ...waiting.map(postKey)]);
  const isOpen = ({ item }: JudgedPost) => again.has(postKey(item.body.post));
  const done = judged.filter((each) => !isOpen(each));
  const known = done.filter(({ item }) => usesWindow(item));
  await ports.seen.confirm(known.map(({ item }) => postKey(item.body.post)));
  for (const { item } of done) item.message.ack();
  for (const { item } of judged.filter(isOpen))
    item.message.retry({ delaySeconds: retryDelay(item.message.attempts) });
  await report(done, new Set(duplicates.map(postKey)), dedupMs, ports);
}

/** One that a sweep or a replay sent again is judged whatever the window says. */
const usesWindow = ({ body, message }: OpenedMessage<"post">): boolean =>
  message.attempts > 1 || body.again;

/** Acks the posts that the dedup window holds as done, and answers the others. */
async function unseenPosts(batch: QueueBatch, ports: PostsPorts): Promise<OpenedMessage<"post">[]> {
  const opened = await openMessages(batch, "post", ports);
  const done = await ports.seen.claim(
    opened
      .filter((item) => usesWindow(item) && !item.body.again)
      .map(({ body, message }) => ({ key: postKey(body.post), holder: message.id })),
  );
  const isDone = ({ body }: OpenedMessage<"post">) => !body.again && done.has(postKey(body.post));
  for (const item of opened) if (isDone(item)) item.message.ack();
  return opened.filter((item) => !isDone(item));
}

/** Posts on which the judge throws become dead letters. */
async function judgePosts(
  items: OpenedMessage<"post">[],
  ports: PostsPorts,
): Promise<JudgedPost[]> {
  const judge = await ports.judging();
  const judged: JudgedPost[] = [];
  const poison: DeadMessage[] = [];
  for (const item of items) {
    const { message, body } = item;
    try {
      const began = ports.now();
      const result = judge(body.post);
      judged.push({ item, result, judgeMs: ports.now() - began });
    } catch (error) {
      const subject = postKey(body.post);
      const deadLetter = deadLetterOfMessage("posts", message, "poison", String(error), subject);
      poison.push({ message, deadLetter });
    }
  }
  await buryMessages(poison, ports);
  return judged;
}

/** Answers the keys of posts of which the queue refused a mention: they are tried again. */
async function sendMentions(judged: JudgedPost[], ports: PostsPorts): Promise<ReadonlySet<string>> {
  const messages = judged.flatMap(({ item, result }) =>
    result.kind === "keep"
      ? result.post.mentions.map((mention) =>
          sealEnvelope({ kind: "mention", mention }, item.traceId),
        )
      : [],
  );
  const { refused, error } = await sendMessages(messages, ports.mentions);
  if (refused.length > 0)
    ports.log({
      stage: "queue.posts",
      level: "error",
      outcome: "retry",
      reason: String(error),
      count: refused.length,
    });
  return new Set(
    refused.flatMap((message) => (message.kind === "mention" ? [message.mention.evidenceId] : [])),
  );
}

type PostOutcome = { outcome: "dropped" | "duplicate" | "kept"; reason: string | null };

const outcomeOf = (result: JudgeResult, duplicate: boolean): PostOutcome => {
  if (result.kind === "drop") return { outcome: "dropped", reason: result.judgement.reason };
  return { outcome: duplicate ? "duplicate" : "kept", reason: null };
};

/** Of a kept post, what happened beside the verdict: a model that failed, a listed author's spam. */
const marksOf = (result: JudgeResult): string | null =>
  result.kind === "keep" ? (result.post.marks?.join(" ") ?? null) : null;

const ENDED_AT = { dropped: "filter", duplicate: "dedup", kept: "refine" };

/** Counts how posts ended, writes a line for each, and shows them on the live page. */
async function report(
  judged: JudgedPost[],
  duplicates: ReadonlySet<string>,
  dedupMs: number,
  { now, log, telemetry, broadcast }: PostsPorts,
): Promise<void> {
  const shown = judged.map(({ item: { body, traceId }, result, judgeMs }) => {
    const { post } = body;
    const { outcome, reason } = outcomeOf(result, duplicates.has(postKey(post)));
    telemetry.count("posts_total", { source: post.source, outcome, reason: reason ?? "" });
    log({
      stage: ENDED_AT[outcome],
      eventKey: result.kind === "keep" ? (result.post.mentions[0]?.eventKey ?? null) : null,
      passed: outcome === "kept",
      latencyMs: outcome === "duplicate" ? dedupMs : judgeMs,
      outcome,
      reason: reason ?? marksOf(result),
      source: post.source,
      postId: post.id,
      traceId,
    });
    const { source, id, author, text } = post;
    return { source, id, outcome, reason, author, excerpt: text.slice(0, 140) };
  });
  await broadcast([{ event: "posts", posts: shown, at: iso(now()) }]);
}
