import { ask } from "../client.ts";
import { type Command, type Io, UsageError } from "../command.ts";
import { parseOptions, span } from "../options.ts";
import { table } from "../table.ts";
import { byVerb } from "../verbs.ts";

const USAGE = `stream mutes [list]
stream mutes add TOKEN --for SPAN | --until TIME [--channel NAME]
stream mutes end TOKEN [--channel NAME]

A channel is not notified of a token that is muted in it, whatever event it comes from. TOKEN is a
symbol such as PEPE, or an address. Without --channel it holds for every channel, but for streams,
which get everything. Downgrades are muted as well.

  --for       30m, 4h, 2d; 30 days at most
  --until     a time such as 2026-01-15T10:00:00Z

  npm run -s stream -- mutes add PEPE --for 1d
  npm run -s stream -- mutes end PEPE`;

type Mute = { channel: string; token: string; until: string; by: string };
const OPTIONS = {
  for: { type: "string" },
  until: { type: "string" },
  channel: { type: "string" },
} as const;

export const mutes: Command = {
  name: "mutes",
  summary: "tokens of which channels are not notified for a time: list, add, end",
  usage: USAGE,
  run: byVerb("mutes", { list, add, end }, "list"),
};

async function list(args: string[], io: Io): Promise<number> {
  parseOptions(args, {});
  return shown(await ask<{ mutes: Mute[] }>(io, "/mutes"), io);
}

async function add(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions(args, OPTIONS);
  const { for: length, until, channel } = values;
  if ((length === undefined) === (until === undefined))
    throw new UsageError("say how long: --for 1h, or --until 2026-01-15T10:00:00Z");
  const minutes = length && Math.max(1, Math.ceil(span("for", length) / 60_000));
  const body = { token: tokenIn(positionals), channel, until, minutes };
  return shown(await ask<{ mutes: Mute[] }>(io, "/mutes", { method: "POST", body }), io);
}

async function end(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions(args, { channel: OPTIONS.channel });
  const query = new URLSearchParams({
    token: tokenIn(positionals),
    ...(values.channel !== undefined && { channel: values.channel }),
  });
  return shown(await ask<{ mutes: Mute[] }>(io, `/mutes?${query}`, { method: "DELETE" }), io);
}

function tokenIn([token, more]: string[]): string {
  if (token === undefined || more !== undefined)
    throw new UsageError("name one TOKEN: a symbol such as PEPE, or an address");
  return token;
}

/** What is muted now. */
function shown({ mutes }: { mutes: Mute[] }, io: Io): number {
  const rows = mutes.map(({ token, channel, until, by }) => ({ token, channel, until, by }));
  for (const line of io.json ? [JSON.stringify(mutes)] : table(rows)) io.out(line);
  return 0;
}
