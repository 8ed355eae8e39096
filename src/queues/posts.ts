import type { SeenWindow } from "../dedup/window.ts";
import {
  type JudgedPost,
  judgeEach,
  type PostJudge,
  type ReportPorts,
  reportPosts,
  type SettlePorts,
  settlePosts,
} from "../intake/settle-posts.ts";
import { postKey } from "../model/raw-post.ts";
import type { DeadLetterStore } from "../store/dead-letters.ts";
import { type QueueBatch, retryDelay } from "./batch.ts";
import { buryMessages, deadLetterOfMessage } from "./dead-letters.ts";
import { type OpenedMessage, openMessages } from "./open.ts";

export type PostsPorts = SettlePorts &
  ReportPorts & {
    store: Pick<DeadLetterStore, "bury">;
    seen: Pick<SeenWindow, "claim" | "confirm">;
    judging(): Promise<PostJudge>;
  };

type JudgedMessage = JudgedPost & { item: OpenedMessage<"post"> };

/**
 * posts: those that acceptance left open. Judge each, record the outcomes in one statement, send
 * the mentions on, and only then confirm the claim and ack. A post that may repeat an open one is
 * tried again once that may have ended. The dedup window is for messages that come again: a first
 * delivery asks it nothing.
 */
export async function consumePosts(batch: QueueBatch, ports: PostsPorts): Promise<void> {
  const began = ports.now();
  const unseen = await unseenPosts(batch, ports);
  const claimedMs = ports.now() - began;
  const judged = await judgePosts(unseen, ports);
  if (judged.length === 0) return;
  const { duplicates, open, ...settled } = await settlePosts(judged, ports);
  const recordMs = claimedMs + settled.recordMs;
  ports.telemetry.observe("pipeline_latency_ms", { stage: "dedup" }, recordMs);
  const isOpen = ({ post }: JudgedPost) => open.has(postKey(post));
  const done = judged.filter((each) => !isOpen(each));
  const known = done.filter(({ item }) => usesWindow(item));
  await ports.seen.confirm(known.map(({ post }) => postKey(post)));
  for (const { item } of done) item.message.ack();
  for (const { item } of judged.filter(isOpen))
    item.message.retry({ delaySeconds: retryDelay(item.message.attempts) });
  await reportPosts(done, { duplicates, recordMs, recordedAt: settled.recordedAt }, ports);
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
): Promise<JudgedMessage[]> {
  const judge = await ports.judging();
  const given = items.map((item) => ({ item, post: item.body.post, traceId: item.traceId }));
  const { judged, failed } = judgeEach(given, judge, ports.now);
  const poison = failed.map(({ item: { message }, post, traceId, error }) => {
    const why = String(error);
    return {
      message,
      traceId,
      deadLetter: deadLetterOfMessage("posts", message, "poison", why, postKey(post)),
    };
  });
  await buryMessages(poison, ports);
  return judged;
}
