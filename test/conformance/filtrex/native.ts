import { compileExpression } from "filtrex";
import { UnknownPropertyError } from "filtrex/dist/esnext/errors.mjs";
import { compile, type Dialect } from "../../../src/rules/language/compile.ts";
import { parse } from "../../../src/rules/language/grammar.ts";

export type Data = Record<string, unknown>;
/** An answer in a form that can be compared and printed: a value, or the class and message of an error and when it came. */
export type Answer = { value: unknown } | { fails: "when read" | "when run"; error: string; message: string };

/** What filtrex itself answers. It generates code, so this runs in Node alone. */
export function askFiltrex(expression: string, data: Data): Answer {
  try {
    return outcome(compileExpression(expression)(data));
  } catch (fault) {
    return failure("when read", fault);
  }
}

/** What our closures answer under filtrex's own rules: properties of an object, null is a value, patterns are JavaScript's. */
export function askOurs(expression: string, data: Data): Answer {
  const parsed = parse(expression);
  if (parsed.kind === "refused") return failure("when read", new Error(parsed.message));
  try {
    const evaluate = compile(parsed.expression, AS_FILTREX);
    return outcomeOf(() => evaluate(data));
  } catch (fault) {
    return failure("when read", fault);
  }
}

/** A thrown error is an answer: filtrex returns it. */
export function outcomeOf(evaluate: () => unknown): Answer {
  try {
    return outcome(evaluate());
  } catch (fault) {
    return failure("when run", fault);
  }
}

const outcome = (value: unknown): Answer => (value instanceof Error ? failure("when run", value) : { value });

function failure(fails: "when read" | "when run", fault: unknown): Answer {
  if (!(fault instanceof Error)) throw fault;
  // filtrex has V8 read 01.5 as generated code; V8's words about that code change with V8 and with what stands around it.
  const message = fails === "when read" && fault instanceof SyntaxError ? "" : fault.message;
  return { fails, error: fault.constructor.name, message };
}

function own(object: unknown, name: string): unknown {
  if ((typeof object === "object" || typeof object === "function") && object !== null && Object.hasOwn(object, name))
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
    value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0),
};

export const AS_FILTREX: Dialect<Data> = {
  read: (name) => (data) => own(data, name),
  property: (name) => (object) => own(object, name),
  functions: FUNCTIONS as Dialect<Data>["functions"],
  matcher(source) {
    const pattern = RegExp(source);
    return (text) => pattern.test(text);
  },
  unknown: () => false,
};

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
