import { ask } from "../../client.ts";
import { type Io, UsageError } from "../../command.ts";
import { parseOptions } from "../../options.ts";
import { plain, table } from "../../table.ts";

export const SHOW_USAGE = `stream post show SOURCE ID

What became of a post: each step with its own milliseconds beside its budget. "of 12" says that so
many posts had that time together. Attempts at deliveries ask for a key with the scope operations.

  npm run -s stream -- post show x 1234567890`;

type Step = {
  stage: string;
  who: string | null;
  outcome: string;
  at: string;
  ms: number | null;
  shared: number | null;
  budget_ms: number | null;
  event_key: string | null;
  reason: string | null;
};
type Shown = {
  source: string;
  id: string;
  author: string;
  text: string;
  outcome: string | null;
  trace: string | null;
  spent_ms: number | null;
  budget_ms: number;
  steps: Step[];
};

const timeOf = ({ ms, shared }: Step): string =>
  ms === null ? "" : `${ms}${shared === null ? "" : ` of ${shared}`}`;

const overBudget = ({ ms, budget_ms: budget }: Step): string =>
  budget === null ? "" : `${budget}${ms !== null && ms > budget ? " !" : ""}`;

export async function showPost(args: string[], io: Io): Promise<number> {
  const { positionals } = parseOptions(args, {});
  const [source, id] = positionals;
  if (source === undefined || id === undefined || positionals.length > 2)
    throw new UsageError("name the source and the id of one post");
  const shown = await ask<Shown>(
    io,
    `/posts/${encodeURIComponent(source)}/${encodeURIComponent(id)}`,
  );
  if (io.json) {
    io.out(JSON.stringify(shown));
    return 0;
  }
  const { outcome } = shown;
  io.out(plain(`${shown.source}:${shown.id} by ${shown.author}: ${outcome ?? "not judged yet"}`));
  io.out(plain(shown.text).slice(0, 160));
  if (shown.trace !== null) io.out(`trace ${shown.trace.split("-")[1]}`);
  io.out("");
  const rows = shown.steps.map((step) => ({
    at: step.at.slice(11, 23),
    step: step.who === null ? step.stage : `${step.stage} ${step.who}`,
    outcome: step.outcome,
    ms: timeOf(step),
    budget: overBudget(step),
    event: step.event_key ?? "",
    reason: step.reason ?? "",
  }));
  for (const line of table(rows)) io.out(line);
  if (shown.spent_ms !== null)
    io.out(
      `\n${shown.spent_ms} ms of a budget of ${shown.budget_ms} ms, each stage at its longest`,
    );
  return 0;
}
