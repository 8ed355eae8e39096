import * as z from "zod";
import { type OutsideAnswer, outsideCall } from "../../http/request.ts";
import type { Verdict } from "../../http/verdict.ts";
import { egressProblem } from "../_shared/egress.ts";
import { callPorts, pageVerdict, READING, sentFrom } from "../_shared/send-result.ts";
import { wordsOf } from "../_shared/target-words.ts";
import { channel, type SendPorts, type SendResult } from "../channel.ts";
import { ndjsonOf, SINK, type SinkRow, sinkRow } from "./rows.ts";

const SEND_MS = 30_000;

const Name = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, "is a name of letters, digits and _");
const Settings = z.object({
  url: z.string().max(1_024),
  database: Name.default("default"),
  table: Name.default("signal_stream"),
  user: z.string().min(1).max(128).default("default"),
  password: z.string().max(512).default("").meta({ secret: true }),
});
type Settings = z.output<typeof Settings>;

/**
 * A batch that is sent again has the token of the first, which the table's window of
 * deduplication drops. Inserts are not left to the server's own queue, which would acknowledge them
 * before they are stored; a column that the table lacks is left out.
 */
function insertUrl({ url, database, table }: Settings, token: string): string {
  const target = new URL(url);
  const query = {
    database,
    query: `INSERT INTO \`${table}\` FORMAT JSONEachRow`,
    insert_deduplication_token: token,
    async_insert: "0",
    wait_end_of_query: "1",
    date_time_input_format: "best_effort",
    input_format_skip_unknown_fields: "1",
    input_format_null_as_default: "1",
  };
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
  return target.href;
}

/**
 * ClickHouse's codes that say "later": too many queries, parts or memory, a timeout, a table in
 * read-only, no connection to the keeper or a replica.
 */
const PASSING = new Set([
  ...[159, 160, 164, 202, 209, 210, 225, 236, 241, 242, 243, 252, 279, 285, 319, 394, 425, 999],
]);

/**
 * Whatever else is refused (no such table, a type that does not fit, the password) waits for a
 * person, because the next batch would be refused for the same reason.
 */
function classify({ status, headers, text }: Omit<OutsideAnswer, "verdict">): Verdict | undefined {
  const said = /^Code: (\d+)\. DB::Exception/.exec(text)?.[1];
  const code = Number(headers.get("x-clickhouse-exception-code") ?? said);
  if (Number.isNaN(code) || code === 0) {
    if (status === 200) return undefined;
    return text.trimStart().startsWith("<") ? pageVerdict(status) : refused(status, text);
  }
  const reason = `HTTP ${status}: ${wordsOf(text) ?? `code ${code}`}`;
  return { kind: PASSING.has(code) ? "retry" : "auth", reason };
}

const refused = (status: number | null, text: string): Verdict | undefined =>
  status !== null && status >= 400 && status < 500 && status !== 429 && status !== 408
    ? { kind: "auth", reason: `HTTP ${status}: ${wordsOf(text) ?? "refused"}` }
    : undefined;

async function send(
  rows: readonly SinkRow[],
  settings: Settings,
  ports: SendPorts,
): Promise<SendResult> {
  const answer = await outsideCall(
    {
      provider: "clickhouse",
      method: "POST",
      url: insertUrl(settings, ports.idemKey),
      headers: {
        "content-type": "application/x-ndjson",
        "x-clickhouse-user": settings.user,
        ...(settings.password !== "" && { "x-clickhouse-key": settings.password }),
      },
      body: ndjsonOf(rows),
      ...READING,
      timeoutMs: SEND_MS,
      classify,
    },
    callPorts(ports),
  );
  return sentFrom(answer);
}

export const clickhouse = channel({
  ...SINK,
  kind: "clickhouse",
  title: "ClickHouse",
  docs: [
    "Inserts every revision of every event with its signal, up to 200 rows at a time, over HTTP.",
    "url: https://HOST:8443. database, table (signal_stream), user, password. docs/delivery.md has",
    "the table to create; a column that it lacks is left out.",
    "At least once: a batch that is sent again has the same insert_deduplication_token, which a",
    "table with non_replicated_deduplication_window (or a replicated one) drops.",
    "Filters are off unless they are set: min_score, chains, symbols and states narrow it down.",
  ].join("\n"),
  settings: Settings,
  sendMs: SEND_MS,
  refuse: ({ url }, env) => egressProblem("url", url, env),
  example: { url: "https://abc.clickhouse.cloud:8443" },
  limits: () => [{ key: "insert", count: 4, perMs: 1_000, burst: 4 }],
  render: (notifications) => notifications.map(sinkRow),
  send,
});
