import { expect, it } from "vitest";
import { apiApp } from "../src/api/app.ts";
import { change, mention, signal } from "../src/store/contract/fixtures.ts";
import { memoryStore } from "../src/store/memory/index.ts";
import { fakePorts } from "../test/support/api.ts";
import { runCommand } from "../test/support/terminal.ts";
import { UsageError } from "./command.ts";
import { csvField } from "./commands/signals/export.ts";
import { signals } from "./commands/signals.ts";

const KEYS = Array.from({ length: 450 }, (_, n) => `eth:T${n}:2026-01-15T10:00:00Z`);

async function exported(...args: string[]) {
  const store = memoryStore();
  for (const [n, eventKey] of KEYS.entries())
    await store.commit(
      change(0, [mention(n, { eventKey })], { signal: signal({ eventKey, score: n / 4 }) }),
    );
  const ports = fakePorts();
  ports.store = { ...ports.store, history: store.history };
  return runCommand(signals, ["export", ...args], apiApp(ports));
}

it("prints every change of every page once, as one JSON object a line", async () => {
  const { code, out } = await exported("--since", "2026-01-01T00:00:00Z");
  expect(code).toBe(0);
  const keys = out.map((line) => JSON.parse(line).event_key as string);
  expect(keys.toSorted()).toEqual(KEYS.toSorted());
  expect(JSON.parse(out[0] ?? "")).toMatchObject({ score: 449 / 4, previous_state: null, rev: 1 });
});

it("prints CSV whose lines have a field for each name of the first", async () => {
  const { out } = await exported("--since", "2026-01-01T00:00:00Z", "--format", "csv");
  expect(out).toHaveLength(KEYS.length + 1);
  expect(out[0]).toMatch(/^ts,event_key,chain,symbol,/);
  expect(new Set(out.map((line) => line.split(",").length))).toEqual(new Set([17]));
});

it("leaves out what is outside the span", async () => {
  expect((await exported("--since", "2026-01-16T00:00:00Z")).out).toEqual([]);
});

it.each([
  [],
  ["--since", "yesterday"],
  ["--since", "1h", "--format", "parquet"],
  ["--since", "1h", "more"],
])("refuses %j", async (...args) => {
  await expect(exported(...args)).rejects.toThrow(UsageError);
});

it.each([
  ["=HYPERLINK(1)", "'=HYPERLINK(1)"],
  ['a "b", c', '"a ""b"", c"'],
  ["two\nlines", '"two\nlines"'],
  [-3.5, "-3.5"],
  [null, ""],
])("writes %j as a field that no spreadsheet runs", (value, field) => {
  expect(csvField(value)).toBe(field);
});
