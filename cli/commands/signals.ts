import type { Command } from "../command.ts";
import { QUERY_FILTERS, query } from "../query.ts";

const USAGE = `stream signals [EVENT_KEY] [options]

The signals, the latest first, with their first reasons; with a key, that one whole.

${QUERY_FILTERS}

  npm run -s stream -- signals --min-score 10 --state verified`;

type Reason = { text: string; score: number };

export const signals: Command = {
  name: "signals",
  summary: "query signals, or show one whole",
  usage: USAGE,
  run: (args, io) =>
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
    }),
};
