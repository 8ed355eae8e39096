import { expect, it, vi } from "vitest";
import { differential } from "../../../test/conformance/filtrex/differ.ts";
import { askOurs, type Data } from "../../../test/conformance/filtrex/native.ts";
import { type ExpressionNode, mapNode } from "./syntax.ts";

// filtrex warns about its deprecated forms, which the generator writes on purpose.
vi.spyOn(console, "warn").mockImplementation(() => undefined);

it("answers as filtrex does, for 5,000 expressions", { timeout: 120_000 }, () => {
  const run = differential(5_000, 1);
  expect(run.differences).toEqual([]);
  // The generator must reach all three outcomes, or agreement would mean little.
  expect(run.answered).toBeGreaterThan(2_000);
  expect(run.failedWhenRun).toBeGreaterThan(500);
  expect(run.refused).toBeGreaterThan(200);
});

const SWAPS: Record<string, string> = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "==": "!=",
  "!=": "==",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "^": "*",
  mod: "/",
};

/** Our reading of an expression with one kind of operator wrong. */
const mutants: Record<string, (node: ExpressionNode) => ExpressionNode | undefined> = {
  "and is or": (node) => (node.kind === "and" ? { ...node, kind: "or" } : undefined),
  "not is forgotten": (node) => (node.kind === "not" ? node.value : undefined),
  "in is turned round": (node) =>
    node.kind === "in" ? { ...node, negated: !node.negated } : undefined,
  "minus is forgotten": (node) => (node.kind === "negative" ? node.value : undefined),
  "branches are swapped": (node) =>
    node.kind === "if"
      ? { ...node, consequent: node.alternative, alternative: node.consequent }
      : undefined,
  ...Object.fromEntries(
    Object.entries(SWAPS).map(([from, to]) => [
      `${from} is ${to}`,
      (node: ExpressionNode): ExpressionNode | undefined => {
        if (node.kind === "arithmetic" && node.operator === from)
          return { ...node, operator: to as typeof node.operator };
        if (node.kind !== "relation" || !node.rest.some((link) => link.operator === from))
          return undefined;
        return {
          ...node,
          rest: node.rest.map((link) =>
            link.operator === from ? { ...link, operator: to as typeof link.operator } : link,
          ),
        };
      },
    ]),
  ),
};

it.each(Object.keys(mutants))("notices when %s", { timeout: 60_000 }, (name) => {
  const change = mutants[name] ?? (() => undefined);
  const mutant = (text: string, data: Data) =>
    askOurs(text, data, (expression) => mapNode(expression, change));
  expect(differential(3_000, 1, mutant, 1).differences).toHaveLength(1);
});
