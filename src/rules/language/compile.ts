import { UnknownFunctionError } from "filtrex/dist/esnext/errors.mjs";
import { arr, bool } from "filtrex/dist/esnext/utils.mjs";
import { arithmetic, comparison, negative } from "./operators.ts";
import type { Expression } from "./syntax.ts";

/** Throws filtrex's error classes when a value has the wrong type. */
export type Evaluate<Frame> = (frame: Frame) => unknown;

/** What the language leaves open: where names lead, and what null means. */
export type Dialect<Frame> = {
  read(name: string, quoted: boolean): Evaluate<Frame>;
  /** Where the frame is an array: the place of a name in it, so that a comparison can read it without a call. */
  slot?(name: string): number;
  property(name: string, quoted: boolean): (object: unknown) => unknown;
  functions: Readonly<Record<string, (...args: unknown[]) => unknown>>;
  /** A compiled `~=` pattern; called once for a literal. */
  matcher(pattern: string): (text: string) => boolean;
  /** True for a value that stands for "not known": whatever is computed from it is null, by three-valued logic. filtrex itself knows none. */
  unknown(value: unknown): boolean;
};

/** Closures that answer what filtrex's generated JavaScript answers, in the same order of evaluation, with the same errors. */
export function compile<Frame>(node: Expression, dialect: Dialect<Frame>): Evaluate<Frame> {
  const of = (part: Expression) => compile(part, dialect);
  switch (node.kind) {
    case "number":
      return constant(numeral(node.digits));
    case "text":
      return constant(node.value);
    case "name":
      return dialect.read(node.name, node.quoted);
    case "property":
      return propertyOf(of(node.of), dialect.property(node.name, node.quoted));
    case "call":
      return call(node.name, node.args.map(of), dialect);
    case "list":
      return each(node.items.map(of));
    case "negative":
      return negative(of(node.value), dialect.unknown);
    case "arithmetic":
      return arithmetic(node.operator, of(node.left), of(node.right), dialect.unknown);
    case "relation":
      return comparison(node, of, dialect);
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

type Unknown = Dialect<never>["unknown"];

const constant = (value: unknown) => () => value;

const propertyOf =
  <Frame>(object: Evaluate<Frame>, get: (object: unknown) => unknown): Evaluate<Frame> =>
  (frame) =>
    get(object(frame));

const each =
  <Frame>(items: Evaluate<Frame>[]): Evaluate<Frame> =>
  (frame) =>
    items.map((item) => item(frame));

/** filtrex hands digits to JavaScript as they are: a leading zero makes them octal, unless an 8 or 9 stands among them. */
export function numeral(digits: string): number {
  if (!/^0[0-7]+(\.|$)/.test(digits)) return Number(digits);
  if (digits.includes(".")) throw new SyntaxError(`${digits} is no number: a leading zero makes it octal`);
  return Number.parseInt(digits, 8);
}

function call<Frame>(name: string, args: Evaluate<Frame>[], { functions, unknown }: Dialect<Frame>): Evaluate<Frame> {
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
  <Frame>(value: Evaluate<Frame>, unknown: Unknown): Evaluate<Frame> =>
  (frame) => {
    const v = value(frame);
    return unknown(v) ? null : !bool(v);
  };

/** false and unknown = false; true and unknown = unknown. An unknown left side still asks the right one, which may settle it. */
const and =
  <Frame>(left: Evaluate<Frame>, right: Evaluate<Frame>, unknown: Unknown): Evaluate<Frame> =>
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
  <Frame>(left: Evaluate<Frame>, right: Evaluate<Frame>, unknown: Unknown): Evaluate<Frame> =>
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
  <Frame>(test: Evaluate<Frame>, then: Evaluate<Frame>, otherwise: Evaluate<Frame>, unknown: Unknown): Evaluate<Frame> =>
  (frame) => {
    const t = test(frame);
    if (unknown(t)) return null;
    return bool(t) ? then(frame) : otherwise(frame);
  };

/** Is every item of the left list among those of the right? One unknown item leaves it open, unless another is surely not there. */
const membership =
  <Frame>(left: Evaluate<Frame>, right: Evaluate<Frame>, negated: boolean, unknown: Unknown): Evaluate<Frame> =>
  (frame) => {
    const a = left(frame);
    const b = right(frame);
    if (unknown(a) || unknown(b)) return null;
    const items = arr(a);
    const among = arr(b);
    const absent = items.filter((item) => !among.includes(item) || unknown(item));
    if (absent.length === 0) return !negated;
    return among.some(unknown) || absent.every(unknown) ? null : negated;
  };
