import { describe, expect, it } from "vitest";
import { sqliteRows } from "../../test/support/sqlite.ts";
import { allRows, asciiKey, draftRows, type EventRows, memoryRows } from "./rows.ts";

const row = (group: string, key: string, value: unknown) => ({ group, key, value });

describe.each<[string, () => EventRows & { clear(): void }]>([
  ["memory", memoryRows],
  ["SQLite", () => sqliteRows().open()],
])("rows in %s", (_, open) => {
  it("are read by group and key, and in order", () => {
    const rows = open();
    expect(rows.get("a", "1")).toBeUndefined();
    expect(rows.scan("a", { limit: 9 })).toEqual([]);
    rows.write([row("a", "2", { x: 1 }), row("a", "1", [1]), row("b", "1", 0), row("a", "3", "z")]);
    expect(rows.get("a", "2")).toEqual({ x: 1 });
    const keys = (range: Parameters<EventRows["scan"]>[1]) =>
      rows.scan("a", range).map(({ key }) => key);
    expect(keys({ limit: 9 })).toEqual(["1", "2", "3"]);
    expect(keys({ limit: 1, descending: true })).toEqual(["3"]);
    expect(keys({ limit: 9, after: "1", before: "3" })).toEqual(["2"]);
    expect(rows.scanEach(["b", "none", "a"], { limit: 2, descending: true })).toEqual([
      [{ key: "1", value: 0 }],
      [],
      [
        { key: "3", value: "z" },
        { key: "2", value: { x: 1 } },
      ],
    ]);
    rows.write([row("a", "2", undefined), row("a", "1", 5), row("b", "9", undefined)]);
    expect(rows.scan("a", { limit: 9 })).toEqual([
      { key: "1", value: 5 },
      { key: "3", value: "z" },
    ]);
    rows.clear();
    expect(rows.get("b", "1")).toBeUndefined();
    rows.write([row("b", "1", 2)]);
    expect(rows.get("b", "1")).toBe(2);
  });

  it("stay as they are under a draft until its changes are written", () => {
    const rows = open();
    rows.write(["1", "2", "3", "4"].map((key) => row("a", key, key)));
    const draft = draftRows(rows);
    draft.delete("a", "1");
    draft.put("a", "25", "new");
    draft.put("a", "3", "changed");
    const seen = draft.scan("a", { limit: 2 }).map(({ key }) => key);
    expect(seen).toEqual(["2", "25"]);
    expect(draft.scan("a", { limit: 2, after: "25", descending: true })).toEqual([
      { key: "4", value: "4" },
      { key: "3", value: "changed" },
    ]);
    expect(draft.scanEach(["a", "b"], { limit: 9, before: "3" })).toEqual([
      [
        { key: "2", value: "2" },
        { key: "25", value: "new" },
      ],
      [],
    ]);
    expect(rows.get("a", "3")).toBe("3");
    rows.write(draft.changes());
    expect([...allRows(rows, "a")]).toEqual([...allRows(draft, "a")]);
  });

  it("are read whole, page by page", () => {
    const rows = open();
    const keys = Array.from({ length: 1_203 }, (_, n) => String(n).padStart(5, "0"));
    rows.write(keys.map((key) => row("a", key, 1)));
    expect([...allRows(rows, "a")].map(({ key }) => key)).toEqual(keys);
    expect([...allRows(rows, "a", "01000")]).toHaveLength(202);
  });
});

it("makes ASCII keys of any text, and another key of another text", () => {
  const texts = ["é", "\\e9;", "e9", "\ud800", "\u0000", "日本", "a b"];
  const keys = texts.map(asciiKey);
  expect(new Set(keys).size).toBe(texts.length);
  expect(keys.every((key) => /^[\x20-\x7e]*$/.test(key))).toBe(true);
});

describe("rows in SQLite", () => {
  const MOST_KEPT_CHARS = 6_000_000;

  it("are kept in memory up to a bound, and read again beyond it", () => {
    const { open, close, statements } = sqliteRows();
    const rows = open();
    const text = "x".repeat(100_000);
    const keys = Array.from({ length: (2 * MOST_KEPT_CHARS) / text.length }, (_, i) => `${i}`);
    rows.write(keys.map((key) => row("print", key, text)));
    for (const key of keys) rows.get("print", key);
    const before = statements();
    expect(rows.get("print", keys.at(-1) ?? "")).toBe(text);
    expect(statements()).toBe(before);
    expect(rows.get("print", keys[0] ?? "")).toBe(text);
    expect(statements()).toBe(before + 1);
    close();
  });
});
