import * as z from "zod";
import { bigQueryClient, runQuery } from "../google/bigquery.ts";
import { type BigQueryRow, isQueryAnswer, rowsOf } from "../google/bigquery-response.ts";
import { BigQuerySettings } from "../google/settings.ts";
import { clampToNow, iso } from "../kit/time.ts";
import { readCursor } from "./_shared/cursor.ts";
import { type PostFields, readPosts } from "./_shared/post-input.ts";
import { type PollResult, requiredText, source } from "./source.ts";

const ROWS_A_POLL = 1_000;
const HOUR_MS = 3_600_000;

/**
 * The last row that was read, by its time and id. `behind`: that poll was full, so the next goes on
 * exactly there; else it looks again at the last hours, because rows reach BigQuery late and out of
 * order.
 */
const Cursor = z.object({ at: z.string(), id: z.string(), behind: z.boolean() }).nullable();
type Cursor = z.infer<typeof Cursor>;

/**
 * The operator's query in the order of time and id. Times are cut to the milliseconds that a cursor
 * holds.
 */
const ordered = (sql: string): string => `
WITH found AS (SELECT * REPLACE (TIMESTAMP_TRUNC(posted_at, MILLISECOND) AS posted_at) FROM (
${sql.trim().replace(/;$/, "")}
))
SELECT * FROM found
WHERE posted_at > @since OR (posted_at = @since AND CAST(id AS STRING) > @after)
ORDER BY posted_at, CAST(id AS STRING)
LIMIT ${ROWS_A_POLL}`;

/** An upper bound for the tables that it reads: billing rounds up for each. */
const tablesIn = (sql: string): number => sql.match(/\b(from|join)\b/gi)?.length ?? 1;

const toPostInput = (row: BigQueryRow): PostFields => ({
  author: "bigquery",
  ...row,
  source: "bigquery",
});

function startOf(
  cursor: Cursor,
  since: string | null,
  overlapHours: number,
  now: number,
): { at: string; id: string } {
  if (cursor?.behind) return cursor;
  if (cursor === null) return { at: since ?? iso(now - 24 * HOUR_MS), id: "" };
  return { at: iso(Date.parse(cursor.at) - overlapHours * HOUR_MS), id: "" };
}

/**
 * Rows come in order, so the last that has a time and an id is how far they reach. One from the
 * future would hide all before it.
 */
function reached(rows: readonly BigQueryRow[], before: Cursor, now: number): Cursor {
  const last = rows.findLast(
    ({ id, posted_at: at }) =>
      id !== null && typeof at === "string" && clampToNow(Date.parse(at), now) === at,
  );
  if (last === undefined) return before && { ...before, behind: false };
  return { at: String(last.posted_at), id: String(last.id), behind: rows.length >= ROWS_A_POLL };
}

export const bigquery = source({
  name: "bigquery",
  title: "BigQuery",
  kind: "poll",
  docs: [
    "The rows of a query of your own, on a schedule, each a post: BQ_SOURCE_SQL with the columns",
    "id, text, posted_at (TIMESTAMP) and any other field of a post; @since lets it read fewer",
    "partitions. Needs GCP_SA_JSON. Dry-run first and capped; BQ_DAILY_BYTES is never passed.",
  ].join(" "),
  settings: z.object({
    BQ_SOURCE_SQL: requiredText.describe(
      "The query whose rows become posts (docs/sources.md); without it the source is off",
    ),
    BQ_SOURCE_EVERY_MINUTES: z.coerce
      .number()
      .int()
      .min(1)
      .default(60)
      .describe("Minutes between polls"),
    BQ_SOURCE_OVERLAP_HOURS: z.coerce
      .number()
      .nonnegative()
      .default(2)
      .describe("Hours that each poll reads again, because rows reach BigQuery late"),
    ...BigQuerySettings.shape,
  }),
  providers: () => ["bigquery", "google"],
  everyMinutes: (settings) => settings.BQ_SOURCE_EVERY_MINUTES,
  standIns: {
    BQ_SOURCE_SQL: "SELECT",
    GCP_SA_JSON: JSON.stringify({ client_email: "none", private_key: "none", project_id: "none" }),
  },
  readAnswer: (_, { json }) =>
    isQueryAnswer(json)
      ? { kind: "read", ...readPosts(rowsOf(json), toPostInput) }
      : { kind: "unreadable", why: "it is no answer of BigQuery's jobs.query" },
  async poll(settings, { cursor, since }, ports): Promise<PollResult> {
    const before = readCursor(Cursor, cursor, null);
    const client = bigQueryClient(settings);
    if (client === null)
      return {
        verdict: { kind: "auth", reason: "GCP_SA_JSON is no key file" },
        posts: [],
        rejected: 0,
        cursor,
      };
    const { at, id } = startOf(before, since, settings.BQ_SOURCE_OVERLAP_HOURS, ports.now());
    const params = {
      since: { type: "TIMESTAMP", value: at },
      after: { type: "STRING", value: id },
    } as const;
    const query = {
      sql: ordered(settings.BQ_SOURCE_SQL),
      params,
      tables: tablesIn(settings.BQ_SOURCE_SQL),
      maxRows: ROWS_A_POLL,
    };
    const { verdict, rows } = await runQuery(query, client, { ...ports, tokens: new Map() });
    if (verdict.kind !== "ok") return { verdict, posts: [], rejected: 0, cursor };
    const after = reached(rows, before, ports.now());
    return {
      verdict,
      ...readPosts(rows, toPostInput),
      cursor: JSON.stringify(after),
      more: after?.behind ?? false,
    };
  },
});
