import * as z from "zod";
import { type CallPorts, outsideCall } from "../http/request.ts";

/** A row of an answer: numbers as numbers, everything else as text. */
export type AnalyticsRow = Record<string, string | number | null>;

export type AnalyticsAnswer =
  | { kind: "rows"; rows: AnalyticsRow[] }
  /** Reading is not set up; `why` says what is missing. */
  | { kind: "off"; why: string }
  | { kind: "failed"; why: string };

/** Runs one SELECT over the dataset of points. Never throws. */
export type AnalyticsQuery = (sql: string) => Promise<AnalyticsAnswer>;

export type AnalyticsAccess = {
  /** Of the Cloudflare API: `https://api.cloudflare.com/client/v4`. */
  baseUrl: string;
  accountId: string | undefined;
  /** A token with the permission Account Analytics Read. */
  token: string | undefined;
};

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 4_000_000;

const Answer = z.object({
  meta: z.array(z.object({ name: z.string(), type: z.string() })),
  data: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))),
});

/** The SQL API of Workers Analytics Engine. */
export function analyticsQuery(access: AnalyticsAccess, ports: CallPorts): AnalyticsQuery {
  const { baseUrl, accountId, token } = access;
  if (accountId === undefined || token === undefined)
    return async () => ({
      kind: "off",
      why: "ANALYTICS_ACCOUNT_ID and ANALYTICS_TOKEN are not set",
    });
  return async (sql) => {
    const { verdict, json, text } = await outsideCall(
      {
        provider: "analytics",
        method: "POST",
        url: `${baseUrl}/accounts/${encodeURIComponent(accountId)}/analytics_engine/sql`,
        headers: { authorization: `Bearer ${token}`, "content-type": "text/plain" },
        body: `${sql} FORMAT JSON`,
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_BYTES,
        expect: "json",
      },
      ports,
    );
    const answer = Answer.safeParse(json);
    // Until the first point is written there is no table.
    if (/unable to find type of column|unknown table|does not exist/i.test(text))
      return { kind: "rows", rows: [] };
    if (verdict.kind !== "ok" || !answer.success)
      return { kind: "failed", why: `the SQL API answered ${verdict.reason || "another shape"}` };
    return { kind: "rows", rows: answer.data.data.map((row) => typed(row, answer.data.meta)) };
  };
}

/** 64-bit numbers come as text. */
function typed(row: AnalyticsRow, meta: { name: string; type: string }[]): AnalyticsRow {
  return Object.fromEntries(
    meta.map(({ name, type }) => {
      const value = row[name] ?? null;
      const isNumber = value !== null && /^(?:Nullable\()?(?:U?Int|Float|Decimal)/.test(type);
      return [name, isNumber ? Number(value) : value];
    }),
  );
}
