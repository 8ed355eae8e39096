import { type PythonToken, pythonTokens } from "./tokens.ts";
import { inexpressible, type PythonLoop, type PythonNode } from "./tree.ts";

/** How tightly Python's operators bind: the loosest first. */
const BINARY: readonly (readonly string[])[] = [["|"], ["&"], ["+", "-"], ["*", "/", "//", "%"]];
const COMPARISONS = ["==", "!=", "<", "<=", ">", ">="];
const KEYWORDS = new Set("and or not in is if else for lambda async await yield".split(" "));
/** What a hostile file may nest before the stack ends. */
const MAX_DEPTH = 60;

/** Where the reader is. */
type Cursor = { tokens: readonly PythonToken[]; at: number; depth: number };

/** Throws Inexpressible where the text is no Python expression, or one that rules do not use. */
export function readPython(text: string): PythonNode {
  const cursor: Cursor = { tokens: pythonTokens(text), at: 0, depth: 0 };
  const node = readTuple(cursor);
  if (cursor.at < cursor.tokens.length) inexpressible(`did not expect ${shown(cursor)} here`);
  return node;
}

const shown = ({ tokens, at }: Cursor): string =>
  tokens[at] === undefined ? "the end" : JSON.stringify(String(tokens[at].value));

const isNext = ({ tokens, at }: Cursor, value: string): boolean => {
  const token = tokens[at];
  return token !== undefined && token.kind !== "text" && token.value === value;
};

function take(cursor: Cursor, value: string): boolean {
  const isThere = isNext(cursor, value);
  if (isThere) cursor.at += 1;
  return isThere;
}

function need(cursor: Cursor, value: string): void {
  if (!take(cursor, value))
    inexpressible(`expected ${JSON.stringify(value)} before ${shown(cursor)}`);
}

function takeName(cursor: Cursor): string {
  const token = cursor.tokens[cursor.at];
  if (token?.kind !== "name" || KEYWORDS.has(token.value))
    inexpressible(`expected a name before ${shown(cursor)}`);
  cursor.at += 1;
  return token.value;
}

/** `a, b` without brackets is a tuple too. */
function readTuple(cursor: Cursor): PythonNode {
  const first = readChoice(cursor);
  if (!isNext(cursor, ",")) return first;
  const items = [first];
  while (take(cursor, ",")) if (cursor.at < cursor.tokens.length) items.push(readChoice(cursor));
  return { kind: "list", items };
}

function readChoice(cursor: Cursor): PythonNode {
  cursor.depth += 1;
  if (cursor.depth > MAX_DEPTH) inexpressible(`nests deeper than ${MAX_DEPTH} levels`);
  if (take(cursor, "lambda")) {
    const parameter = takeName(cursor);
    need(cursor, ":");
    return { kind: "lambda", parameter, body: readChoice(cursor) };
  }
  const then = readLogic(cursor, "or");
  let node = then;
  if (take(cursor, "if")) {
    const test = readLogic(cursor, "or");
    need(cursor, "else");
    node = { kind: "choice", test, then, otherwise: readChoice(cursor) };
  }
  cursor.depth -= 1;
  return node;
}

function readLogic(cursor: Cursor, operator: "and" | "or"): PythonNode {
  const part = () => (operator === "or" ? readLogic(cursor, "and") : readNot(cursor));
  const first = part();
  if (!isNext(cursor, operator)) return first;
  const parts = [first];
  while (take(cursor, operator)) parts.push(part());
  return { kind: "logic", operator, parts };
}

function readNot(cursor: Cursor): PythonNode {
  let negations = 0;
  while (take(cursor, "not")) negations += 1;
  const value = readComparison(cursor);
  if (negations === 0) return value;
  const once: PythonNode = { kind: "unary", operator: "not", value };
  return negations % 2 === 1 ? once : { kind: "unary", operator: "not", value: once };
}

function readComparison(cursor: Cursor): PythonNode {
  const first = readBinary(cursor, 0);
  const rest: { operator: string; right: PythonNode }[] = [];
  for (let operator = takeComparison(cursor); operator; operator = takeComparison(cursor))
    rest.push({ operator, right: readBinary(cursor, 0) });
  return rest.length === 0 ? first : { kind: "comparison", first, rest };
}

function takeComparison(cursor: Cursor): string | undefined {
  if (take(cursor, "in")) return "in";
  if (take(cursor, "is")) return take(cursor, "not") ? "!=" : "==";
  if (isNext(cursor, "not")) {
    cursor.at += 1;
    need(cursor, "in");
    return "not in";
  }
  return COMPARISONS.find((operator) => take(cursor, operator));
}

function readBinary(cursor: Cursor, level: number): PythonNode {
  const operators = BINARY[level];
  if (!operators) return readSigned(cursor);
  let left = readBinary(cursor, level + 1);
  for (;;) {
    const operator = operators.find((each) => take(cursor, each));
    if (!operator) return left;
    left = { kind: "binary", operator, left, right: readBinary(cursor, level + 1) };
  }
}

function readSigned(cursor: Cursor): PythonNode {
  const operator = (["-", "+", "~"] as const).find((sign) => take(cursor, sign));
  if (operator) {
    cursor.depth += 1;
    if (cursor.depth > MAX_DEPTH) inexpressible(`nests deeper than ${MAX_DEPTH} levels`);
    const value = readSigned(cursor);
    cursor.depth -= 1;
    return { kind: "unary", operator, value };
  }
  const base = readParts(cursor);
  return take(cursor, "**")
    ? { kind: "binary", operator: "**", left: base, right: readSigned(cursor) }
    : base;
}

/** A value, and what is called or asked of it. */
function readParts(cursor: Cursor): PythonNode {
  let node = readAtom(cursor);
  for (;;) {
    if (take(cursor, ".")) node = { kind: "attribute", of: node, name: takeName(cursor) };
    else if (take(cursor, "[")) {
      node = { kind: "item", of: node, key: readTuple(cursor) };
      need(cursor, "]");
    } else if (take(cursor, "(")) node = { kind: "call", of: node, args: readArguments(cursor) };
    else return node;
  }
}

function readArguments(cursor: Cursor): PythonNode[] {
  const args: PythonNode[] = [];
  while (!take(cursor, ")")) {
    const arg = readChoice(cursor);
    args.push(isNext(cursor, "for") ? readLoop(cursor, arg) : arg);
    if (!isNext(cursor, ")")) need(cursor, ",");
  }
  return args;
}

function readAtom(cursor: Cursor): PythonNode {
  const token = cursor.tokens[cursor.at];
  if (token?.kind === "number") {
    cursor.at += 1;
    return token;
  }
  if (token?.kind === "text") return readTexts(cursor);
  if (take(cursor, "(")) return readBrackets(cursor, ")");
  if (take(cursor, "[")) return readBrackets(cursor, "]");
  if (take(cursor, "{")) return readBrackets(cursor, "}");
  const name = takeName(cursor);
  const constant = CONSTANTS.get(name);
  return constant === undefined ? { kind: "name", name } : { kind: "constant", value: constant };
}

/** Python's, and the ones that JSON and YAML write. */
const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([
  ["True", true],
  ["true", true],
  ["False", false],
  ["false", false],
  ["None", null],
  ["null", null],
]);

/** A list, a tuple, a set, a loop, or one value in brackets. */
function readBrackets(cursor: Cursor, end: ")" | "]" | "}"): PythonNode {
  const items: PythonNode[] = [];
  let isList = end !== ")";
  while (!take(cursor, end)) {
    const item = readChoice(cursor);
    if (items.length === 0 && isNext(cursor, "for")) {
      const loop = readLoop(cursor, item);
      need(cursor, end);
      return loop;
    }
    items.push(item);
    if (take(cursor, ",")) isList = true;
    else if (!isNext(cursor, end)) inexpressible(`did not expect ${shown(cursor)} here`);
  }
  const [only] = items;
  return only && !isList ? only : { kind: "list", items };
}

function readLoop(cursor: Cursor, what: PythonNode): PythonLoop {
  const rounds: PythonLoop["rounds"] = [];
  while (take(cursor, "for")) {
    const name = takeName(cursor);
    need(cursor, "in");
    const among = readLogic(cursor, "or");
    const tests: PythonNode[] = [];
    while (take(cursor, "if")) tests.push(readLogic(cursor, "or"));
    rounds.push({ name, among, tests });
  }
  return { kind: "loop", what, rounds };
}

/** Texts side by side are one text; an f-string holds expressions. */
function readTexts(cursor: Cursor): PythonNode {
  const parts: PythonNode[] = [];
  for (;;) {
    const token = cursor.tokens[cursor.at];
    if (token?.kind !== "text") break;
    cursor.at += 1;
    parts.push(...(token.isFormat ? formatParts(token.value) : [asText(token.value)]));
  }
  const [only] = parts;
  return only?.kind === "text" && parts.length === 1 ? only : { kind: "joined", parts };
}

const asText = (value: string): PythonNode => ({ kind: "text", value });

function formatParts(text: string): PythonNode[] {
  return text.split(/(\{\{|\}\}|\{[^{}]*\})/).flatMap((part): PythonNode[] => {
    if (part === "") return [];
    if (part === "{{" || part === "}}") return [asText(part.slice(1))];
    if (!part.startsWith("{")) return [asText(part)];
    const inside = part.slice(1, -1);
    if (/[!:]/.test(inside)) inexpressible(`${part} is formatted, which no condition can`);
    return [readPython(inside)];
  });
}
