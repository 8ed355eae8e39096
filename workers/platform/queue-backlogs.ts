import type { QueueDepth } from "../../src/alerts/gather.ts";

type MeasuredQueue = {
  metrics(): Promise<{ backlogCount: number; oldestMessageTimestamp?: Date | number }>;
};

/** Messages waiting in each queue, by its name; null where the platform does not say. */
export async function queueDepths(
  queues: Record<string, MeasuredQueue>,
): Promise<Record<string, QueueDepth | null>> {
  const entries = Object.entries(queues).map(async ([name, queue]) => {
    const depth = await queue.metrics().then(depthOf, () => null);
    return [name, depth] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** An empty queue's oldest message dates from the epoch. */
const depthOf = ({
  backlogCount,
  oldestMessageTimestamp: oldest = 0,
}: Awaited<ReturnType<MeasuredQueue["metrics"]>>): QueueDepth => ({
  waiting: backlogCount,
  oldestAt: Number(oldest) || null,
});

/** Their numbers alone. */
export const queueBacklogs = async (
  queues: Record<string, MeasuredQueue>,
): Promise<Record<string, number | null>> =>
  Object.fromEntries(
    Object.entries(await queueDepths(queues)).map(([name, depth]) => [
      name,
      depth?.waiting ?? null,
    ]),
  );
