import { compileExpression } from "filtrex";
import { UnknownPropertyError } from "filtrex/dist/esnext/errors.mjs";
import { compileNode } from "../../../src/rules/language/compile.ts";
import type { LanguageDialect } from "../../../src/rules/language/dialect.ts";
import { parseExpression } from "../../../src/rules/language/grammar.ts";
import type { ExpressionNode } from "../../../src/rules/language/syntax.ts";

export type Data = Record<string, unknown>;
/**
 * An answer in a form that can be compared and printed: a value, or the class and message of an
 * error and when it came.
 */
export type Answer =
  | { value: unknown }
  | { fails: "when read" | "when run"; error: string; message: string };

/** What filtrex itself answers. It generates code, so this runs in Node alone. */
export function askFiltrex(expression: string, data: Data): Answer {
  try {
    return outcome(compileExpression(expression)(data));
  } catch (fault) {
    return failure("when read", fault);
  }
}

/**
 * What our closures answer under filtrex's own rules: properties of an object, null is a value,
 * patterns are JavaScript's.
 */
export function askOurs(
  text: string,
  data: Data,
  change: (node: ExpressionNode) => ExpressionNode = (node) => node,
): Answer {
  const parsed = parseExpression(text);
  if (parsed.kind === "refused") return failure("when read", new Error(parsed.message));
  try {
    const { dialect, frameOf } = asFiltrex();
    const expression = change(parsed.expression);
    const evaluate = compileNode(expression, dialect);
    return outcomeOf(() => evaluate(frameOf(data)));
  } catch (fault) {
    return failure("when read", fault);
  }
}

/** A thrown error is an answer: filtrex returns it. */
function outcomeOf(evaluate: () => unknown): Answer {
  try {
    return outcome(evaluate());
  } catch (fault) {
    return failure("when run", fault);
  }
}

const outcome = (value: unknown): Answer =>
  value instanceof Error ? failure("when run", value) : { value };

function failure(fails: "when read" | "when run", fault: unknown): Answer {
  if (!(fault instanceof Error)) throw fault;
  // filtrex has V8 read 01.5 as generated code; V8's words about that code change with V8 and with
  // what stands around it.
  const message = fails === "when read" && fault instanceof SyntaxError ? "" : fault.message;
  return { fails, error: fault.constructor.name, message };
}

function own(object: unknown, name: string): unknown {
  if (
    (typeof object === "object" || typeof object === "function") &&
    object !== null &&
    Object.hasOwn(object, name)
  )
    return (object as Data)[name];
  throw new UnknownPropertyError(name);
}

const FUNCTIONS: Record<string, (...args: never[]) => unknown> = {
  abs: Math.abs,
  ceil: Math.ceil,
  floor: Math.floor,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  max: Math.max,
  min: Math.min,
  round: Math.round,
  sqrt: Math.sqrt,
  exists: (value: unknown) => value !== undefined && value !== null,
  empty: (value: unknown) =>
    value === undefined ||
    value === null ||
    value === "" ||
    (Array.isArray(value) && value.length === 0),
};

/** Stands in the slot of a name that the object does not have. */
const ABSENT = Symbol("absent");

/**
 * A dialect that answers as filtrex does, and the frame that holds the values of an object for what
 * was compiled in it.
 */
function asFiltrex(): { dialect: LanguageDialect; frameOf: (data: Data) => unknown[] } {
  const slots: string[] = [];
  const dialect: LanguageDialect = {
    slot: (name) => (slots.includes(name) ? slots.indexOf(name) : slots.push(name) - 1),
    read(value, name) {
      if (value === ABSENT) throw new UnknownPropertyError(name);
      return value;
    },
    property: (name) => (object) => own(object, name),
    functions: FUNCTIONS as LanguageDialect["functions"],
    matcher(source) {
      const pattern = RegExp(source);
      return (text) => pattern.test(text);
    },
    unknown: () => false,
  };
  return {
    dialect,
    frameOf: (data) => slots.map((name) => (Object.hasOwn(data, name) ? data[name] : ABSENT)),
  };
}

/** Two answers agree when every bit of them does: NaN is NaN, and -0 is not 0. */
export function agree(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const keys = Object.keys(a);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    keys.length === Object.keys(b).length &&
    keys.every((key) => agree((a as Data)[key], (b as Data)[key]))
  );
}
