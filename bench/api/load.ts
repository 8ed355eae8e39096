/** Requests a second, and how long one takes, in milliseconds. */
export type LoadResult = { perSecond: number; p50: number; p95: number };

/** Asks `next` for an address again and again, by so many clients at once. */
export async function underLoad(
  next: (n: number) => string,
  headers: Record<string, string>,
  { clients, seconds }: { clients: number; seconds: number },
): Promise<LoadResult> {
  const took: number[] = [];
  let sent = 0;
  const began = performance.now();
  const until = began + seconds * 1_000;
  const client = async () => {
    while (performance.now() < until) {
      const start = performance.now();
      const response = await fetch(next(sent++), { headers });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
      took.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const elapsed = (performance.now() - began) / 1_000;
  took.sort((a, b) => a - b);
  const at = (quantile: number) => took[Math.floor((took.length - 1) * quantile)] ?? Number.NaN;
  return { perSecond: took.length / elapsed, p50: at(0.5), p95: at(0.95) };
}
