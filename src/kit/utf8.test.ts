import { expect, it } from "vitest";
import { jsonBytes, utf8Length, utf8Prefix } from "./utf8.ts";

it("counts bytes and not UTF-16 units", () => {
  expect(["a", "ß", "代", "🚀"].map(utf8Length)).toEqual([1, 2, 3, 4]);
  expect(jsonBytes({ text: "代" })).toBe(14);
  expect(jsonBytes(undefined)).toBe(0);
});

it("cuts a text at a whole character", () => {
  expect(utf8Prefix("代代代", 7)).toBe("代代");
  expect(utf8Prefix("a🚀b", 4)).toBe("a");
  expect(utf8Prefix("short", 96)).toBe("short");
  expect(utf8Prefix("", 0)).toBe("");
});
