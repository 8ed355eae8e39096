import { iso } from "../kit/time.ts";
import { traceIdOf } from "../kit/trace-context.ts";
import { sealEnvelope } from "../model/envelope.ts";
import { isAhead, postKey, type RawPost } from "../model/raw-post.ts";
import type { RuntimePorts } from "../observability/runtime.ts";
import { StoreUnavailable } from "../store/index.ts";
import type { PostArrival, PostRef, PostStore } from "../store/posts.ts";
import { type PostTracePorts, type SenderTrace, tracedPosts } from "./post-traces.ts";
import { type SendQueue, sendMessages } from "./queue-batches.ts";
import { repeatHash } from "./repeat-hash.ts";
import {
  type JudgedPost,
  judgeEach,
  type PostJudge,
  type ReportPorts,
  reportPosts,
  type SettledPosts,
  type SettlePorts,
  settlePosts,
  timedJudgement,
} from "./settle-posts.ts";

const RETRY_AFTER_SECONDS = 30;
/** By then some of what waits is worked off, and the caller may fill that room. */
const OVERLOADED_SECONDS = 10;

/** What sends accepted posts through the queue again: the sweep. */
export type RequeuePorts = RuntimePorts & {
  store: PostStore;
  posts: SendQueue;
  requeueAfterSeconds: number;
  /** Has the sweeper look for posts without an outcome at `at` (milliseconds). Never throws. */
  schedulePostSweep(at: number): Promise<void>;
};

/** What accepts posts: POST /ingest, the polls, the streams. */
export type AcceptPorts = RequeuePorts &
  PostTracePorts &
  SettlePorts &
  ReportPorts & {
    /** How long accepted posts may wait before new ones are refused. */
    overloadedAfterSeconds: number;
    judging(): Promise<PostJudge>;
  };

export type AcceptResult =
  /**
   * `overloaded`: sources whose earlier posts wait too long already; none of theirs was accepted,
   * and they are to be sent again in `retryAfter` seconds.
   */
  | { kind: "accepted"; fresh: number; repeated: number; overloaded?: Overloaded }
  /** unavailable: the database is out. overloaded: every source of the posts is. */
  | { kind: "unavailable" | "overloaded"; retryAfter: number };

type Overloaded = { sources: readonly string[]; retryAfter: number };

/**
 * Accepts posts: judges them, schedules a sweep and writes raw_posts, those that were dropped with
 * their verdict. Then it records the others as kept and brings their mentions to their events;
 * what that leaves open goes to the queue of posts. Once the rows are written the posts are safe,
 * also when a queue refuses them, this call dies or the database's answer is lost: the sweep sends
 * posts without an outcome again. Posts that come faster than they are worked off are refused,
 * source by source, so that neither the queue nor the wait grows without bound. A time that lies
 * ahead becomes now. `from`: the trace that the request with the posts belongs to. A post that is
 * known keeps the trace of its first arrival.
 */
export async function acceptPosts(
  posts: RawPost[],
  ports: AcceptPorts,
  from?: SenderTrace,
): Promise<AcceptResult> {
  const now = ports.now();
  const distinct = tracedPosts(
    firstOfEach(posts).map((post) => notAhead(post, now)),
    from,
    ports,
  );
  const judged = await judgeArrivals(distinct, ports);
  let fresh: PostRef[];
  let overloaded: string[];
  try {
    await ports.schedulePostSweep(overdueFrom(now, ports));
    const accepted = await ports.store.accept(
      distinct.map((post) => arrivalOf(post, judged.get(postKey(post)))),
      iso(now),
      iso(now - ports.overloadedAfterSeconds * 1000),
    );
    fresh = accepted.fresh;
    overloaded = accepted.overloaded ?? [];
  } catch (error) {
    if (error instanceof StoreUnavailable)
      return { kind: "unavailable", retryAfter: RETRY_AFTER_SECONDS };
    throw error;
  }
  ports.telemetry.observe("pipeline_latency_ms", { stage: "accept" }, ports.now() - now);
  for (const source of overloaded)
    ports.log({ stage: "ingest", level: "warn", outcome: "overloaded", source });
  const taken = posts.filter(({ source }) => !overloaded.includes(source));
  if (taken.length === 0 && overloaded.length > 0)
    return { kind: "overloaded", retryAfter: OVERLOADED_SECONDS };
  for (const [source, refs] of Map.groupBy(fresh, (ref) => ref.source))
    ports.telemetry.count("posts_total", { source, outcome: "accepted", reason: "" }, refs.length);
  const isFresh = new Set(fresh.map(postKey));
  await passOn(
    distinct.filter((post) => isFresh.has(postKey(post))),
    judged,
    ports,
  );
  return {
    kind: "accepted",
    fresh: fresh.length,
    repeated: taken.length - fresh.length,
    ...(overloaded.length > 0 && {
      overloaded: { sources: overloaded, retryAfter: OVERLOADED_SECONDS },
    }),
  };
}

/** One that comes again changes nothing, in one call as in two. */
const firstOfEach = (posts: readonly RawPost[]): RawPost[] =>
  [...Map.groupBy(posts, postKey).values()].flatMap(([first]) => first ?? []);

type Verdicts = ReadonlyMap<string, JudgedPost>;

/**
 * A post on which the judge fails is left to the queue, which retries and buries; while the lists
 * cannot be read all are.
 */
async function judgeArrivals(posts: readonly RawPost[], ports: AcceptPorts): Promise<Verdicts> {
  const left = (count: number, error: unknown): void =>
    ports.log({
      ...{ stage: "ingest", level: "warn", outcome: "left_to_queue" },
      ...{ reason: String(error), count },
    });
  const judge = await ports.judging().catch((error: unknown) => left(posts.length, error));
  if (judge === undefined) return new Map();
  const traced = posts.map((post) => ({ post, traceId: traceIdOf(post.trace ?? "") }));
  const { judged, failed } = judgeEach(traced, judge, ports.now);
  if (failed.length > 0) left(failed.length, failed[0]?.error);
  return new Map(judged.map((each) => [postKey(each.post), each]));
}

const arrivalOf = (post: RawPost, judged: JudgedPost | undefined): PostArrival => ({
  post,
  textHash: repeatHash(post),
  ...(judged?.result.kind === "drop" && {
    dropped: timedJudgement({ result: judged.result, took: judged.took }),
  }),
});

/** Takes accepted posts as far as their verdicts allow. */
async function passOn(posts: RawPost[], verdicts: Verdicts, ports: AcceptPorts): Promise<void> {
  const judged = posts.flatMap((post) => verdicts.get(postKey(post)) ?? []);
  const kept = judged.filter(({ result }) => result.kind === "keep");
  const { open, ...settled } = await settleKept(kept, ports);
  if (kept.length > 0)
    ports.telemetry.observe("pipeline_latency_ms", { stage: "dedup" }, settled.recordMs);
  await sendPosts(
    posts.filter((post) => open.has(postKey(post)) || !verdicts.has(postKey(post))),
    false,
    ports,
  );
  const done = judged.filter(({ post }) => !open.has(postKey(post)));
  await reportPosts(done, settled, ports);
}

/** They are accepted: whatever fails here, the queue of posts does again. */
async function settleKept(kept: readonly JudgedPost[], ports: AcceptPorts): Promise<SettledPosts> {
  const nothing = { duplicates: new Set<string>(), recordMs: 0, recordedAt: ports.now() };
  if (kept.length === 0) return { ...nothing, open: new Set() };
  try {
    return await settlePosts(kept, ports);
  } catch (error) {
    ports.log({ stage: "ingest", level: "warn", outcome: "retry", reason: String(error) });
    return { ...nothing, open: new Set(kept.map(({ post }) => postKey(post))) };
  }
}

/** A time ahead of ours is no time at which anybody posted: ours takes its place, as a guess. */
const notAhead = (post: RawPost, now: number): RawPost =>
  isAhead(post, now) ? { ...post, postedAt: iso(now), timeGuessed: true } : post;

/**
 * For sources that keep a cursor: on "unavailable" they leave it and bring the posts again, those
 * that were accepted as well, which the store recognises.
 */
export async function offerPosts(
  posts: RawPost[],
  ports: AcceptPorts,
): Promise<"ok" | "unavailable"> {
  const result = await acceptPosts(posts, ports);
  return result.kind === "accepted" && result.overloaded === undefined ? "ok" : "unavailable";
}

/** Hands accepted posts to the queue. A refusal is logged and left to the sweep. */
export async function sendPosts(
  posts: RawPost[],
  again: boolean,
  ports: RequeuePorts,
): Promise<void> {
  const { refused, error } = await sendMessages(
    posts.map((post) => sealEnvelope({ kind: "post", post, again })),
    ports.posts,
  );
  if (refused.length === 0) return;
  ports.log({
    stage: "ingest",
    level: "warn",
    outcome: "queue_refused",
    reason: String(error),
    count: refused.length,
  });
}

/** When posts that are accepted or sent again at `now` are overdue. */
export const overdueFrom = (
  now: number,
  { requeueAfterSeconds }: Pick<RequeuePorts, "requeueAfterSeconds">,
): number => now + requeueAfterSeconds * 1000 + 1;
