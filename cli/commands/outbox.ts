import { ask } from "../client.ts";
import { type Command, type Io, UsageError } from "../command.ts";
import { instant, parseOptions, wholeNumber } from "../options.ts";
import { table } from "../table.ts";
import { byVerb } from "../verbs.ts";

const USAGE = `stream outbox list [--status STATUS] [--channel ID] [--since TIME] [--limit N]
stream outbox retry ID [ID...]

Lists every notification for every channel, newest first, with its attempts. "retry" makes a failed
or dead delivery due now, with the same idempotency key. A delivered one is never sent again.

  --status    pending, failed (tries again), done or dlq
  --since     a time, or a span back from now: 30m, 24h, 7d
  --limit N   how many (default 50, at most 200)

  npm run -s stream -- outbox list --status dlq --since 24h`;

type Row = {
  id: number;
  channel: string;
  event_key: string;
  status: string;
  retry_count: number;
  next_retry_at: string | null;
  waits_for?: string | null;
  created_at: string;
  attempts: { result: string; http_status: number | null; error: string | null }[];
};

export const outbox: Command = {
  name: "outbox",
  summary: "list deliveries with their attempts, and retry some",
  usage: USAGE,
  run: byVerb("outbox", { list, retry }, "list"),
};

async function list(args: string[], io: Io): Promise<number> {
  const string = { type: "string" } as const;
  const { values } = parseOptions(args, {
    status: string,
    channel: string,
    since: string,
    limit: { ...string, default: "50" },
  });
  const search = new URLSearchParams({ limit: `${wholeNumber("limit", values.limit, 1, 200)}` });
  if (values.status !== undefined) search.set("status", values.status);
  if (values.channel !== undefined) search.set("channel", values.channel);
  if (values.since !== undefined) search.set("since", instant("since", values.since, Date.now()));
  const { outbox } = await ask<{ outbox: Row[] }>(io, `/outbox?${search}`);
  for (const line of io.json ? outbox.map((row) => JSON.stringify(row)) : table(outbox.map(shown)))
    io.out(line);
  return 0;
}

function shown(row: Row) {
  const last = row.attempts.at(-1);
  return {
    id: row.id,
    channel: row.channel,
    event: row.event_key,
    status: row.status,
    tries: row.attempts.length,
    last:
      last && [last.result, last.http_status, last.error].filter((part) => part !== null).join(" "),
    next: row.status === "pending" || row.status === "failed" ? row.next_retry_at : null,
    "waits for": row.waits_for ?? null,
  };
}

/** Exit 1 when one of them could not be retried. */
async function retry(args: string[], io: Io): Promise<number> {
  const { positionals } = parseOptions(args, {});
  if (positionals.length === 0)
    throw new UsageError("name the deliveries by their ids (see outbox list)");
  let failed = 0;
  for (const id of positionals) {
    try {
      const answer = await ask<{ state: string }>(io, `/outbox/${encodeURIComponent(id)}/retry`, {
        method: "POST",
      });
      io.out(
        io.json
          ? JSON.stringify(answer)
          : `${id}: ${answer.state === "reopened" ? "due now" : "already waiting"}`,
      );
    } catch (error) {
      failed++;
      io.err(`${id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return failed === 0 ? 0 : 1;
}
