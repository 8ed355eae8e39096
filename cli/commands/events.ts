import type { Command } from "../command.ts";
import { QUERY_FILTERS, query } from "../query.ts";

const USAGE = `stream events [EVENT_KEY] [options]

The events, the latest first; with a key, that one with its evidence.

${QUERY_FILTERS}

  npm run -s stream -- events --chain sol --since 1h`;

export const events: Command = {
  name: "events",
  summary: "query events, or show one with its evidence",
  usage: USAGE,
  run: (args, io) =>
    query(args, io, {
      path: "events",
      columns: ({
        event_key,
        type,
        state,
        score,
        level,
        evidence_count,
        unique_authors,
        copies,
        last_ts,
      }) => ({
        event_key,
        type,
        state,
        score,
        level,
        evidence: evidence_count,
        authors: unique_authors,
        copies,
        last_ts,
      }),
    }),
};
