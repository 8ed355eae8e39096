import { iso } from "../kit/time.ts";
import { overdueFrom, type RequeuePorts, sendPosts } from "./accept.ts";

const BATCH = 500;

export type RequeueResult = { sent: number; more: boolean };

/**
 * Sends posts that have had no outcome for too long through the queue again: their messages were
 * lost. `more`: there are others like them.
 */
export async function requeuePosts(ports: RequeuePorts): Promise<RequeueResult> {
  const now = ports.now();
  const overdue = await ports.store.overdue(
    iso(now - ports.requeueAfterSeconds * 1000),
    iso(now),
    BATCH,
  );
  if (overdue.length > 0) ports.log({ stage: "sweep", outcome: "requeued", count: overdue.length });
  await sendPosts(overdue, true, ports);
  if (overdue.length > 0) await ports.schedulePostSweep(overdueFrom(ports.now(), ports));
  return { sent: overdue.length, more: overdue.length === BATCH };
}
