import type { Arrival } from "./sink.ts";

export type Report = {
  engine: string;
  /** Notifications a second until 95 % were taken: what is left is waiting for retries and dead holders, not work. */
  perSecond: number;
  /** Seconds until 95 % were taken, and until the last. */
  p95: number;
  last: number;
  missing: number;
  repeats: number;
  lostAnswers: number;
};

export function reportOf(engine: string, jobs: number, started: number, arrivals: Arrival[]): Report {
  const first = new Map<string, number>();
  for (const { subject, at } of arrivals) if (!first.has(subject)) first.set(subject, at);
  const times = [...first.values()].map((at) => (at - started) / 1_000).sort((a, b) => a - b);
  const p95 = times[Math.ceil(jobs * 0.95) - 1] ?? Number.POSITIVE_INFINITY;
  return {
    engine,
    perSecond: (jobs * 0.95) / p95,
    p95,
    last: times.at(-1) ?? 0,
    missing: jobs - first.size,
    repeats: arrivals.length - first.size,
    lostAnswers: arrivals.filter(({ answerLost }) => answerLost).length,
  };
}
