import { ask } from "../client.ts";
import { type Command, UsageError } from "../command.ts";
import { instant, parseOptions } from "../options.ts";
import { table } from "../table.ts";
import { trySource } from "./sources/try.ts";

type Source = {
  source: string;
  kind: string;
  on: boolean;
  why: string | null;
  every_minutes: number | null;
  polled_at: string | null;
  moved_at: string | null;
  last_verdict: string | null;
  left_out: Record<string, number>;
  providers: string[];
};
type Provider = {
  provider: string;
  on: boolean;
  why: string | null;
  breaker: string;
  cause: string | null;
  open_until: string | null;
  calls_last_minute: number;
  per_minute: number | null;
  budget_left: number | null;
  last: { at: string; kind: string; reason: string } | null;
};

/** "4 m", "2 h": how long ago. */
function age(at: string | null): string | null {
  if (at === null) return null;
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(at)) / 1_000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} m` : `${Math.round(seconds / 3_600)} h`;
}

export const sources: Command = {
  name: "sources",
  summary: "which sources are on, why others are off, and their last poll",
  usage: `stream sources [try NAME [--file ANSWER] [--content-type TYPE]]

Prints one line for each source: whether it is on, or which setting is missing; how often it is
polled, and how long ago that was (a stream: how long ago it last sent something); how long ago its
cursor moved (a stream: how far it is behind); the last answer of the services it calls (ok, empty,
retry, throttled, auth, quota, ...), their breaker, and what is left of the day's budget; and how
many items became no post, by reason (no_text, cut_off, too_many, dated_ahead, invalid_FIELD, ...).

  try NAME         print the posts that a source makes of one live poll, one JSON line each, and
                   last {"left_out": [{"reason", "count"}]}: the items that became no post.
                   Nothing is stored; settings are read from the environment
  --file ANSWER    of a saved answer of its service in place of a poll, which needs no key: a feed,
                   an answer of X's search, rows of Apify's dataset, Jetstream's frames one a line,
                   items of Hacker News, events of GitHub, a JSON API's answer, a query's answer of
                   BigQuery, pools of GeckoTerminal, the body of a push ("-": stdin)
  --content-type   the answer's Content-Type, which may name its encoding or format

  npm run -s stream -- sources --json
  npm run -s stream -- sources try feeds --file feed.xml --content-type "text/xml; charset=koi8-r"`,
  async run(args, io) {
    if (args[0] === "try") return trySource(args.slice(1), io);
    const { positionals } = parseOptions(args, {});
    if (positionals.length > 0)
      throw new UsageError(`sources takes nothing, or: try NAME; not ${positionals[0]}`);
    const found = await ask<{ sources: Source[] }>(io, "/sources");
    if (io.json) {
      io.out(JSON.stringify(found.sources));
      return 0;
    }
    const { providers } = await ask<{ providers: Provider[] }>(io, "/providers");
    for (const line of table(found.sources.map((source) => sourceRow(source, providers))))
      io.out(line);
    return 0;
  },
};

function sourceRow(
  { left_out, providers, polled_at, moved_at, last_verdict, ...shown }: Source,
  all: Provider[],
) {
  const { source, kind, on, why, every_minutes } = shown;
  const own = all.filter(({ provider }) => providers.includes(provider));
  const shut = own.find(({ breaker }) => breaker !== "closed") ?? own[0];
  const budgets = own.flatMap(({ budget_left }) => budget_left ?? []);
  return {
    source,
    kind,
    state: on ? "on" : "off",
    every_minutes,
    polled: age(polled_at),
    cursor: age(moved_at),
    last: last_verdict,
    breaker: shut?.breaker ?? null,
    budget_left: budgets.length === 0 ? null : Math.min(...budgets),
    left_out:
      Object.entries(left_out)
        .map(([reason, items]) => `${items} ${reason}`)
        .join(", ") || null,
    why,
  };
}

export const providers: Command = {
  name: "providers",
  summary: "outside services: breaker, pace, budget left, last answer",
  usage: `stream providers [reset NAME]

Prints one line for each service that sources and enrichers call, and for those of enrichers that
are off, with the reason: its breaker and what opened it, the calls of the last minute and how many
are allowed, what is left of the day's budget, and the last answer.

  reset NAME   close the breaker after you removed the cause (a key, credits); pace and budget stay

  npm run -s stream -- providers
  npm run -s stream -- providers reset x`,
  async run(args, io) {
    const { positionals } = parseOptions(args, {});
    const [action, name] = positionals;
    if (action !== undefined) {
      if (action !== "reset" || name === undefined)
        throw new UsageError("providers takes nothing, or: reset NAME");
      await ask(io, `/providers/${encodeURIComponent(name)}/reset`, { method: "POST" });
      io.out(`${name}: breaker closed`);
      return 0;
    }
    const found = await ask<{ providers: Provider[] }>(io, "/providers");
    if (io.json) io.out(JSON.stringify(found.providers));
    else for (const line of table(found.providers.map(providerRow))) io.out(line);
    return 0;
  },
};

const providerRow = ({
  provider,
  on,
  why,
  breaker,
  cause,
  open_until,
  calls_last_minute,
  per_minute,
  budget_left,
  last,
}: Provider) => ({
  provider,
  state: on ? "on" : "off",
  breaker,
  cause,
  until: open_until,
  calls: calls_last_minute,
  per_minute,
  budget_left,
  last: last && `${last.kind} ${age(last.at)} ago`,
  reason: last?.reason || null,
  why,
});

export const trigger: Command = {
  name: "trigger",
  summary: "poll a source now, or read it again from a time on",
  usage: `stream trigger SOURCE [--since TIME] [--notify]

  --since TIME   a backfill: read from this time on, apart from the cursor, which stays as it is
                 (2026-01-15T10:00:00Z, or a span back: 24h)
  --notify       let the signals of a backfill notify people; without it they are stored quietly

  npm run -s stream -- trigger feeds --since 24h`,
  async run(args, io) {
    const { values, positionals } = parseOptions(args, {
      since: { type: "string" },
      notify: { type: "boolean", default: false },
    });
    const [source] = positionals;
    if (source === undefined || positionals.length > 1)
      throw new UsageError("name one source; `stream sources` lists them");
    const query = new URLSearchParams({ notify: String(values.notify) });
    if (values.since !== undefined) query.set("since", instant("since", values.since, Date.now()));
    await ask(io, `/triggers/${encodeURIComponent(source)}?${query}`, { method: "POST" });
    io.out(`${source}: poll started`);
    return 0;
  },
};
