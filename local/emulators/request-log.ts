import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Receipt } from "./emulator.ts";

export type RequestLogEntry = {
  at: string;
  idempotency_key: string | null;
  target: string;
  message: unknown;
};

/**
 * What every channel received, one append-only file each. Tests compare the outbox with it.
 */
export type RequestLog = {
  write(channel: string, receipt: Receipt, now: number): void;
  read(channel: string): RequestLogEntry[];
};

export function openRequestLog(dir: string): RequestLog {
  mkdirSync(dir, { recursive: true });
  const fileOf = (channel: string) => join(dir, `${channel}.jsonl`);
  return {
    write(channel, { idempotencyKey, target, message }, now) {
      const entry: RequestLogEntry = {
        at: new Date(now).toISOString(),
        idempotency_key: idempotencyKey,
        target,
        message,
      };
      appendFileSync(fileOf(channel), `${JSON.stringify(entry)}\n`);
    },
    read(channel) {
      if (!existsSync(fileOf(channel))) return [];
      const text = readFileSync(fileOf(channel), "utf8");
      const whole = text.slice(0, text.lastIndexOf("\n") + 1);
      return whole
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as RequestLogEntry);
    },
  };
}
