import type { Line } from "../table.ts";
import type { Arrival } from "./sink.ts";

/** Processor time that a notification cost. Redis is not counted. */
type Cpu = { workerMs: number; postgresMs: number };

/** Times in seconds from the first arrival. */
export type Report = {
  engine: string;
  /**
   * Notifications a second until 95 % were taken: what is left then waits for retries and for what
   * a dead worker held, not for work.
   */
  perSecond: number;
  p95: number;
  last: number;
  /** Neither taken nor in the queue any more. */
  lost: number;
  /** Not taken while the bench looked on, but still in the queue. */
  held: number;
  /** Taken again after an answer that never came; after the kill though it had been answered. */
  afterSilence: number;
  afterKill: number;
  lostAnswers: number;
  /** Taken again under another idempotency key. */
  newKeys: number;
  cpu: Cpu;
};

export function reportOf(
  engine: string,
  jobs: number,
  left: number,
  arrivals: readonly Arrival[],
  cpu: Cpu,
): Report {
  const bySubject = Map.groupBy(arrivals, ({ subject }) => subject);
  const started = arrivals[0]?.at ?? 0;
  const times = [...bySubject.values()]
    .map(([first]) => ((first?.at ?? 0) - started) / 1_000)
    .sort((a, b) => a - b);
  const p95 = times[Math.ceil(jobs * 0.95) - 1] ?? Number.POSITIVE_INFINITY;
  const repeats = [...bySubject.values()].flatMap((taken) =>
    taken.slice(1).map((again, n) => ({ again, before: taken[n] })),
  );
  const afterSilence = repeats.filter(({ before }) => before?.answerLost).length;
  const missing = jobs - bySubject.size;
  return {
    engine,
    perSecond: (jobs * 0.95) / p95,
    p95,
    last: times.at(-1) ?? 0,
    lost: Math.max(0, missing - left),
    held: Math.min(missing, left),
    afterSilence,
    afterKill: repeats.length - afterSilence,
    lostAnswers: arrivals.filter(({ answerLost }) => answerLost).length,
    newKeys: repeats.filter(({ again, before }) => again.key !== before?.key).length,
    cpu,
  };
}

const COLUMNS = [
  "engine",
  "per s",
  "of ours",
  "95 % after",
  "all after",
  "lost",
  "held",
  "repeats: silence",
  "kill",
  "new keys",
  "CPU ms: worker",
  "postgres",
];

/** One line for each engine; `of ours` is the ratio of the rates. */
export function tableOf(reports: readonly Report[]): string {
  const own = reports[0]?.perSecond ?? 1;
  const rows = reports.map((report) => [
    report.engine,
    report.perSecond.toFixed(0),
    (report.perSecond / own).toFixed(2),
    `${report.p95.toFixed(1)} s`,
    report.held > 0 ? "-" : `${report.last.toFixed(1)} s`,
    `${report.lost}`,
    `${report.held}`,
    `${report.afterSilence} of ${report.lostAnswers}`,
    `${report.afterKill}`,
    `${report.newKeys}`,
    report.cpu.workerMs.toFixed(2),
    report.cpu.postgresMs.toFixed(2),
  ]);
  const widths = COLUMNS.map((name, n) =>
    Math.max(name.length, ...rows.map((row) => row[n]?.length ?? 0)),
  );
  return [COLUMNS, ...rows]
    .map((row) => `  ${row.map((cell, n) => cell.padStart(widths[n] ?? 0)).join("  ")}`)
    .join("\n");
}

/** The first engine, ours, beside each of the others. */
export function linesOf([own, ...peers]: readonly Report[]): Line[] {
  if (own === undefined) return [];
  const cpuOf = ({ cpu }: Report): string => (cpu.workerMs + cpu.postgresMs).toFixed(2);
  const shown = (report: Report): string =>
    `${report.perSecond.toFixed(0)}/s, ${cpuOf(report)} ms CPU, lost ${report.lost}`;
  const line: Line = { what: "notifications, some of which fail", ours: shown(own) };
  if (peers.length === 0) return [line];
  return peers.map((peer) => ({
    ...line,
    beside: `${peer.engine}: ${shown(peer)}`,
    ratio: own.perSecond / peer.perSecond,
  }));
}
