import { iso } from "../kit/time.ts";
import { sealEnvelope } from "../model/envelope.ts";
import type { RawPost } from "../model/raw-post.ts";
import type { RuntimePorts } from "../observability/runtime.ts";
import { type PostRef, type PostStore, StoreUnavailable } from "../store/index.ts";
import { textHash } from "../text/near-duplicate/text-hash.ts";
import { type SendQueue, sendMessages } from "./queue-batches.ts";

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
  | { kind: "accepted"; fresh: number; repeated: number }
  /**
   * unavailable: the database is out. overloaded: those accepted before wait too long already.
   * `retryAfter` in seconds.
   */
  | { kind: "unavailable" | "overloaded"; retryAfter: number };

/**
 * Accepts posts: first schedules a sweep, then writes raw_posts, then sends to the queue. Once the
 * rows are written the posts are safe, also when the queue refuses them, this call dies or the
 * database's answer is lost: the sweep sends posts without an outcome again. Posts that come faster
 * than they are worked off are refused, so that neither the queue nor the wait grows without bound.
 */
export async function acceptPosts(posts: RawPost[], ports: AcceptPorts): Promise<AcceptResult> {
  const distinct = [...new Map(posts.map((post) => [`${post.source}:${post.id}`, post])).values()];
  const arrivals = distinct.map((post) => ({ post, textHash: textHash(post.text) }));
  let fresh: PostRef[];
  try {
    const now = ports.now();
    await ports.schedulePostSweep(overdueFrom(now, ports));
    const accepted = await ports.store.accept(
      arrivals,
      iso(now),
      iso(now - ports.overloadedAfterSeconds * 1000),
    );
    if (accepted.overloaded) return overloaded(ports);
    fresh = accepted.fresh;
  } catch (error) {
    if (error instanceof StoreUnavailable)
      return { kind: "unavailable", retryAfter: RETRY_AFTER_SECONDS };
    throw error;
  }
  const isFresh = new Set(fresh.map((ref) => `${ref.source}:${ref.id}`));
  await sendPosts(
    distinct.filter((post) => isFresh.has(`${post.source}:${post.id}`)),
    false,
    ports,
  );
  for (const source of new Set(distinct.map((post) => post.source))) {
    const count = distinct.filter(
      (post) => post.source === source && isFresh.has(`${post.source}:${post.id}`),
    ).length;
    ports.telemetry.count("posts_total", { source, outcome: "accepted", reason: "" }, count);
  }
  return { kind: "accepted", fresh: fresh.length, repeated: posts.length - fresh.length };
}

/** For sources that keep a cursor: on "unavailable" they leave it and bring the posts again. */
export const offerPosts = async (
  posts: RawPost[],
  ports: AcceptPorts,
): Promise<"ok" | "unavailable"> =>
  (await acceptPosts(posts, ports)).kind === "accepted" ? "ok" : "unavailable";

function overloaded({ log }: AcceptPorts): AcceptResult {
  log({ stage: "ingest", level: "warn", outcome: "overloaded" });
  return { kind: "overloaded", retryAfter: OVERLOADED_SECONDS };
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
