import { type ServerAccess, send } from "../../cli/client.ts";
import type { RawPost } from "../../src/model/raw-post.ts";

const BATCH = 50;
export const pause = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms));

const wire = ({ postedAt, tokenCa, ...post }: RawPost) => ({
  ...post,
  posted_at: postedAt,
  ...(tokenCa !== undefined && { token_ca: tokenCa }),
});

export type Sent = { accepted: number; refusals: { status: number; retryAfter: string | null }[] };

/**
 * Sends every post until it is accepted, about `perSecond` of them, whatever happens to the server
 * meanwhile; begins no batch after `until`.
 */
export async function push(
  server: ServerAccess,
  posts: readonly RawPost[],
  perSecond: number,
  until = Infinity,
): Promise<Sent> {
  const sent: Sent = { accepted: 0, refusals: [] };
  const began = performance.now();
  for (let from = 0; from < posts.length && performance.now() < until; from += BATCH) {
    const batch = posts.slice(from, from + BATCH).map(wire);
    for (;;) {
      const response = await send(server, "/ingest", {
        method: "POST",
        body: { posts: batch },
      }).catch(() => undefined);
      if (response?.status === 202) {
        sent.accepted += ((await response.json()) as { accepted: number }).accepted;
        break;
      }
      const retryAfter = response?.headers.get("retry-after") ?? null;
      if (response) sent.refusals.push({ status: response.status, retryAfter });
      await response?.body?.cancel();
      await pause(Math.min(1_000 * Number(retryAfter ?? 1), 5_000));
    }
    await pause(Math.max(0, began + (1_000 * (from + BATCH)) / perSecond - performance.now()));
  }
  return sent;
}
