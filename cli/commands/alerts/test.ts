import { parse } from "yaml";
import { alertFact } from "../../../src/alerts/alert-facts.ts";
import type { AlertSet } from "../../../src/alerts/load-alerts.ts";
import {
  type FactTimelineStep,
  readTimeline,
  runTimeline,
  type TimelineChange,
} from "../../../src/alerts/timeline.ts";
import { type Io, UsageError } from "../../command.ts";
import { parseOptions, span } from "../../options.ts";
import { table } from "../../table.ts";
import { oneFile, readText } from "../rules/files.ts";
import { ALERTS_FILE, loadAlertsFile } from "./check.ts";

/** What the alerts of a file would do with given facts: exit code 1 when nothing fires. */
export async function testAlerts(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    fact: { type: "string", multiple: true },
    facts: { type: "string" },
    until: { type: "string" },
  });
  const file = oneFile(positionals, ALERTS_FILE);
  const set = await loadAlertsFile(file, io);
  if (set === undefined) return 1;
  const steps = await stepsOf(values.fact ?? [], values.facts, io);
  const untilMs = values.until === undefined ? endOf(set, steps) : span("until", values.until);
  const changes = runTimeline(set.alerts, steps, untilMs);
  for (const line of io.json ? changes.map((change) => JSON.stringify(change)) : shown(changes))
    io.out(line);
  return changes.some(({ change }) => change === "firing") ? 0 : 1;
}

/** The last change, and the longest wait before an alert fires. */
function endOf({ alerts }: AlertSet, steps: readonly FactTimelineStep[]): number {
  const longest = Math.max(0, ...alerts.map(({ forMs }) => forMs));
  return (steps.at(-1)?.atMs ?? 0) + longest + 60_000;
}

async function stepsOf(
  given: readonly string[],
  file: string | undefined,
  io: Io,
): Promise<FactTimelineStep[]> {
  if (given.length > 0 && file !== undefined)
    throw new UsageError("give --fact, or --facts FILE, and not both");
  if (given.length === 0 && file === undefined)
    throw new UsageError("give facts: --fact dead_letters=1, or --facts FILE");
  const read = readTimeline(file === undefined ? [stepOf(given)] : await yamlOf(file, io));
  if (read.kind === "steps") return read.steps;
  throw new UsageError(read.problems.join("; "));
}

async function yamlOf(file: string, io: Io): Promise<unknown> {
  const text = await readText(file, io);
  try {
    return parse(text);
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** `NAME=VALUE` and `SUBJECT:NAME=VALUE` as one step. */
function stepOf(given: readonly string[]): Record<string, unknown> {
  const step: Record<string, Record<string, unknown>> = { pipeline: {} };
  for (const pair of given) {
    const [, subject, name = "", value] = /^(?:(.+):)?([a-z0-9_]+)=(.*)$/s.exec(pair) ?? [];
    if (value === undefined)
      throw new UsageError(`--fact takes NAME=VALUE or SUBJECT:NAME=VALUE, not ${pair}`);
    const scope = alertFact(name)?.scope ?? "pipeline";
    const plain = /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
    if (scope === "pipeline") step.pipeline = { ...step.pipeline, [name]: plain };
    else {
      const key = subject ?? `any ${scope}`;
      const own = step[scope]?.[key] as object | undefined;
      step[scope] = { ...step[scope], [key]: { ...own, [name]: plain } };
    }
  }
  return { at: "0m", ...step };
}

const shown = (changes: readonly TimelineChange[]): string[] =>
  changes.length === 0
    ? ["nothing would fire"]
    : table(
        changes.map(({ atMs, change, alert, subject, severity, summary }) => ({
          after: `${Math.round(atMs / 60_000)} min`,
          ...{ change, severity, alert, subject, summary },
        })),
      );
