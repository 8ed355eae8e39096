import { describe, expect, it } from "vitest";
import { parseJson } from "./parse-json.ts";

const message = (text: string) => {
  const parsed = parseJson(text);
  return parsed.kind === "malformed" ? parsed.message : "fine";
};

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("parseJson", () => {
  it("answers the value of good JSON", () => {
    expect(parseJson(' {"a": [1, {"b": null}], "c": "\\u00e9"} ')).toEqual({
      kind: "json",
      value: { a: [1, { b: null }], c: "é" },
    });
  });

  it.each([
    ['{"a": 1,}', 8],
    ["[1 2]", 3],
    ['{"posts": [{"id": nope}]}', 18],
    ["", 0],
    ['{"a"', 4],
    ['{"a": "unclosed', 6],
    ["[1,2", 4],
    ["{} x", 3],
    ["[01]", 2],
    ["{'a': 1}", 1],
    ["hello", 0],
    ['["\ttab"]', 1],
    ["[{},]", 4],
  ])("says where %j is wrong", (text, position) => {
    expect(message(text)).toContain(`(position ${position})`);
  });

  it("counts lines and columns from one", () => {
    expect(message('{\n  "a": 1\n  "b": 2\n}')).toContain(
      'line 3 column 3 (position 13): unexpected "\\""',
    );
  });

  it("finds a wrong place in every text that JSON.parse refuses", () => {
    const pieces = [
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"k"',
      "1",
      "-",
      "tru",
      "true",
      " ",
      "\n",
      '"',
      "\\",
      "1e",
      ".5",
    ];
    let state = 7;
    const next = () => (state = (state * 48271) % 2147483647);
    const texts = Array.from({ length: 2_000 }, () =>
      Array.from({ length: 1 + (next() % 9) }, () => pieces[next() % pieces.length]).join(""),
    );
    const refused = texts.filter((text) => !parses(text));
    expect(refused.length).toBeGreaterThan(1_000);
    expect(refused.filter((text) => !message(text).includes("position"))).toEqual([]);
  });

  it("places the error of an unclosed string of a megabyte without choking", () => {
    expect(message(`{"a": "${"x".repeat(1_000_000)}`)).toContain("(position 6)");
  });

  it("refuses nesting that would overflow the stack later on", () => {
    expect(message("[".repeat(500_000))).toContain("deeper than 64");
    expect(message(`${"[".repeat(64)}${"]".repeat(64)}`)).toBe("fine");
    expect(message(`"${"[".repeat(100)}"`)).toBe("fine");
  });
});
