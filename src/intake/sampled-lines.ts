import type { LogRecord, WriteLog } from "../observability/log.ts";

/**
 * Writes the lines of up to `most` of `total` things, evenly chosen; `end` writes for the rest how
 * many there were of each stage, outcome and reason.
 */
export function sampledLines(
  log: WriteLog,
  total: number,
  most: number,
): { add(record: LogRecord): void; end(): void } {
  let n = 0;
  const rest = new Map<string, LogRecord & { count: number }>();
  const place = (index: number): number => Math.floor((index * most) / Math.max(total, 1));
  return {
    add(record) {
      n += 1;
      if (total <= most || place(n) > place(n - 1)) return log(record);
      const { stage, passed = null, outcome = null, reason = null } = record;
      const key = JSON.stringify([stage, outcome, reason]);
      const known = rest.get(key) ?? { stage, passed, outcome, reason, count: 0 };
      rest.set(key, { ...known, count: known.count + 1 });
    },
    end() {
      for (const record of rest.values()) log(record);
    },
  };
}
