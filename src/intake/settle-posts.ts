import { iso } from "../kit/time.ts";
import { sealEnvelope } from "../model/envelope.ts";
import { postKey, type RawPost } from "../model/raw-post.ts";
import type { BroadcastLive, LiveMessage } from "../observability/live.ts";
import type { LogRecord } from "../observability/log.ts";
import type { RuntimePorts } from "../observability/runtime.ts";
import { type WriteSpan, writePostSpan, writeSteps } from "../observability/spans/span.ts";
import type { JudgeResult, JudgeWatch } from "../pipeline.ts";
import type { PostStore } from "../store/posts.ts";
import { addDirectly, type DirectMentionsPorts } from "./direct-mentions.ts";
import { type SendQueue, sendMessages } from "./queue-batches.ts";
import { sampledLines } from "./sampled-lines.ts";

type TracedPost = { post: RawPost; traceId: string };
/** Milliseconds of the two steps, of this post alone. */
type JudgeTimes = { filterMs?: number; refineMs?: number };
export type JudgedPost = TracedPost & { result: JudgeResult; took: JudgeTimes };
/** The judge of posts, by the lists as they are now. */
export type PostJudge = (post: RawPost, watch: JudgeWatch) => JudgeResult;

/** The verdict with the time that it took, as it is stored. */
export const timedJudgement = <Result extends JudgeResult>({
  result,
  took,
}: {
  result: Result;
  took: JudgeTimes;
}): Result["judgement"] => ({ ...result.judgement, ...took });

/** Judges each post by itself: one on which the judge throws is answered as failed. */
export function judgeEach<Item extends TracedPost>(
  items: readonly Item[],
  judge: PostJudge,
  now: () => number,
): { judged: (Item & JudgedPost)[]; failed: (Item & { error: unknown })[] } {
  const judged: (Item & JudgedPost)[] = [];
  const failed: (Item & { error: unknown })[] = [];
  for (const item of items) {
    const took: JudgeTimes = {};
    const watch: JudgeWatch = (stage, step) => {
      const began = now();
      const done = step();
      took[`${stage}Ms`] = now() - began;
      return done;
    };
    try {
      const result = judge(item.post, watch);
      judged.push({ ...item, result, took });
    } catch (error) {
      failed.push({ ...item, error });
    }
  }
  return { judged, failed };
}

export type SettlePorts = RuntimePorts &
  DirectMentionsPorts & {
    store: Pick<PostStore, "recordJudgements">;
    mentions: SendQueue;
  };

export type SettledPosts = {
  duplicates: ReadonlySet<string>;
  /** They may repeat an open post, or the queue refused a mention: judge them again later. */
  open: ReadonlySet<string>;
  recordMs: number;
  /** When their outcomes were recorded, in milliseconds. */
  recordedAt: number;
};

/**
 * Records the outcomes of judged posts in one statement, then brings the mentions of those that
 * were kept to their events: at once, and through their queue what an event does not take soon.
 * Answers keys of posts. It may be repeated at any time.
 */
export async function settlePosts(
  judged: readonly JudgedPost[],
  ports: SettlePorts,
): Promise<SettledPosts> {
  const began = ports.now();
  const { duplicates, settled, waiting } = await ports.store.recordJudgements(
    judged.map(timedJudgement),
    iso(began),
  );
  const recordedAt = ports.now();
  const ended = new Set([...duplicates, ...settled, ...waiting].map(postKey));
  const unsent = await bringMentions(
    judged.filter(({ post }) => !ended.has(postKey(post))),
    ports,
  );
  return {
    duplicates: new Set(duplicates.map(postKey)),
    open: new Set([...unsent, ...waiting.map(postKey)]),
    recordMs: recordedAt - began,
    recordedAt,
  };
}

/** Answers the keys of posts of which neither an event nor the queue took a mention. */
async function bringMentions(judged: readonly JudgedPost[], ports: SettlePorts): Promise<string[]> {
  const mentions = judged.flatMap(({ result }) =>
    result.kind === "keep" ? result.post.mentions : [],
  );
  const left = await addDirectly(mentions, ports);
  const messages = left.map((mention) => sealEnvelope({ kind: "mention", mention, again: false }));
  const { refused, error } = await sendMessages(messages, ports.mentions);
  if (refused.length > 0)
    ports.log({
      stage: "queue.posts",
      level: "error",
      outcome: "retry",
      reason: String(error),
      count: refused.length,
    });
  return refused.flatMap((message) =>
    message.kind === "mention" ? [message.mention.evidenceId] : [],
  );
}

type RecordTimes = Pick<SettledPosts, "recordMs" | "recordedAt">;
type PostOutcome = { outcome: "dropped" | "duplicate" | "kept"; reason: string | null };
const outcomeOf = (result: JudgeResult, duplicate: boolean): PostOutcome => {
  if (result.kind === "drop") return { outcome: "dropped", reason: result.judgement.reason };
  return { outcome: duplicate ? "duplicate" : "kept", reason: null };
};

/** Of a kept post, what happened beside the verdict: a model that failed, a listed author's spam. */
const marksOf = (result: JudgeResult): string | null =>
  result.kind === "keep" ? (result.post.marks?.join(" ") ?? null) : null;

/** Of the step that the line is about. `count`: so many posts shared it. */
function ownTime(
  outcome: PostOutcome["outcome"],
  { filterMs, refineMs }: JudgeTimes,
  { recordMs, shared }: { recordMs: number; shared: number },
): Pick<LogRecord, "latencyMs" | "count"> {
  if (outcome === "duplicate") return { latencyMs: recordMs, count: shared };
  return { latencyMs: (outcome === "dropped" ? filterMs : refineMs) ?? null };
}

/**
 * The post's own span, and its steps, of which the last is the record of its outcome: the clock
 * says when only while it waits.
 */
function writeAccepted(
  span: WriteSpan | undefined,
  about: PostOutcome & { post: RawPost; took: JudgeTimes } & RecordTimes,
): void {
  if (span === undefined) return;
  const { post, took, recordMs, recordedAt, outcome, reason } = about;
  const { filterMs = 0, refineMs = 0 } = took;
  const at = recordedAt - recordMs - refineMs - filterMs;
  const none = { attributes: {} };
  const steps = [
    { name: "filter", at, ms: filterMs, ...none },
    ...(took.refineMs === undefined
      ? []
      : [{ name: "refine", at: at + filterMs, ms: refineMs, ...none }]),
    ...(outcome === "dropped"
      ? []
      : [{ name: "dedup", at: recordedAt - recordMs, ms: recordMs, ...none }]),
  ];
  const { source, id, trace, traceFrom: from } = post;
  const attributes = { "post.source": source, "post.id": id, "post.outcome": outcome, reason };
  writePostSpan(span, { trace, from }, { name: "post", at, ms: recordedAt - at, attributes });
  writeSteps(span, trace, steps);
}

const ENDED_AT = { dropped: "filter", duplicate: "dedup", kept: "refine" };

/** A message of a thousand posts may exceed what a listener is sent before it confirms. */
const SHOWN_AT_ONCE = 100;

export type ReportPorts = RuntimePorts & {
  broadcast: BroadcastLive;
  /** So many posts of a call have a line of their own in the log. */
  postLines: number;
};

/**
 * Counts how posts ended, writes a line for each, or for a sample of many, and shows them on the
 * live page.
 */
export async function reportPosts(
  judged: readonly JudgedPost[],
  { duplicates, recordMs, recordedAt }: Omit<SettledPosts, "open">,
  { now, log, telemetry, broadcast, postLines, span }: ReportPorts,
): Promise<void> {
  const lines = sampledLines(log, judged.length, postLines);
  const shown = judged.map(({ post, traceId, result, took }) => {
    const { source, id, author, text } = post;
    const { outcome, reason } = outcomeOf(result, duplicates.has(postKey(post)));
    telemetry.count("posts_total", { source, outcome, reason: reason ?? "" });
    for (const [stage, ms] of [
      ["filter", took.filterMs],
      ["refine", took.refineMs],
    ] as const)
      if (ms !== undefined) telemetry.observe("pipeline_latency_ms", { stage, source }, ms);
    writeAccepted(span, { post, took, recordMs, recordedAt, outcome, reason });
    lines.add({
      stage: ENDED_AT[outcome],
      eventKey: result.kind === "keep" ? (result.post.mentions[0]?.eventKey ?? null) : null,
      passed: outcome === "kept",
      ...ownTime(outcome, took, { recordMs, shared: judged.length }),
      outcome,
      reason: reason ?? marksOf(result),
      source,
      postId: id,
      traceId,
    });
    return { source, id, outcome, reason, author, excerpt: text.slice(0, 140) };
  });
  lines.end();
  const at = iso(now());
  const messages: LiveMessage[] = [];
  for (let from = 0; from < shown.length; from += SHOWN_AT_ONCE)
    messages.push({ event: "posts", posts: shown.slice(from, from + SHOWN_AT_ONCE), at });
  if (messages.length > 0) await broadcast(messages);
}
