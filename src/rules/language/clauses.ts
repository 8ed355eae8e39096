import { type ExpressionNode, formatNumber } from "./syntax.ts";

/**
 * A part of a condition that reads one fact, and only to compare it with values that are written
 * out or to ask whether it is there: between two neighbouring values its answer does not change.
 */
export type ClauseTest = {
  name: string;
  values: readonly (number | string)[];
  node: ExpressionNode;
};

/**
 * Where a condition can be true at all: where all tests of one of the clauses are. `whole` when
 * that is all there is to it; else the condition has parts of another shape, and must be asked.
 */
export type ClauseTable = { clauses: readonly (readonly ClauseTest[])[]; whole: boolean };

const MAX_CLAUSES = 8;
const MAX_VALUES = 64;

const ANYWHERE: ClauseTable = { clauses: [[]], whole: false };

export function clausesOf(node: ExpressionNode): ClauseTable {
  if (node.kind === "and") return both(node, clausesOf(node.left), clausesOf(node.right));
  if (node.kind === "or") return either(node, clausesOf(node.left), clausesOf(node.right));
  const test = node.kind === "not" ? testAs(node, single(clausesOf(node.value))) : testOf(node);
  return test ? only(test) : ANYWHERE;
}

/** The expression as one test of one fact; undefined where it is more than that. */
export const singleTest = (node: ExpressionNode): ClauseTest | undefined => single(clausesOf(node));

const only = (test: ClauseTest): ClauseTable => ({ clauses: [[test]], whole: true });

/** The one test that says it all, if there is one. */
function single({ clauses, whole }: ClauseTable): ClauseTest | undefined {
  const [clause, second] = clauses;
  return whole && !second && clause?.length === 1 ? clause[0] : undefined;
}

function both(node: ExpressionNode, left: ClauseTable, right: ClauseTable): ClauseTable {
  const one = merged(node, left, right);
  if (one) return only(one);
  // Without the right side the clauses say less, but nothing wrong.
  if (left.clauses.length * right.clauses.length > MAX_CLAUSES)
    return { clauses: left.clauses, whole: false };
  const clauses = left.clauses.flatMap((a) => right.clauses.map((b) => [...a, ...b]));
  return { clauses, whole: left.whole && right.whole };
}

function either(node: ExpressionNode, left: ClauseTable, right: ClauseTable): ClauseTable {
  const one = merged(node, left, right);
  if (one) return only(one);
  const clauses = [...left.clauses, ...right.clauses];
  const open = clauses.length > MAX_CLAUSES || clauses.some((clause) => clause.length === 0);
  return open ? ANYWHERE : { clauses, whole: left.whole && right.whole };
}

/** `mentions > 3 and mentions < 9` is one test. */
function merged(
  node: ExpressionNode,
  left: ClauseTable,
  right: ClauseTable,
): ClauseTest | undefined {
  const [a, b] = [single(left), single(right)];
  return a && b && a.name === b.name
    ? testAs(node, { ...a, values: [...a.values, ...b.values] })
    : undefined;
}

const testAs = (node: ExpressionNode, test: ClauseTest | undefined): ClauseTest | undefined =>
  test && test.values.length <= MAX_VALUES ? { ...test, node } : undefined;

function testOf(node: ExpressionNode): ClauseTest | undefined {
  if (node.kind === "call") {
    const [fact] = node.args;
    return node.name === "exists" && fact?.kind === "name"
      ? { name: fact.name, values: [], node }
      : undefined;
  }
  const operands = operandsOf(node);
  if (!operands || operands.length > MAX_VALUES) return undefined;
  const names = new Set<string>();
  const values: (number | string)[] = [];
  for (const operand of operands) {
    const value = operand.kind === "name" ? undefined : literalValue(operand);
    if (operand.kind === "name") names.add(operand.name);
    else if (value === undefined) return undefined;
    else values.push(value);
  }
  const [name, other] = names;
  return name !== undefined && other === undefined ? { name, values, node } : undefined;
}

/** What a comparison compares, or `in` looks for and among. */
function operandsOf(node: ExpressionNode): ExpressionNode[] | undefined {
  if (node.kind === "in")
    return node.left.kind === "name" ? [node.left, ...itemsOf(node.right)] : undefined;
  if (node.kind !== "relation" || node.rest.some(({ operator }) => operator === "~="))
    return undefined;
  return [node.first, ...node.rest.map(({ right }) => right)];
}

/** Round brackets around a single value make no list. */
const itemsOf = (node: ExpressionNode): ExpressionNode[] =>
  node.kind === "list" ? node.items : [node];

export function literalValue(node: ExpressionNode): number | string | undefined {
  if (node.kind === "text") return node.value;
  if (node.kind === "number") return formatNumber(node.digits);
  return node.kind === "negative" && node.value.kind === "number"
    ? -formatNumber(node.value.digits)
    : undefined;
}
