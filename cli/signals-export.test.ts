import { existsSync } from "node:fs";
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { expect, it } from "vitest";
import { apiApp } from "../src/api/app.ts";
import { change, mention, signal } from "../src/store/contract/fixtures.ts";
import { memoryStore } from "../src/store/memory/index.ts";
import { fakePorts } from "../test/support/api.ts";
import { runCommand } from "../test/support/terminal.ts";
import { UsageError } from "./command.ts";
import { csvField, HISTORY_COLUMNS } from "./commands/signals/export.ts";
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

it("writes parquet with typed columns, which another program reads row for row", async () => {
  const file = join(await mkdtemp(join(tmpdir(), "export-")), "signals.parquet");
  const since = ["--since", "2026-01-01T00:00:00Z"];
  const { code, out, err } = await exported(...since, "--format", "parquet", "--out", file);
  expect([code, out, err]).toEqual([0, [], [`450 rows in ${file}`]]);
  const read = await parquetReadObjects({ file: await asyncBufferFromFile(file) });
  const lines = (await exported(...since)).out.map((line) => JSON.parse(line));
  expect(read).toEqual(lines.map((line) => ({ ...line, ts: new Date(line.ts) })));
  const { schema } = await parquetMetadataAsync(await asyncBufferFromFile(file));
  const typeOf = (name: string) => schema.find((column) => column.name === name);
  expect(schema.slice(1).map(({ name }) => name)).toEqual([...HISTORY_COLUMNS]);
  expect(typeOf("ts")).toMatchObject({ type: "INT64", repetition_type: "REQUIRED" });
  expect(typeOf("rev")).toMatchObject({ type: "INT32" });
  expect(typeOf("liquidity")).toMatchObject({ type: "DOUBLE", repetition_type: "OPTIONAL" });
});

it("writes a parquet file of no rows whose columns are there", async () => {
  const file = join(await mkdtemp(join(tmpdir(), "export-")), "none.parquet");
  await exported("--since", "2027-01-01T00:00:00Z", "--format", "parquet", "--out", file);
  const { schema, num_rows } = await parquetMetadataAsync(await asyncBufferFromFile(file));
  expect([schema.length, num_rows]).toEqual([HISTORY_COLUMNS.length + 1, 0n]);
});

it("leaves no file behind when the server fails amid the pages", async () => {
  const directory = await mkdtemp(join(tmpdir(), "export-"));
  const file = join(directory, "signals.parquet");
  let pages = 0;
  const failing = {
    fetch: async () =>
      pages++ === 0
        ? Response.json({ history: [{ ts: "2026-01-15T10:00:00Z" }], next_cursor: "next" })
        : Response.json({ title: "out" }, { status: 503 }),
  };
  const args = ["export", "--since", "7d", "--format", "parquet", "--out", file];
  await expect(runCommand(signals, args, failing)).rejects.toThrow();
  expect([existsSync(file), await readdir(directory)]).toEqual([false, []]);
});

it("leaves out what is outside the span", async () => {
  expect((await exported("--since", "2026-01-16T00:00:00Z")).out).toEqual([]);
});

it.each([
  [],
  ["--since", "yesterday"],
  ["--since", "1h", "--format", "parquet"],
  ["--since", "1h", "--format", "xml"],
  ["--since", "1h", "--format", "csv", "--out", "file.csv"],
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
