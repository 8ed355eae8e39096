import { ask } from "../client.ts";
import type { Command } from "../command.ts";
import { instant, parseOptions, wholeNumber } from "../options.ts";
import { table } from "../table.ts";

const USAGE = `stream audit-log [--action NAME] [--subject SUBJECT] [--by KEY] [--since TIME]
                 [--until TIME] [--limit N]

Who changed which channel, key, list, rules or fault, replayed or triggered what, the latest first.
Secrets are masked. --json prints each entry whole, with what was there before and after.

  --action    an operation, such as updateChannel or putRules
  --subject   what was changed, such as channel/3, key/ID, list/authors or rules
  --by        the id of the key that asked for it
  --since, --until   a time, or a span back from now: 30m, 24h, 7d
  --limit N   how many (default 50)

  npm run -s stream -- audit-log --subject channel/3 --since 7d`;

type Entry = {
  at: string;
  key_id: string;
  key_name: string | null;
  action: string;
  subject: string;
  request_id: string;
};

export const auditLog: Command = {
  name: "audit-log",
  summary: "who changed what, and when",
  usage: USAGE,
  async run(args, io) {
    const string = { type: "string" } as const;
    const { values } = parseOptions(args, {
      action: string,
      subject: string,
      by: string,
      since: string,
      until: string,
      limit: { type: "string", default: "50" },
    });
    const wanted = wholeNumber("limit", values.limit, 1, 100_000);
    const time = (name: "since" | "until") => {
      const given = values[name];
      return given === undefined ? undefined : instant(name, given, Date.now());
    };
    const { action, subject, by: key } = values;
    const filters = { action, subject, key, since: time("since"), until: time("until") };
    const search = new URLSearchParams(
      Object.entries(filters).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as [string, string]],
      ),
    );
    const entries: Entry[] = [];
    let cursor: string | null = null;
    do {
      search.set("limit", String(Math.min(200, wanted - entries.length)));
      if (cursor !== null) search.set("cursor", cursor);
      const page: { entries: Entry[]; next_cursor: string | null } = await ask(
        io,
        `/audit-log?${search}`,
      );
      entries.push(...page.entries);
      cursor = page.next_cursor;
    } while (cursor !== null && entries.length < wanted);
    const rows = entries.map(({ at, key_id, key_name, action: what, subject: on, request_id }) => ({
      at,
      by: key_name === null ? key_id : `${key_name} (${key_id})`,
      action: what,
      subject: on,
      request: request_id,
    }));
    const lines = io.json ? entries.map((entry) => JSON.stringify(entry)) : table(rows);
    for (const line of lines) io.out(line);
    return 0;
  },
};
