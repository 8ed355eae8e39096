import { UnknownFunctionError } from "filtrex/dist/esnext/errors.mjs";
import { arr, bool } from "filtrex/dist/esnext/utils.mjs";
import { spendSteps } from "./budget.ts";
import type { Evaluate, LanguageDialect } from "./dialect.ts";
import { applyArithmetic, applyComparison, negate } from "./operators.ts";
import { type ExpressionNode, formatNumber } from "./syntax.ts";

/**
 * Closures that answer what filtrex's generated JavaScript answers, in the same order of
 * evaluation, with the same errors.
 */
export function compileNode(node: ExpressionNode, dialect: LanguageDialect): Evaluate {
  const of = (part: ExpressionNode) => compileNode(part, dialect);
  switch (node.kind) {
    case "number":
      return constant(formatNumber(node.digits));
    case "text":
      return constant(node.value);
    case "name":
      return named(node.name, dialect);
    case "property":
      return propertyOf(of(node.of), dialect.property(node.name));
    case "call":
      return call(node.name, node.args.map(of), dialect);
    case "list":
      return each(node.items.map(of));
    case "negative":
      return negate(of(node.value), dialect.unknown);
    case "arithmetic":
      return applyArithmetic(node.operator, of(node.left), of(node.right), dialect.unknown);
    case "relation":
      return applyComparison(node, of, dialect);
    case "not":
      return not(of(node.value), dialect.unknown);
    case "and":
      return and(of(node.left), of(node.right), dialect.unknown);
    case "or":
      return or(of(node.left), of(node.right), dialect.unknown);
    case "in":
      return membership(of(node.left), of(node.right), node.negated, dialect.unknown);
    case "if":
      return conditional(of(node.test), of(node.consequent), of(node.alternative), dialect.unknown);
  }
}

type Unknown = LanguageDialect["unknown"];

function named(name: string, { slot, read }: LanguageDialect): Evaluate {
  const at = slot(name);
  return (frame) => read(frame[at], name);
}

const constant = (value: unknown) => () => value;

const propertyOf =
  (object: Evaluate, get: (object: unknown) => unknown): Evaluate =>
  (frame) =>
    get(object(frame));

const each =
  (items: Evaluate[]): Evaluate =>
  (frame) =>
    items.map((item) => item(frame));

function call(name: string, args: Evaluate[], { functions, unknown }: LanguageDialect): Evaluate {
  const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (!known) {
    return (frame) => {
      for (const arg of args) arg(frame);
      throw new UnknownFunctionError(name);
    };
  }
  if (ASK_FOR_NULL.has(name)) return (frame) => known(...args.map((arg) => arg(frame)));
  return (frame) => {
    const values = args.map((arg) => arg(frame));
    return values.some(unknown) ? null : known(...values);
  };
}

/** The functions whose whole point is to be given what is not known. */
const ASK_FOR_NULL = new Set(["exists", "empty"]);

const not =
  (value: Evaluate, unknown: Unknown): Evaluate =>
  (frame) => {
    const v = value(frame);
    return unknown(v) ? null : !bool(v);
  };

/**
 * false and unknown = false; true and unknown = unknown. An unknown left side still asks the right
 * one, which may settle it.
 */
const and =
  (left: Evaluate, right: Evaluate, unknown: Unknown): Evaluate =>
  (frame) => {
    const a = left(frame);
    if (a === false) return false;
    const open = a !== true && unknown(a);
    if (!open && !bool(a)) return false;
    const b = right(frame);
    if (b === false) return false;
    if (unknown(b)) return null;
    return bool(b) && (open ? null : true);
  };

const or =
  (left: Evaluate, right: Evaluate, unknown: Unknown): Evaluate =>
  (frame) => {
    const a = left(frame);
    if (a === true) return true;
    const open = a !== false && unknown(a);
    if (!open && bool(a)) return true;
    const b = right(frame);
    if (b === true) return true;
    if (unknown(b)) return null;
    return bool(b) || (open ? null : false);
  };

const conditional =
  (test: Evaluate, then: Evaluate, otherwise: Evaluate, unknown: Unknown): Evaluate =>
  (frame) => {
    const t = test(frame);
    if (unknown(t)) return null;
    return bool(t) ? then(frame) : otherwise(frame);
  };

/**
 * Is every item of the left list among those of the right? One unknown item leaves it open, unless
 * another is surely not there.
 */
const membership =
  (left: Evaluate, right: Evaluate, negated: boolean, unknown: Unknown): Evaluate =>
  (frame) => {
    const a = left(frame);
    const b = right(frame);
    if (unknown(a) || unknown(b)) return null;
    const items = arr(a);
    const among = arr(b);
    if (items.length * among.length > 64) spendSteps(items.length * among.length);
    const absent = items.filter((item) => !among.includes(item) || unknown(item));
    if (absent.length === 0) return !negated;
    return among.some(unknown) || absent.every(unknown) ? null : negated;
  };
