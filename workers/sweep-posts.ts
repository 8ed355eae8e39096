import { iso } from "../src/kit/time.ts";
import { sendPosts } from "./ingest.ts";
import type { IngestPorts } from "./ports.ts";

const BATCH = 500;

/** Sends posts that have had no outcome for too long through the queue again: their messages were lost. Answers how many there were. */
export async function sweepPosts(ports: IngestPorts): Promise<number> {
  const now = ports.now();
  const overdue = await ports.store.overdue(iso(now - ports.requeueAfterSeconds * 1000), iso(now), BATCH);
  if (overdue.length > 0) ports.log({ stage: "sweep", outcome: "requeued", count: overdue.length });
  await sendPosts(overdue, true, ports);
  return overdue.length;
}
