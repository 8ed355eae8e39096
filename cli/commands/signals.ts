import type { Command, Io } from "../command.ts";
import { QUERY_FILTERS, query } from "../query.ts";
import { EXPORT_USAGE, exportSignals } from "./signals/export.ts";

const USAGE = `stream signals [EVENT_KEY] [options]

The signals, the latest first, with their first reasons; with a key, that one whole.

${QUERY_FILTERS}

  npm run -s stream -- signals --min-score 10 --state verified

${EXPORT_USAGE}`;

type Reason = { text: string; score: number };

export const signals: Command = {
  name: "signals",
  summary: "query signals, show one whole, or export their history",
  usage: USAGE,
  run: ([first, ...rest], io) =>
    first === "export"
      ? exportSignals(rest, io)
      : list(first === undefined ? [] : [first, ...rest], io),
};

const list = (args: string[], io: Io): Promise<number> =>
  query(args, io, {
    path: "signals",
    columns: ({ event_key, state, score, level, risk_level, degraded, reasons, ts }) => ({
      event_key,
      state,
      score,
      level,
      risk: risk_level,
      degraded: degraded === true ? "yes" : "",
      reasons: (reasons as Reason[]).map((reason) => reason.text).join("; "),
      ts,
    }),
  });
