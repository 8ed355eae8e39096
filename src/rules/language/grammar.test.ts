/// <reference path="./filtrex.d.ts" />
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { parser } from "filtrex/dist/esnext/parser.mjs";
import { expect, it } from "vitest";
import { parseExpression } from "./grammar.ts";
import { walkNodes } from "./syntax.ts";

const sha = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);
const source = (file: string) =>
  readFileSync(new URL(`../../../node_modules/filtrex/${file}`, import.meta.url), "utf8");

it("stands on the filtrex whose productions its actions are numbered for", () => {
  expect(JSON.parse(source("package.json")).version).toBe("3.1.0");
  expect(parser.productions_).toHaveLength(37);
  expect(parser.defaultActions).toEqual({ 11: [2, 1] });
  expect({
    tables: sha(JSON.stringify([parser.table, parser.productions_, parser.symbols_])),
    lexer: sha(parser.lexer.rules.join("\n") + String(parser.lexer.performAction)),
    actions: sha(String(parser.performAction)),
    coercions: sha(source("dist/esnext/utils.mjs")),
    errors: sha(source("dist/esnext/errors.mjs")),
  }).toEqual({
    tables: "3e95e70354250a69",
    lexer: "1f42ac9d744ef551",
    actions: "617df387e69319d2",
    coercions: "bd277a68d1f5f000",
    errors: "ddcee193b3e27de2",
  });
});

it("binds operators as filtrex does", () => {
  const shape = (text: string): unknown => {
    const parsed = parseExpression(text);
    return parsed.kind === "parsed"
      ? JSON.parse(
          JSON.stringify(parsed.expression, (key, value) => (key === "at" ? undefined : value)),
        )
      : parsed;
  };
  expect(shape("1 + 2 * 3")).toEqual(shape("1 + (2 * 3)"));
  expect(shape("2 ^ 3 ^ 2")).toEqual(shape("2 ^ (3 ^ 2)"));
  expect(shape("not a == b")).toEqual(shape("(not a) == b"));
  expect(shape("a or b and c")).toEqual(shape("a or (b and c)"));
  expect(shape("- 2 ^ 2")).toEqual(shape("-(2 ^ 2)"));
  expect(shape("if a then 1 else 2 + 3")).toEqual(shape("if a then 1 else (2 + 3)"));
});

it("says where each part stands", () => {
  const parsed = parseExpression('x > 1 and y == "a b"');
  if (parsed.kind !== "parsed" || parsed.expression.kind !== "and") throw new Error("should parse");
  const { left, right } = parsed.expression;
  expect([left.at, right.at]).toEqual([
    [0, 5],
    [10, 20],
  ]);
});

it("refuses in filtrex's words, with the place", () => {
  expect(parseExpression("1 + ")).toMatchObject({
    kind: "refused",
    at: [4, 4],
    message: expect.stringContaining("got 'EndOfExpression'"),
  });
  expect(parseExpression("a ! b")).toMatchObject({
    kind: "refused",
    at: [2, 3],
    message: expect.stringContaining("Lexical error"),
  });
  expect(parseExpression("a and(b)")).toMatchObject({ kind: "refused", at: [7, 8] });
});

it("is walked without being changed", () => {
  const parsed = parseExpression('min(a, b, c) > 1 and d in ("x", "y", "z")');
  if (parsed.kind !== "parsed") throw new Error("should parse");
  const before = JSON.stringify(parsed.expression);
  walkNodes(parsed.expression);
  expect(JSON.stringify(parsed.expression)).toBe(before);
});
