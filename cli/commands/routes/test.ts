import { ask } from "../../client.ts";
import { type Io, UsageError } from "../../command.ts";
import { parseOptions } from "../../options.ts";
import { table } from "../../table.ts";
import { readText } from "../rules/files.ts";

type Preview = {
  sha: string | null;
  steps: { route: string; matched: boolean; error?: string }[];
  channels: {
    channel: string;
    outcome: string;
    route: string | null;
    at: string | null;
    reason: string | null;
    repeats_every_ms: number | null;
  }[];
  warnings: { path: string; message: string; suggestion?: string }[];
};

const TEXTS = ["symbol", "state", "chain", "type", "level"] as const;

/** Where a signal would go, and why. The server is asked, since it has the channels. */
export async function test(args: string[], io: Io): Promise<number> {
  const string = { type: "string" } as const;
  const { values } = parseOptions(args, {
    ...{ event: string, file: string, at: string, score: string },
    ...{ symbol: string, state: string, chain: string, type: string, level: string },
    fact: { type: "string", multiple: true },
  });
  const facts: Record<string, unknown> = {};
  for (const name of TEXTS) if (values[name] !== undefined) facts[name] = values[name];
  if (values.score !== undefined) facts.score = factOf(values.score);
  for (const pair of values.fact ?? []) {
    const [, name, value] = /^(\w+)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined || value === undefined)
      throw new UsageError(`--fact takes NAME=VALUE, not ${JSON.stringify(pair)}`);
    facts[name] = factOf(value);
  }
  const given = Object.keys(facts).length > 0;
  if (given === (values.event !== undefined))
    throw new UsageError("name a stored signal by --event, or one by --symbol, --score and so on");
  const body = {
    ...(values.event === undefined ? { facts } : { event_key: values.event }),
    ...(values.file !== undefined && { routes: await readText(values.file, io) }),
    ...(values.at !== undefined && { at: values.at }),
  };
  const preview = await ask<Preview>(io, "/routes/test", { method: "POST", body });
  if (io.json) io.out(JSON.stringify(preview));
  else for (const line of shown(preview)) io.out(line);
  for (const { path, message, suggestion } of preview.warnings)
    io.err(`warning: ${path}: ${message}${suggestion ? `; ${suggestion}` : ""}`);
  return 0;
}

const factOf = (text: string): string | number =>
  text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;

function shown({ sha, steps, channels }: Preview): string[] {
  const asked = steps.map(({ route, matched, error }) => {
    const answer = error === undefined ? (matched ? "matches" : "does not match") : error;
    return `  ${route}: ${answer}`;
  });
  const rows = channels.map(({ channel, outcome, route, at, reason, repeats_every_ms: ms }) => ({
    ...{ channel, outcome, route, at, reason },
    repeats: ms === null ? null : `every ${ms / 60_000} min`,
  }));
  return [
    sha === null
      ? "there are no routes: each channel gets what its own filter takes"
      : `routes ${sha.slice(0, 12)}`,
    ...asked,
    "",
    ...table(rows),
  ];
}
