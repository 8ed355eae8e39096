import type { IngestResult } from "../src/api/ports.ts";
import { iso } from "../src/kit/time.ts";
import { sealEnvelope } from "../src/model/envelope.ts";
import type { RawPost } from "../src/model/raw-post.ts";
import { type PostRef, StoreUnavailable } from "../src/store/store.ts";
import { textHash } from "../src/text/near-duplicate/text-hash.ts";
import type { IngestPorts } from "./ports.ts";

/** The queue takes 100 messages or 256 KB a call; a quarter stays free for its own framing. */
const SEND_COUNT = 100;
const SEND_BYTES = 192 * 1024;
const RETRY_AFTER_SECONDS = 30;
/** By then some of what waits is worked off, and the caller may fill that room. */
const OVERLOADED_SECONDS = 10;

/**
 * Accepts posts: the sweep is told first, then come the rows in raw_posts, then the queue. Once the
 * rows are there the posts are safe, also when the queue refuses them, this call dies or the
 * database's answer is lost: the sweep sends what has no outcome again. What comes faster than it
 * is worked off is refused, so that neither the queue nor the wait grows without bound.
 */
export async function acceptPosts(posts: RawPost[], ports: IngestPorts): Promise<IngestResult> {
  const distinct = [...new Map(posts.map((post) => [`${post.source}:${post.id}`, post])).values()];
  const arrivals = distinct.map((post) => ({ post, textHash: textHash(post.text) }));
  let fresh: PostRef[];
  try {
    const now = ports.now();
    await ports.expectPosts(overdueFrom(now, ports));
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

function overloaded({ log }: IngestPorts): IngestResult {
  log({ stage: "ingest", level: "warn", outcome: "overloaded" });
  return { kind: "overloaded", retryAfter: OVERLOADED_SECONDS };
}

/** Hands accepted posts to the queue. A refusal is logged and left to the sweep. */
export async function sendPosts(
  posts: RawPost[],
  again: boolean,
  ports: IngestPorts,
): Promise<void> {
  if (posts.length === 0) return;
  try {
    for (const batch of queueBatches(
      posts.map((post) => sealEnvelope({ kind: "post", post, again }, crypto.randomUUID())),
    )) {
      await ports.posts.sendBatch(batch.map((body) => ({ body })));
    }
  } catch (error) {
    ports.log({ stage: "ingest", level: "warn", outcome: "queue_refused", reason: String(error) });
  }
}

/** When posts that are accepted or sent again at `now` are overdue. */
export const overdueFrom = (
  now: number,
  { requeueAfterSeconds }: Pick<IngestPorts, "requeueAfterSeconds">,
): number => now + requeueAfterSeconds * 1000 + 1;

/** Cuts messages into calls that the queue accepts. */
export function queueBatches<T>(messages: T[]): T[][] {
  const result: T[][] = [];
  let room = 0;
  for (const message of messages) {
    const bytes = JSON.stringify(message).length * 1.5;
    const last = result.at(-1);
    if (last && last.length < SEND_COUNT && bytes <= room) {
      last.push(message);
      room -= bytes;
    } else {
      result.push([message]);
      room = SEND_BYTES - bytes;
    }
  }
  return result;
}
