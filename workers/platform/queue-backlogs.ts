type MeasuredQueue = { metrics(): Promise<{ backlogCount: number }> };

/** Messages waiting in each queue, by its name; null where the platform does not say. */
export async function queueBacklogs(
  queues: Record<string, MeasuredQueue>,
): Promise<Record<string, number | null>> {
  const entries = Object.entries(queues).map(async ([name, queue]) => {
    const count = await queue.metrics().then(
      ({ backlogCount }) => backlogCount,
      () => null,
    );
    return [name, count] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
