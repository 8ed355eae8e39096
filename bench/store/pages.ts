/**
 * The pages that a statement touched, in the memory of the database or on its disk, by its plan of
 * `explain (analyze, buffers)`: those of the part that touched the most, which of one that only
 * reads is the whole.
 */
export function pagesOf(plan: string): number {
  const touched = [...plan.matchAll(/Buffers: shared hit=(\d+)(?: read=(\d+))?/g)];
  const readAlone = [...plan.matchAll(/Buffers: shared read=(\d+)/g)];
  return Math.max(
    0,
    ...touched.map(([, hit, read = "0"]) => Number(hit) + Number(read)),
    ...readAlone.map(([, read]) => Number(read)),
  );
}
