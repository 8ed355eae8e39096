/** What each request took, in milliseconds, and how long all of them did, in seconds. */
export type LoadTurn = { took: number[]; seconds: number };

/** Requests a second, and how long one takes, in milliseconds. */
export type LoadResult = { requests: number; perSecond: number; p50: number; p95: number };

/** Asks `next` for an address again and again, by so many clients at once. */
export async function underLoad(
  next: (n: number) => string,
  headers: Record<string, string>,
  { clients, seconds }: { clients: number; seconds: number },
): Promise<LoadTurn> {
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
  return { took, seconds: (performance.now() - began) / 1_000 };
}

export function loadResult(turns: readonly LoadTurn[]): LoadResult {
  const took = turns.flatMap((turn) => turn.took).sort((a, b) => a - b);
  const seconds = turns.reduce((sum, turn) => sum + turn.seconds, 0);
  const at = (quantile: number) => took[Math.floor((took.length - 1) * quantile)] ?? Number.NaN;
  const requests = took.length;
  return { requests, perSecond: requests / seconds, p50: at(0.5), p95: at(0.95) };
}
