import { describe, expect, it } from "vitest";
import { batchLines, createLogger, type LogRecord } from "./log.ts";

function written(record: LogRecord): Record<string, unknown> {
  const lines: string[] = [];
  createLogger(
    (line) => lines.push(line),
    () => Date.UTC(2026, 0, 15),
  )(record);
  return JSON.parse(lines[0] ?? "");
}

describe("logger", () => {
  it("writes one snake_case object with a time and a level", () => {
    expect(
      written({
        stage: "filter",
        eventKey: "eth:DEMO:2026-01-15T10:00:00Z",
        passed: true,
        latencyMs: 3,
      }),
    ).toEqual({
      stage: "filter",
      event_key: "eth:DEMO:2026-01-15T10:00:00Z",
      passed: true,
      latency_ms: 3,
      level: "info",
      timestamp: "2026-01-15T00:00:00.000Z",
    });
  });

  it("writes no field that is not on the list", () => {
    const record = { stage: "api", authorization: "Bearer x", text: "a post" } as LogRecord;
    expect(Object.keys(written(record))).toEqual(["stage", "level", "timestamp"]);
  });

  it.each([
    "refused Bearer abc.def",
    "key ess_a1b2.0123456789abcdef0123 unknown",
    "cannot reach postgresql://user:pass@host/db",
    "POST https://api.telegram.org/bot123456:AAF-xyz/sendMessage",
    "GET https://example.com/path?token=hunter2",
  ])("masks the secret in %j", (reason) => {
    expect(written({ stage: "api", reason }).reason).toContain("***");
    expect(written({ stage: "api", reason }).reason).not.toMatch(
      /abc\.def|0123456789abcdef|pass@|AAF-xyz|hunter2/,
    );
  });
});

describe("together", () => {
  it("writes the lines of one go at once, in their order, and each of them once", async () => {
    const written: string[] = [];
    const write = batchLines((lines) => written.push(lines));
    for (const line of ["a", "b"]) write(line);
    expect(written).toEqual([]);
    await Promise.resolve();
    write("c");
    await Promise.resolve();
    expect(written).toEqual(["a\nb", "c"]);
  });
});
