import {
  bracketed,
  calledName,
  inCaseOf,
  itemsOf,
  joined,
  methodOf,
  type Piece,
  type PythonWriter,
  quoted,
  related,
  withoutCase,
} from "./piece.ts";
import { inexpressible, type PythonNode } from "./tree.ts";

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

const matches = (of: Piece, pattern: string): Piece =>
  related(`${bracketed(of)} ~= ${quoted(pattern)}`);

/** The text that is looked into, and in which case the words for it are written. */
function subject(node: PythonNode, writer: PythonWriter) {
  const changed = withoutCase(node);
  const of = writer.value(changed?.on ?? node);
  if (of.type !== "text") inexpressible(`${of.text} is no text`);
  const word = (text: PythonNode): string => {
    if (text.kind !== "text") return inexpressible("a part that is not written out");
    return changed ? inCaseOf(text.value, changed.method, of, writer) : text.value;
  };
  return { of, word };
}

/** `"INU" in symbol`. */
export function substring(part: PythonNode, whole: PythonNode, writer: PythonWriter): Piece {
  const { of, word } = subject(whole, writer);
  return matches(of, escaped(word(part)));
}

/** `symbol.startswith("PE")`, also with a tuple. */
export function affix(node: PythonNode, writer: PythonWriter): Piece | undefined {
  const method = methodOf(node);
  if (node.kind !== "call" || !method || !/^(?:starts|ends)with$/.test(method.name))
    return undefined;
  const [given, ...more] = node.args;
  if (!given || more.length > 0) return inexpressible(`${method.name}() with a place`);
  const { of, word } = subject(method.on, writer);
  const parts = (itemsOf(given) ?? [given]).map((part) => escaped(word(part)));
  return joined(
    parts.map((part) => matches(of, method.name === "startswith" ? `^${part}` : `${part}$`)),
    "or",
  );
}

const FRAMES: Readonly<Record<string, (pattern: string) => string>> = {
  "re.search": (pattern) => pattern,
  "re.match": (pattern) => `^(?:${pattern})`,
  "re.fullmatch": (pattern) => `^(?:${pattern})$`,
};

/** `re.search(pattern, text)`. */
export function matchOf(node: PythonNode, writer: PythonWriter): Piece | undefined {
  if (node.kind !== "call") return undefined;
  const frame = FRAMES[calledName(node) ?? ""];
  if (!frame) return undefined;
  const [pattern, text, flags, ...more] = node.args;
  if (pattern?.kind !== "text" || !text || more.length > 0)
    return inexpressible("a pattern that is not written out");
  const { of } = subject(text, writer);
  const withoutCaseFlag = /^\(\?i\)/.test(pattern.value) || isIgnoreCase(flags);
  if (flags && !isIgnoreCase(flags)) inexpressible("a pattern with flags");
  const source = pattern.value.replace(/^\(\?i\)/, "");
  return matches(of, frame(withoutCaseFlag ? inEitherCase(source) : source));
}

const isIgnoreCase = (flags: PythonNode | undefined): boolean =>
  flags?.kind === "attribute" && ["I", "IGNORECASE"].includes(flags.name);

/** Each letter as `[aA]`, where the pattern holds no classes or escapes of letters. */
function inEitherCase(source: string): string {
  if (/[[\\]/.test(source)) return inexpressible("a pattern that ignores the case of a class");
  return source.replace(/\p{L}/gu, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`);
}

/** `len(symbol) > 3` as a pattern of so many characters. */
export function lengthPattern(fact: string, operator: string, limit: number | undefined): Piece {
  if (limit === undefined || !Number.isInteger(limit) || limit < 0 || limit > 90)
    return inexpressible(`a length of ${fact} that is compared with no small whole number`);
  const [least, most] = {
    ">": [limit + 1, ""],
    ">=": [limit, ""],
    "<": [0, limit - 1],
    "<=": [0, limit],
    "==": [limit, limit],
    "!=": [limit, limit],
  }[operator] ?? [0, ""];
  const pattern = `${fact} ~= "^.{${least},${most}}$"`;
  if (Number(most) < 0) return inexpressible(`a length of ${fact} below 0`);
  return related(operator === "!=" ? `not (${pattern})` : pattern);
}
