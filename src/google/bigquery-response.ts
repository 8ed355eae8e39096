import type { OutsideAnswer } from "../http/request.ts";
import type { Verdict } from "../http/verdict.ts";
import { getPath } from "../kit/get-path.ts";
import { numeric } from "../kit/numeric.ts";

const THROTTLED = new Set(["rateLimitExceeded", "userRateLimitExceeded", "jobRateLimitExceeded"]);
/** Reasons that Google asks to retry, whatever status they come with. */
const PASSING = new Set([
  "backendError",
  "internalError",
  "jobBackendError",
  "jobInternalError",
  "tableUnavailable",
  "resourceInUse",
]);
/** They come as 5xx too, and a retry would end the same. */
const FINAL = new Set(["bytesBilledLimitExceeded", "resourcesExceeded", "stopped", "timeout"]);
const REFUSED = new Set(["accessDenied", "billingNotEnabled"]);

const reasonOf = (json: unknown): string | undefined => {
  const reason = getPath(json, "error.errors.0.reason") ?? getPath(json, "errors.0.reason");
  return typeof reason === "string" ? reason : undefined;
};

/** What every answer about a query has. */
export const isQueryAnswer = (json: unknown): boolean =>
  typeof getPath(json, "jobComplete") === "boolean";

/**
 * BigQuery is classified by reason: a query over its byte limit comes as HTTP 500, and retrying it
 * would never end.
 */
export function classifyBigQuery({
  status,
  json,
}: Pick<OutsideAnswer, "status" | "json">): Verdict | undefined {
  const reason = reasonOf(json);
  if (status === 401) return { kind: "reject", reason: "token refused" };
  if (reason === undefined) return undefined;
  if (reason === "quotaExceeded") return { kind: "quota", reason };
  if (THROTTLED.has(reason)) return { kind: "throttled", reason, delayMs: 30_000 };
  if (PASSING.has(reason)) return { kind: "retry", reason };
  if (REFUSED.has(reason)) return { kind: "auth", reason };
  const isPassing = status !== null && (status >= 500 || status === 408 || status === 429);
  if (isPassing && !FINAL.has(reason)) return undefined;
  return { kind: "reject", reason: reason.slice(0, 60) };
}

type Field = { name: string; type: string; repeated: boolean; fields: Field[] };

function fieldsOf(schema: unknown): Field[] {
  const list = getPath(schema, "fields");
  if (!Array.isArray(list)) return [];
  return list.map((field) => ({
    name: String(getPath(field, "name")),
    type: String(getPath(field, "type")),
    repeated: getPath(field, "mode") === "REPEATED",
    fields: fieldsOf(field),
  }));
}

/** Microseconds since 1970 when asked for as int64, else seconds as a float ("1.795169701E9"). */
function timestamp(value: string): string | null {
  const number = numeric(value);
  if (number === null) return null;
  const ms = Math.abs(number) > 1e13 ? number / 1_000 : number * 1_000;
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : null;
}

function scalar(value: unknown, { type, fields }: Field): unknown {
  if (value === null || value === undefined) return null;
  if (type === "RECORD" || type === "STRUCT") return record(value, fields);
  const text = String(value);
  if (type === "BOOLEAN" || type === "BOOL") return text === "true";
  if (type === "FLOAT" || type === "FLOAT64") return numeric(text);
  if (type === "TIMESTAMP") return timestamp(text);
  if (type === "INTEGER" || type === "INT64")
    return Number.isSafeInteger(Number(text)) ? numeric(text) : text;
  return text;
}

function cell(value: unknown, field: Field): unknown {
  if (!field.repeated) return scalar(value, field);
  return Array.isArray(value) ? value.map((item) => scalar(getPath(item, "v"), field)) : [];
}

const record = (row: unknown, fields: Field[]): BigQueryRow =>
  Object.fromEntries(fields.map((field, i) => [field.name, cell(getPath(row, `f.${i}.v`), field)]));

/** Integers beyond 2^53 and decimals stay text. */
export type BigQueryRow = Record<string, unknown>;

export function rowsOf(json: unknown): BigQueryRow[] {
  const rows = getPath(json, "rows");
  const fields = fieldsOf(getPath(json, "schema"));
  return Array.isArray(rows) ? rows.map((row) => record(row, fields)) : [];
}
