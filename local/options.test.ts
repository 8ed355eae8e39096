import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readOptions } from "./options.ts";
import { adminKey } from "./state.ts";

it.each<[string[], object]>([
  [[], { renewKey: false, traces: false }],
  [["--traces"], { traces: true }],
  [["--renew-key"], { renewKey: true }],
  [["--open"], { open: true }],
  [["--no-open"], { open: false }],
  [["--open", "--no-open"], { open: false }],
])("reads %j", (args, expected) => {
  expect(readOptions(args, "/home")).toMatchObject(expected);
});

it("leaves it to the machine whether the page opens", () => {
  expect(readOptions([], "/home")).not.toHaveProperty("open");
});

it("keeps the admin key until another is asked for", () => {
  const folder = mkdtempSync(join(tmpdir(), "key-"));
  const first = adminKey(folder);
  expect(adminKey(folder)).toBe(first);
  const second = adminKey(folder, true);
  expect(second).not.toBe(first);
  expect(adminKey(folder)).toBe(second);
  rmSync(folder, { recursive: true });
});
