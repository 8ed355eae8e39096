import { ask } from "../../client.ts";
import type { Io } from "../../command.ts";
import { instant, parseOptions, wholeNumber } from "../../options.ts";
import { table } from "../../table.ts";
import { loadFile, oneFile } from "./files.ts";

type Standing = { score: number; level: string; state: string };
type Tally = {
  count: number;
  examples: { event_key: string; before: Standing; after: Standing }[];
};
type Report = {
  signals: number;
  since: string;
  appear: Tally;
  vanish: Tally;
  level_changes: Tally;
  state_changes: Tally;
  score_changes: number;
  rules: {
    rule: string;
    matched_before: number;
    matched: number;
    points_before: number;
    points: number;
    errors: number;
    moved: number;
    examples: string[];
  }[];
};

/** The server replays its stored signals through the candidate; nothing is changed. */
export async function backtest(args: string[], io: Io): Promise<number> {
  const string = { type: "string" } as const;
  const { values, positionals } = parseOptions(args, {
    since: { ...string, default: "7d" },
    limit: { ...string, default: "10000" },
  });
  const rules = await loadFile(oneFile(positionals, null), undefined, io);
  if (!rules) return 1;
  const body = {
    rules: rules.text,
    since: instant("since", values.since, Date.now()),
    limit: wholeNumber("limit", values.limit, 1, 10_000),
  };
  const report = await ask<Report>(io, "/rules/backtest", { method: "POST", body });
  if (io.json) io.out(JSON.stringify(report));
  else for (const line of shown(report)) io.out(line);
  return 0;
}

function shown(report: Report): string[] {
  const kinds = {
    appear: report.appear,
    vanish: report.vanish,
    "change level": report.level_changes,
    "change state": report.state_changes,
  };
  return [
    `${report.signals} signals since ${report.since}: ${Object.entries(kinds)
      .map(([kind, { count }]) => `${count} ${kind}`)
      .join(", ")}, ${report.score_changes} change score`,
    ...Object.entries(kinds).flatMap(([kind, { examples }]) =>
      examples.map(
        ({ event_key, before, after }) =>
          `  ${kind}: ${event_key} ${said(before)} -> ${said(after)}`,
      ),
    ),
    "",
    ...table(
      report.rules.map(
        ({ rule, matched_before, matched, points_before, points, errors, moved, examples }) => ({
          rule,
          matched: change(matched_before, matched),
          points: change(points_before, points),
          moved,
          errors,
          "for example": examples[0] ?? null,
        }),
      ),
    ),
  ];
}

const change = (before: number, now: number): string =>
  before === now ? `${now}` : `${before} -> ${now}`;
const said = ({ score, level, state }: Standing): string => `${score} ${level} ${state}`;
