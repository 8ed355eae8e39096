import { ask } from "../client.ts";
import { type Command, type Io, UsageError } from "../command.ts";
import { instant, parseOptions, wholeNumber } from "../options.ts";
import { table } from "../table.ts";
import { byVerb } from "../verbs.ts";

const USAGE = `stream dead list [--stage STAGE] [--reason REASON] [--since TIME] [--replayed]
                 [--limit N]
stream dead replay (ID... | --reason REASON | --stage STAGE) [--limit N] [--dry-run]

Lists messages and deliveries that no retry could save, with the reason and what to do. "replay"
queues them again after you have removed the cause: oldest first, each once, with the same
idempotency keys. One that fails again becomes a dead letter again.

  --stage     posts, mentions or deliveries
  --reason    as the list shows it: poison, rejected, gone, expired, ...
  --limit N   the most to list (default 50) or replay (default 100, at most 500 a call)
  --dry-run   only print which would be replayed

  npm run -s stream -- dead replay --reason gone --dry-run`;

type DeadLetter = {
  id: number;
  stage: string;
  reason: string;
  subject: string | null;
  error: string;
  advice: string;
  replayed_at: string | null;
};

export const dead: Command = {
  name: "dead",
  summary: "list dead letters, and replay them",
  usage: USAGE,
  run: byVerb("dead", { list, replay }, "list"),
};

const string = { type: "string" } as const;

async function list(args: string[], io: Io): Promise<number> {
  const { values } = parseOptions(args, {
    stage: string,
    reason: string,
    since: string,
    replayed: { type: "boolean", default: false },
    limit: { ...string, default: "50" },
  });
  const search = new URLSearchParams({
    limit: `${wholeNumber("limit", values.limit, 1, 200)}`,
    replayed: `${values.replayed}`,
  });
  if (values.stage !== undefined) search.set("stage", values.stage);
  if (values.reason !== undefined) search.set("reason", values.reason);
  if (values.since !== undefined) search.set("since", instant("since", values.since, Date.now()));
  const { dead_letters } = await ask<{ dead_letters: DeadLetter[] }>(io, `/dead-letters?${search}`);
  if (io.json) for (const deadLetter of dead_letters) io.out(JSON.stringify(deadLetter));
  else for (const line of report(dead_letters)) io.out(line);
  return 0;
}

/** The rows, then once for each reason what to do about it. */
function report(deadLetters: DeadLetter[]): string[] {
  const rows = deadLetters.map(({ id, stage, reason, subject, error }) => ({
    id,
    stage,
    reason,
    subject,
    error,
  }));
  const advice = new Map(deadLetters.map(({ reason, advice }) => [reason, advice]));
  return [...table(rows), ...[...advice].map(([reason, words]) => `${reason}: ${words}`)];
}

async function replay(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    stage: string,
    reason: string,
    limit: { ...string, default: "100" },
    "dry-run": { type: "boolean", default: false },
  });
  if (positionals.length === 0 && values.reason === undefined && values.stage === undefined)
    throw new UsageError("name what to replay: ids, --reason or --stage");
  const body = {
    ids:
      positionals.length === 0
        ? null
        : positionals.map((id) => wholeNumber("id", id, 1, Number.MAX_SAFE_INTEGER)),
    stage: values.stage ?? null,
    reason: values.reason ?? null,
    limit: wholeNumber("limit", values.limit, 1, 500),
    dry_run: values["dry-run"],
  };
  const answer = await ask<{ replayed: number; would_replay?: number[] }>(
    io,
    "/dead-letters/replay",
    { method: "POST", body },
  );
  const would = answer.would_replay;
  const words =
    would === undefined
      ? `replayed ${answer.replayed}`
      : `would replay ${would.length}: ${would.join(", ")}`;
  io.out(io.json ? JSON.stringify(answer) : words);
  return 0;
}
