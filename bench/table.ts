import { cpus, loadavg } from "node:os";

/**
 * A line of the table that ends `npm run bench`: what was measured, ours, what stands beside it in
 * the same run, and how many times as good as that ours is (above 1: ours is better).
 */
export type Line = { what: string; ours: string; beside?: string; ratio?: number };

/** The machine, and how busy it was: other work on it slows every figure of a run alike. */
export const machine = (): string =>
  `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, load ` +
  `${loadavg()[0]?.toFixed(1)}`;

/** One Markdown table of what was run, with the day and the machine. */
export function tableOf(run: readonly { bench: string; lines: readonly Line[] }[]): string {
  const rows = run.flatMap(({ bench, lines }) =>
    lines.map(({ what, ours, beside = "", ratio }) => [
      bench,
      what,
      ours,
      beside,
      ratio === undefined ? "" : ratio.toFixed(2),
    ]),
  );
  const header = ["bench", "what", "ours", "beside it", "ours is, times as good"];
  const widths = header.map((name, n) =>
    Math.max(name.length, ...rows.map((row) => row[n]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join(" | ")} |`;
  const rule = line(widths.map((width) => "-".repeat(width)));
  const day = new Date().toISOString().slice(0, 10);
  return [`${day}, ${machine()}`, "", line(header), rule, ...rows.map(line)].join("\n");
}
