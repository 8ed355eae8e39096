import { expect, it } from "vitest";
import * as z from "zod";
import { readYamlList } from "./yaml-list.ts";

const Names = z.strictObject({ names: z.array(z.string()).default([]) });

it("reads a file by its schema, and an empty one as an empty list", () => {
  expect(readYamlList("names: [ada, bob]", Names)).toEqual({
    kind: "loaded",
    value: { names: ["ada", "bob"] },
  });
  expect(readYamlList("# nothing yet\n", Names)).toEqual({ kind: "loaded", value: { names: [] } });
});

it("names the line of a value of another type, and of a list in its place", () => {
  expect(readYamlList("names:\n  - ada\n  - 7\n  - [bob]\n", Names)).toMatchObject({
    kind: "rejected",
    problems: [
      { line: 3, message: expect.stringMatching(/^names\.1: /) },
      { line: 4, message: expect.stringMatching(/^names\.2: /) },
    ],
  });
});

it("names the line of a slip in the YAML", () => {
  const read = readYamlList("names:\n  - ada\n  bob", Names);
  const lines = read.kind === "rejected" ? read.problems.map(({ line }) => line) : [];
  expect(new Set(lines)).toEqual(new Set([3]));
});

it.each([
  ["of nothing", "- *nobody\n"],
  [
    "that multiply",
    `a: &a [${Array(10).fill("x").join(", ")}]\n${["b", "c", "d", "e", "f"]
      .map((name, at) => `${name}: &${name} [${Array(10).fill(`*${"abcde"[at]}`).join(", ")}]\n`)
      .join("")}`,
  ],
])("refuses aliases %s instead of failing", (_, text) => {
  expect(readYamlList(text, z.unknown())).toEqual({
    kind: "rejected",
    problems: [{ line: expect.any(Number), message: expect.stringMatching(/alias/i) }],
  });
});
