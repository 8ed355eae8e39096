import type { Clock } from "../kit/time.ts";
import { iso } from "../kit/time.ts";

/**
 * What a log record may hold. Nothing else is written, so a secret in some other field cannot leak.
 */
const FIELDS = {
  stage: "stage",
  eventKey: "event_key",
  passed: "passed",
  latencyMs: "latency_ms",
  level: "level",
  outcome: "outcome",
  reason: "reason",
  source: "source",
  postId: "post_id",
  traceId: "trace_id",
  channel: "channel",
  provider: "provider",
  deliveryId: "delivery_id",
  status: "status",
  count: "count",
  by: "by",
} as const;

export type LogRecord = { stage: string; level?: "debug" | "info" | "warn" | "error" } & {
  [field in keyof typeof FIELDS]?: string | number | boolean | null;
};
export type WriteLog = (record: LogRecord) => void;

const MAX_VALUE = 300;
/**
 * Bearer tokens, URLs with credentials or a query, and keys of ours: masked even inside an allowed
 * field.
 */
const SECRETS =
  /Bearer\s+\S+|\b[a-z]{2,8}_[A-Za-z0-9]+\.[A-Za-z0-9_-]{16,}|\/\/[^/\s@]+@|\/bot\d+:[\w-]+|(?<=https?:\/\/\S*)\?\S+/g;

/**
 * One JSON object a line, in snake_case, the fields of every line first. `write` is console.log in
 * production.
 */
export function createLogger(write: (line: string) => void, now: Clock): WriteLog {
  return (record) => {
    const fields = Object.entries(FIELDS).flatMap(([field, wire]) => {
      const value = record[field as keyof typeof FIELDS];
      return value === undefined ? [] : [[wire, typeof value === "string" ? masked(value) : value]];
    });
    write(
      JSON.stringify({
        ...Object.fromEntries(fields),
        level: record.level ?? "info",
        timestamp: iso(now()),
      }),
    );
  };
}

/** Lines that are written in one go reach `write` as one text. */
export function batchLines(write: (lines: string) => void): (line: string) => void {
  let waiting: string[] = [];
  return (line) => {
    if (waiting.push(line) > 1) return;
    queueMicrotask(() => {
      const lines = waiting.join("\n");
      waiting = [];
      write(lines);
    });
  };
}

const masked = (text: string): string => text.replace(SECRETS, "***").slice(0, MAX_VALUE);
