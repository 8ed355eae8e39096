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

it.each([
  [["--prot", "1"], "there is no option --prot; did you mean --port?"],
  [["--nonsense"], /^there is no option --nonsense; it takes --port, --data, /],
  [["--port", "abc"], "--port must be 1 to 65535, not abc"],
])("says what is wrong with %j", (args, problem) => {
  expect(readOptions(args, "/home")).toEqual({
    problem: typeof problem === "string" ? problem : expect.stringMatching(problem),
  });
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
