import { type Emulator, json, NO_SETTINGS, text } from "../emulator.ts";

const exception = (code: number, message: string, status = 400) => ({
  ...text(`Code: ${code}. DB::Exception: ${message}`, "text/plain", status),
  headers: { "content-type": "text/plain", "x-clickhouse-exception-code": `${code}` },
});

function parsedLines(body: string): unknown[] | null {
  try {
    return body
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  } catch {
    return null;
  }
}

const isRow = (row: unknown): row is { key: string; rev: number } =>
  typeof row === "object" && row !== null && "key" in row && "rev" in row;

/** The HTTP interface, as far as inserts of rows in JSON need it. */
export const clickhouse: Emulator = {
  name: "clickhouse",
  ...NO_SETTINGS,
  refusals: { throttled: exception(202, "Too many simultaneous queries. (TOO_MANY_QUERIES)", 500) },
  answer({ query, headers, text: body }) {
    if (!headers["x-clickhouse-user"]) return exception(516, "Authentication failed", 403);
    const table = /^INSERT INTO `(\w+)` FORMAT JSONEachRow$/.exec(query.get("query") ?? "")?.[1];
    if (table === undefined) return exception(62, "Syntax error");
    if (query.get("async_insert") !== "0") return exception(36, "would be acknowledged early");
    const rows = parsedLines(body);
    if (rows === null || !rows.every(isRow)) return exception(117, "Cannot parse JSON object");
    const idempotencyKey = query.get("insert_deduplication_token");
    return { status: 200, body: "", receipt: { idempotencyKey, target: table, message: rows } };
  },
};

/** REST Proxy v2: produces JSON records. */
export const kafka: Emulator = {
  name: "kafka",
  ...NO_SETTINGS,
  refusals: { throttled: json({ error_code: 42901, message: "too many requests" }, 429) },
  answer({ path, headers, json: body }) {
    const topic = /^\/topics\/([\w.-]+)$/.exec(path)?.[1];
    if (topic === undefined) return json({ error_code: 404, message: "HTTP 404 Not Found" }, 404);
    if (headers["content-type"] !== "application/vnd.kafka.json.v2+json")
      return json({ error_code: 415, message: "HTTP 415 Unsupported Media Type" }, 415);
    const records = (body as { records?: { value?: unknown }[] } | undefined)?.records;
    if (!Array.isArray(records) || !records.every(({ value }) => isRow(value)))
      return json({ error_code: 42201, message: "no records" }, 422);
    const offsets = records.map((_, offset) => ({
      partition: 0,
      offset,
      error_code: null,
      error: null,
    }));
    const message = records.map(({ value }) => value);
    return {
      ...json({ key_schema_id: null, value_schema_id: null, offsets }),
      receipt: { idempotencyKey: null, target: topic, message },
    };
  },
};

/** A collector of lines, or of an array as Cloudflare Pipelines takes it. */
export const ndjson: Emulator = {
  name: "ndjson",
  ...NO_SETTINGS,
  refusals: { throttled: json({ success: false, error: "slow down" }, 429) },
  answer({ path, headers, text: body }) {
    const rows = body.startsWith("[") ? (JSON.parse(body) as unknown[]) : parsedLines(body);
    if (rows === null || !rows.every(isRow)) return json({ success: false, error: "rows" }, 400);
    const idempotencyKey = headers["idempotency-key"] ?? null;
    return {
      ...json({ success: true, result: { committed: rows.length } }),
      receipt: { idempotencyKey, target: path, message: rows },
    };
  },
};
