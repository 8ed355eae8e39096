import { iso } from "../src/kit/time.ts";
import type { DeadLetter } from "../src/model/dead-letter.ts";
import { type MessageBody, openEnvelope, sealEnvelope } from "../src/model/envelope.ts";
import type { Mention } from "../src/model/mention.ts";
import { postKey, type RawPost } from "../src/model/raw-post.ts";
import type { JudgeResult } from "../src/pipeline.ts";
import { queueBatches } from "./ingest.ts";
import type { QueueBatch, QueueMessage, QueuePorts } from "./ports.ts";

type KeyedDeadLetter = DeadLetter & { key: string };

const MAX_DELAY_SECONDS = 120;
/** A message of newer code waits for that code; looking often does not help. */
const NEWER_DELAY_SECONDS = 300;

/**
 * Seconds to wait before attempt n + 1: doubling to two minutes, so that 100 retries outlast an
 * outage of three hours.
 */
export const retryDelay = (attempts: number): number =>
  Math.min(MAX_DELAY_SECONDS, 2 ** Math.min(attempts, 7));

/**
 * Every message is acked or retried by name. What throws here retries the whole batch: nothing is
 * lost, some work is repeated.
 */
export async function consumeBatch(batch: QueueBatch, ports: QueuePorts): Promise<void> {
  const consumers: Record<string, (batch: QueueBatch, ports: QueuePorts) => Promise<void>> = {
    posts: consumePosts,
    mentions: consumeMentions,
    deliveries: consumeDeliveries,
    "dead-letters": consumeDeadLetters,
  };
  const name = Object.keys(consumers).find(
    (queue) => batch.queue === queue || batch.queue.endsWith(`-${queue}`),
  );
  const consumer = name === undefined ? undefined : consumers[name];
  if (!consumer) throw new Error(`no consumer for queue ${batch.queue}`);
  const started = ports.now();
  try {
    await consumer(batch, ports);
  } catch (error) {
    ports.log({
      stage: `queue.${batch.queue}`,
      level: "error",
      outcome: "retry",
      reason: String(error),
    });
    for (const message of batch.messages)
      message.retry({ delaySeconds: retryDelay(message.attempts) });
  }
  ports.telemetry.observe("pipeline_latency_ms", { stage: batch.queue }, ports.now() - started);
}

type Held<K extends MessageBody["kind"]> = {
  message: QueueMessage;
  body: Extract<MessageBody, { kind: K }>;
  traceId: string;
};

/** Opens each message. The unreadable are buried, the newer wait; neither holds up the rest. */
async function readable<K extends MessageBody["kind"]>(
  batch: QueueBatch,
  kind: K,
  ports: QueuePorts,
): Promise<Held<K>[]> {
  const held: Held<K>[] = [];
  const poison: { message: QueueMessage; deadLetter: KeyedDeadLetter }[] = [];
  for (const message of batch.messages) {
    const opened = openEnvelope(message.body, kind);
    if (opened.kind === "body") held.push({ message, body: opened.body, traceId: opened.traceId });
    else if (opened.kind === "newer") message.retry({ delaySeconds: NEWER_DELAY_SECONDS });
    else
      poison.push({
        message,
        deadLetter: deadLetter(batch.queue, message, "unreadable", opened.error, null),
      });
  }
  await bury(poison, ports);
  return held;
}

const ADVICE: Record<string, string> = {
  unreadable:
    "The message does not fit its schema. Mend the sender; replaying it as it is fails again.",
  poison: "A stage failed on this input. Report it with the payload; replay after the mend.",
  exhausted: "It failed 100 times. Look at the error, mend the cause, then replay.",
};

const deadLetter = (
  stage: string,
  message: QueueMessage,
  reason: string,
  error: string,
  subject: string | null,
): KeyedDeadLetter => ({
  key: `${stage}:${message.id}`,
  stage,
  reason,
  error,
  payload: message.body,
  attempts: message.attempts,
  subject,
  advice: ADVICE[reason] ?? "",
});

/** The dead letters are stored before their messages are acked. */
async function bury(
  dead: { message: QueueMessage; deadLetter: KeyedDeadLetter }[],
  ports: QueuePorts,
): Promise<void> {
  if (dead.length === 0) return;
  await ports.store.bury(
    dead.map(({ deadLetter }) => deadLetter),
    iso(ports.now()),
  );
  for (const { message, deadLetter } of dead) {
    ports.log({
      stage: `queue.${deadLetter.stage}`,
      level: "error",
      outcome: "dead",
      reason: deadLetter.reason,
    });
    message.ack();
  }
}

/**
 * posts: judge each, record the outcomes in one statement, send the mentions on, and only then
 * confirm the claim and ack.
 */
async function consumePosts(batch: QueueBatch, ports: QueuePorts): Promise<void> {
  const began = ports.now();
  const held = await readable(batch, "post", ports);
  const done = await ports.seen.claim(
    held
      .filter(({ body }) => !body.again)
      .map(({ body, message }) => ({ key: postKey(body.post), holder: message.id })),
  );
  const judge = await ports.judging();
  const poison: { message: QueueMessage; deadLetter: KeyedDeadLetter }[] = [];
  const judged: { item: Held<"post">; result: JudgeResult }[] = [];
  for (const item of held) {
    if (!item.body.again && done.has(postKey(item.body.post))) item.message.ack();
    else
      try {
        judged.push({ item, result: judge(item.body.post) });
      } catch (error) {
        poison.push({
          message: item.message,
          deadLetter: deadLetter(
            "posts",
            item.message,
            "poison",
            String(error),
            postKey(item.body.post),
          ),
        });
      }
  }
  await bury(poison, ports);
  if (judged.length === 0) return;
  const { duplicates, settled } = await ports.store.judge(
    judged.map(({ result }) => result.judgement),
    iso(ports.now()),
  );
  const ended = new Set([...duplicates, ...settled].map(postKey));
  const duplicate = new Set(duplicates.map(postKey));
  const going = judged.filter(
    ({ item, result }) => result.kind === "keep" && !ended.has(postKey(item.body.post)),
  );
  const mentions = going.flatMap(({ item, result }) =>
    result.kind === "keep"
      ? result.post.mentions.map((mention) =>
          sealEnvelope({ kind: "mention", mention }, item.traceId),
        )
      : [],
  );
  for (const some of queueBatches(mentions))
    await ports.mentions.sendBatch(some.map((body) => ({ body })));
  await ports.seen.confirm(judged.map(({ item }) => postKey(item.body.post)));
  for (const { item } of judged) item.message.ack();
  await report(
    judged.map(({ item, result }) => ({
      post: item.body.post,
      traceId: item.traceId,
      eventKey: result.kind === "keep" ? (result.post.mentions[0]?.eventKey ?? null) : null,
      ...outcomeOf(result, duplicate.has(postKey(item.body.post))),
    })),
    began,
    ports,
  );
}

const outcomeOf = (
  result: JudgeResult,
  duplicate: boolean,
): { outcome: string; reason: string | null } => {
  if (result.kind === "drop") return { outcome: "dropped", reason: result.judgement.reason };
  return duplicate ? { outcome: "duplicate", reason: null } : { outcome: "kept", reason: null };
};

type Reported = {
  post: RawPost;
  traceId: string;
  eventKey: string | null;
  outcome: string;
  reason: string | null;
};
const ENDED_AT: Record<string, string> = { dropped: "filter", duplicate: "dedup" };

/** Counts how posts ended, writes a line for each, and shows them on the live page. */
async function report(posts: Reported[], began: number, ports: QueuePorts): Promise<void> {
  const latencyMs = ports.now() - began;
  for (const { post, traceId, eventKey, outcome, reason } of posts) {
    ports.telemetry.count("posts_total", { source: post.source, outcome, reason: reason ?? "" });
    const where = {
      stage: ENDED_AT[outcome] ?? "refine",
      eventKey,
      passed: outcome === "kept",
      latencyMs,
    };
    ports.log({ ...where, outcome, reason, source: post.source, postId: post.id, traceId });
  }
  const shown = posts.map(({ post, outcome, reason }) => ({
    source: post.source,
    id: post.id,
    outcome,
    reason,
    author: post.author,
    excerpt: post.text.slice(0, 140),
  }));
  await ports.broadcast([{ event: "posts", posts: shown, at: iso(ports.now()) }]);
}

/**
 * mentions: one call to the object of each event_key with all of its mentions; a key that fails
 * retries alone.
 */
async function consumeMentions(batch: QueueBatch, ports: QueuePorts): Promise<void> {
  const held = await readable(batch, "mention", ports);
  const byKey = Map.groupBy(held, ({ body }) => body.mention.eventKey);
  await Promise.all(
    [...byKey].map(async ([eventKey, items]) => {
      try {
        await ports.addMentions(
          eventKey,
          items.map(({ body }): Mention => body.mention),
          items[0]?.traceId,
        );
        for (const { message } of items) message.ack();
      } catch (error) {
        ports.log({
          stage: "queue.mentions",
          level: "warn",
          eventKey,
          outcome: "retry",
          reason: String(error),
        });
        for (const { message } of items)
          message.retry({ delaySeconds: retryDelay(message.attempts) });
      }
    }),
  );
}

/**
 * deliveries: the row in push_outbox is the authority. Whatever happens to the message, the sweeper
 * sends what is open and due.
 */
async function consumeDeliveries(batch: QueueBatch, ports: QueuePorts): Promise<void> {
  const held = await readable(batch, "delivery", ports);
  await Promise.all(
    held.map(async ({ message, body }) => {
      try {
        await ports.deliver(body.channelId, body.id);
        message.ack();
      } catch (error) {
        ports.log({
          stage: "queue.deliveries",
          level: "warn",
          outcome: "retry",
          reason: String(error),
        });
        message.retry({ delaySeconds: retryDelay(message.attempts) });
      }
    }),
  );
}

/**
 * dead-letters: what ran out of retries becomes a row. A delivery does not: its outbox row goes on
 * without this message.
 */
async function consumeDeadLetters(batch: QueueBatch, ports: QueuePorts): Promise<void> {
  const dead: { message: QueueMessage; deadLetter: KeyedDeadLetter }[] = [];
  for (const message of batch.messages) {
    const post = openEnvelope(message.body, "post");
    const mention = openEnvelope(message.body, "mention");
    if (openEnvelope(message.body, "delivery").kind === "body") message.ack();
    else if (post.kind === "body")
      dead.push({
        message,
        deadLetter: deadLetter(
          "posts",
          message,
          "exhausted",
          "retries used up",
          postKey(post.body.post),
        ),
      });
    else if (mention.kind === "body")
      dead.push({
        message,
        deadLetter: deadLetter(
          "mentions",
          message,
          "exhausted",
          "retries used up",
          mention.body.mention.evidenceId,
        ),
      });
    else
      dead.push({
        message,
        deadLetter: deadLetter(
          "dead-letters",
          message,
          "unreadable",
          "fits no schema of this version",
          null,
        ),
      });
  }
  await bury(dead, ports);
}
