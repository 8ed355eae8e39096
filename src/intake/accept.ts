import { iso } from "../kit/time.ts";
import { sealEnvelope } from "../model/envelope.ts";
import { isAhead, postKey, type RawPost } from "../model/raw-post.ts";
import type { RuntimePorts } from "../observability/runtime.ts";
import { StoreUnavailable } from "../store/index.ts";
import type { PostRef, PostStore } from "../store/posts.ts";
import { type SendQueue, sendMessages } from "./queue-batches.ts";
import { repeatHash } from "./repeat-hash.ts";

const RETRY_AFTER_SECONDS = 30;
/** By then some of what waits is worked off, and the caller may fill that room. */
const OVERLOADED_SECONDS = 10;

/** What accepts posts: POST /ingest, the polls, the sweep. */
export type AcceptPorts = RuntimePorts & {
  store: PostStore;
  posts: SendQueue;
  /** The trace of each post. */
  uuid(): string;
  requeueAfterSeconds: number;
  /** How long accepted posts may wait before new ones are refused. */
  overloadedAfterSeconds: number;
  /** Has the sweeper look for posts without an outcome at `at` (milliseconds). Never throws. */
  schedulePostSweep(at: number): Promise<void>;
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
 * Accepts posts: first schedules a sweep, then writes raw_posts, then sends to the queue. Once the
 * rows are written the posts are safe, also when the queue refuses them, this call dies or the
 * database's answer is lost: the sweep sends posts without an outcome again. Posts that come faster
 * than they are worked off are refused, source by source, so that neither the queue nor the wait
 * grows without bound. A time that lies ahead becomes now.
 */
export async function acceptPosts(posts: RawPost[], ports: AcceptPorts): Promise<AcceptResult> {
  const now = ports.now();
  const distinct = [...new Map(posts.map((post) => [postKey(post), notAhead(post, now)])).values()];
  const arrivals = distinct.map((post) => ({ post, textHash: repeatHash(post) }));
  let fresh: PostRef[];
  let overloaded: string[];
  try {
    await ports.schedulePostSweep(overdueFrom(now, ports));
    const accepted = await ports.store.accept(
      arrivals,
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
  const taken = distinct.filter(({ source }) => !overloaded.includes(source));
  if (taken.length === 0 && overloaded.length > 0)
    return { kind: "overloaded", retryAfter: OVERLOADED_SECONDS };
  const isFresh = new Set(fresh.map(postKey));
  await sendPosts(
    taken.filter((post) => isFresh.has(postKey(post))),
    false,
    ports,
  );
  for (const [source, refs] of Map.groupBy(fresh, (ref) => ref.source))
    ports.telemetry.count("posts_total", { source, outcome: "accepted", reason: "" }, refs.length);
  const repeated = posts.filter(({ source }) => !overloaded.includes(source)).length - fresh.length;
  return {
    kind: "accepted",
    fresh: fresh.length,
    repeated,
    ...(overloaded.length > 0 && {
      overloaded: { sources: overloaded, retryAfter: OVERLOADED_SECONDS },
    }),
  };
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
  ports: AcceptPorts,
): Promise<void> {
  const { refused, error } = await sendMessages(
    posts.map((post) => sealEnvelope({ kind: "post", post, again }, ports.uuid())),
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
  { requeueAfterSeconds }: Pick<AcceptPorts, "requeueAfterSeconds">,
): number => now + requeueAfterSeconds * 1000 + 1;
