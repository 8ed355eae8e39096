import { type GuardedPorts, guardedCall } from "../http/provider-call.ts";
import type { ProviderLimits } from "../http/provider-guard.ts";
import type { OutsideAnswer } from "../http/request.ts";
import type { Verdict } from "../http/verdict.ts";
import { getPath } from "../kit/get-path.ts";
import { sha256Hex } from "../kit/hash.ts";
import { numeric } from "../kit/numeric.ts";
import {
  googleToken,
  type ServiceAccount,
  serviceAccount,
  type TokenCache,
} from "./access-token.ts";
import { type BigQueryRow, classifyBigQuery, isQueryAnswer, rowsOf } from "./bigquery-response.ts";

const SCOPE = "https://www.googleapis.com/auth/bigquery";
const WAIT_MS = 10_000;
const POLLS = 3;
const PAGES = 5;
const MEBIBYTE = 1_048_576;

export type BigQuery = {
  baseUrl: string;
  tokenUrl: string;
  account: ServiceAccount;
  projectId: string;
  /** No query may be billed for more. */
  maxBytesBilled: number;
  /** Nor all queries of one UTC day. */
  dailyBytes: number;
};

export type SqlQuery = {
  sql: string;
  params: Record<string, { type: "STRING" | "TIMESTAMP" | "INT64"; value: string }>;
  /** The number of tables that are read: billing rounds up for each. */
  tables: number;
  maxRows: number;
};

export type BigQueryResult = { verdict: Verdict; rows: BigQueryRow[]; bytesBilled: number | null };
export type QueryPorts = GuardedPorts & { tokens: TokenCache };

const none = (verdict: Verdict): BigQueryResult => ({ verdict, rows: [], bytesBilled: null });
const limits = (client: BigQuery): ProviderLimits => ({
  pace: { perMinute: 30, gapMs: 0 },
  dailyBudget: client.dailyBytes,
});

const body = (query: SqlQuery, more: object): string =>
  JSON.stringify({
    query: query.sql,
    useLegacySql: false,
    location: "US",
    parameterMode: "NAMED",
    queryParameters: Object.entries(query.params).map(([name, { type, value }]) => ({
      name,
      parameterType: { type },
      parameterValue: { value },
    })),
    formatOptions: { useInt64Timestamp: true },
    labels: { app: "event-stream" },
    ...more,
  });

/**
 * The same id for the same query: when it is sent again within 15 minutes after a lost answer,
 * BigQuery returns the first job and charges nothing.
 */
const requestId = ({ sql, params }: SqlQuery): string =>
  sha256Hex(JSON.stringify([sql, params])).slice(0, 36);

type Call = { method: "GET" | "POST"; path: string; body?: string; bytes?: number };

/** `last`: a refused token now means a refused account, and opens the breaker. */
async function callOnce(
  call: Call,
  token: string,
  last: boolean,
  client: BigQuery,
  ports: QueryPorts,
): Promise<OutsideAnswer> {
  const { bytes } = call;
  /* A refusal costs nothing; a query whose answer was lost may have run. */
  const spent = ({ json, status, verdict }: OutsideAnswer): number => {
    const billed =
      numeric(getPath(json, "totalBytesBilled")) ?? (getPath(json, "cacheHit") === true ? 0 : null);
    return status !== null && verdict.kind !== "ok" ? 0 : (billed ?? bytes ?? 0);
  };
  return guardedCall(
    {
      provider: "bigquery",
      limits: limits(client),
      ...(bytes !== undefined && { cost: { want: bytes, atLeast: bytes, spent } }),
    },
    () => ({
      method: call.method,
      url: `${client.baseUrl}/projects/${encodeURIComponent(client.projectId)}/queries${call.path}`,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(call.body !== undefined && { body: call.body }),
      timeoutMs: WAIT_MS + 5_000,
      maxBytes: 10_000_000,
      expect: "json",
      accepts: isQueryAnswer,
      classify: (answer) => (last && answer.status === 401 ? undefined : classifyBigQuery(answer)),
    }),
    ports,
  );
}

/** Calls again with a new token when Google refuses the cached one. */
async function request(
  call: Call,
  client: BigQuery,
  ports: QueryPorts,
): Promise<OutsideAnswer | Verdict> {
  const wanted = { account: client.account, tokenUrl: client.tokenUrl, scope: SCOPE };
  const token = await googleToken(wanted, ports.tokens, ports);
  if (typeof token !== "string") return token;
  const answer = await callOnce(call, token, false, client, ports);
  if (answer.status !== 401) return answer;
  ports.tokens.delete(client.account.clientEmail);
  const renewed = await googleToken(wanted, ports.tokens, ports);
  return typeof renewed === "string" ? callOnce(call, renewed, true, client, ports) : renewed;
}

const verdictOf = (answer: OutsideAnswer | Verdict): Verdict =>
  "kind" in answer ? answer : answer.verdict;

/**
 * The bytes that the query may be billed for, from a free dry run. The limit includes the rounding;
 * otherwise BigQuery would refuse its own estimate.
 */
async function estimate(
  query: SqlQuery,
  client: BigQuery,
  ports: QueryPorts,
): Promise<number | Verdict> {
  const answer = await request(
    { method: "POST", path: "", body: body(query, { dryRun: true }) },
    client,
    ports,
  );
  if ("kind" in answer || answer.verdict.kind !== "ok") return verdictOf(answer);
  const bytes = numeric(getPath(answer.json, "totalBytesProcessed"));
  if (bytes === null) return { kind: "retry", reason: "answer has another shape" };
  return Math.ceil(bytes * 1.05) + 10 * MEBIBYTE * query.tables;
}

/**
 * Waits for a job a few times and reads its other pages. A job that is still running is `partial`.
 */
async function finish(
  first: OutsideAnswer,
  query: SqlQuery,
  client: BigQuery,
  ports: QueryPorts,
): Promise<BigQueryResult> {
  let answer = first;
  let rows = rowsOf(first.json);
  const jobId = getPath(first.json, "jobReference.jobId");
  for (let polls = 0, pages = 0; polls <= POLLS && pages < PAGES; ) {
    const complete = getPath(answer.json, "jobComplete") === true;
    const pageToken = getPath(answer.json, "pageToken");
    if (complete && (typeof pageToken !== "string" || rows.length >= query.maxRows)) {
      return {
        verdict: answer.verdict,
        rows: rows.slice(0, query.maxRows),
        bytesBilled: numeric(getPath(answer.json, "totalBytesBilled")),
      };
    }
    if (typeof jobId !== "string") break;
    if (complete) pages++;
    else polls++;
    const page = complete ? `&pageToken=${encodeURIComponent(String(pageToken))}` : "";
    const wait = `location=US&timeoutMs=${WAIT_MS}&maxResults=${query.maxRows}`;
    const format = "formatOptions.useInt64Timestamp=true";
    const path = `/${encodeURIComponent(jobId)}?${wait}&${format}${page}`;
    const next = await request({ method: "GET", path }, client, ports);
    if ("kind" in next || next.verdict.kind !== "ok") return { ...none(verdictOf(next)), rows };
    rows = [...rows, ...rowsOf(next.json)];
    answer = next;
  }
  return {
    verdict: { kind: "partial", reason: "the query is still running" },
    rows,
    bytesBilled: null,
  };
}

/**
 * Runs a query within its limits: a free dry run, the answer compared with the limits, and only
 * then the query, which BigQuery itself stops at the limit. The bytes are taken from the day's
 * budget before it runs.
 */
export async function runQuery(
  query: SqlQuery,
  client: BigQuery,
  ports: QueryPorts,
): Promise<BigQueryResult> {
  const cap = await estimate(query, client, ports);
  if (typeof cap !== "number") return none(cap);
  if (cap > client.maxBytesBilled)
    return none({
      kind: "reject",
      reason: `would read ${cap} bytes, the limit is ${client.maxBytesBilled}`,
    });
  const run = body(query, {
    maximumBytesBilled: String(cap),
    timeoutMs: WAIT_MS,
    jobTimeoutMs: "60000",
    maxResults: query.maxRows,
    useQueryCache: true,
    jobCreationMode: "JOB_CREATION_OPTIONAL",
    requestId: requestId(query),
  });
  const answer = await request({ method: "POST", path: "", body: run, bytes: cap }, client, ports);
  if ("kind" in answer || answer.verdict.kind !== "ok") return none(verdictOf(answer));
  return finish(answer, query, client, ports);
}

/** The client of both users of BigQuery; null when GCP_SA_JSON is not a key file. */
export function bigQueryClient(settings: {
  BIGQUERY_BASE_URL: string;
  GOOGLE_TOKEN_URL: string;
  GCP_SA_JSON: string;
  GCP_PROJECT_ID?: string | undefined;
  BQ_MAX_BYTES_BILLED: number;
  BQ_DAILY_BYTES: number;
}): BigQuery | null {
  const account = serviceAccount(settings.GCP_SA_JSON);
  return (
    account && {
      baseUrl: settings.BIGQUERY_BASE_URL,
      tokenUrl: settings.GOOGLE_TOKEN_URL,
      account,
      projectId: settings.GCP_PROJECT_ID ?? account.projectId,
      maxBytesBilled: settings.BQ_MAX_BYTES_BILLED,
      dailyBytes: settings.BQ_DAILY_BYTES,
    }
  );
}
