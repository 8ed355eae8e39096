import { lengthValue } from "./comparisons.ts";
import {
  atom,
  bracketed,
  calledName,
  compound,
  factOf,
  gotten,
  joined,
  kindOfFact,
  methodOf,
  type Piece,
  type PythonWriter,
  quoted,
  stripped,
  withoutCase,
  written,
} from "./piece.ts";
import { inexpressible, type PythonNode, type PythonNodeOf } from "./tree.ts";

/** A number, a text or the name of a list. */
export function value(node: PythonNode, writer: PythonWriter): Piece {
  const fact = factOf(node, writer);
  if (fact !== undefined) return withDefault(node, fact, writer);
  switch (node.kind) {
    case "number":
      return atom(written(node.value), "number");
    case "text":
      return atom(quoted(node.value), "text");
    case "joined":
      return joinedText(node.parts.map(writer.value));
    case "constant":
      if (node.value === null) return inexpressible("None as a value");
      return atom(node.value ? "1" : "0", "number");
    case "unary":
      return signed(node, writer);
    case "binary":
      return arithmetic(node, writer);
    case "choice":
      return choice(
        writer.truth(node.test).text,
        writer.value(node.then),
        writer.value(node.otherwise),
      );
    case "logic":
      return orDefault(node, writer);
    case "call":
      return call(node, writer);
    case "comparison":
      return writer.truth(node);
    case "name":
      return inexpressible(`no fact is called ${node.name}`);
    case "attribute":
      return inexpressible(`no fact is called ${node.name}`);
    case "item":
      return inexpressible("a part of a value");
    case "list":
      return inexpressible("a list by itself");
    default:
      return inexpressible(`a ${node.kind} as a value`);
  }
}

function withDefault(node: PythonNode, fact: string, writer: PythonWriter): Piece {
  const piece = atom(fact, writer.scope.get(fact) ?? "number");
  const [, , fallback] = gotten(node);
  if (!fallback || (fallback.kind === "constant" && fallback.value === null)) return piece;
  if (piece.type === "list" && fallback.kind === "list") return piece;
  return choice(`exists(${fact})`, piece, writer.value(fallback));
}

function choice(test: string, then: Piece, otherwise: Piece): Piece {
  if (then.type !== otherwise.type)
    inexpressible(`${then.text} or ${otherwise.text}, which are of two types`);
  return compound(`if ${test} then ${bracketed(then)} else ${bracketed(otherwise)}`, then.type);
}

/** An f-string, or texts that are added. */
function joinedText(parts: readonly Piece[]): Piece {
  if (parts.length === 0) return atom('""', "text");
  if (parts.some(({ type }) => type === "list" || type === "truth"))
    return inexpressible("a text of what is no text");
  return parts.length === 1 && parts[0]?.type === "text"
    ? parts[0]
    : compound(parts.map(bracketed).join(" + "), "text");
}

function signed({ operator, value: of }: PythonNodeOf<"unary">, writer: PythonWriter): Piece {
  if (operator === "not") return writer.truth({ kind: "unary", operator, value: of });
  const piece = numeric(writer.value(of));
  if (operator === "+") return piece;
  if (operator === "~") return inexpressible("~ of a number");
  return compound(`-${bracketed(piece)}`, "number");
}

function numeric(piece: Piece): Piece {
  return piece.type === "number" ? piece : inexpressible(`${piece.text} is no number`);
}

const OPERATORS: Readonly<Record<string, string>> = { "%": "mod", "**": "^" };

function arithmetic(node: PythonNodeOf<"binary">, writer: PythonWriter): Piece {
  const left = writer.value(node.left);
  const right = writer.value(node.right);
  if (node.operator === "+" && left.type === "text") return joinedText([left, right]);
  if (node.operator === "&" || node.operator === "|")
    return inexpressible(`${node.operator} of two values`);
  const [a, b] = [bracketed(numeric(left)), bracketed(numeric(right))];
  return node.operator === "//"
    ? atom(`floor(${a} / ${b})`, "number")
    : compound(`${a} ${OPERATORS[node.operator] ?? node.operator} ${b}`, "number");
}

/** `x or 0`: Python takes the second where the first is missing, 0 or empty. */
function orDefault({ operator, parts }: PythonNodeOf<"logic">, writer: PythonWriter): Piece {
  const [first, second, ...more] = parts;
  const [given, fallback, ...others] = parts.map(writer.value);
  if (!first || !second || !given || !fallback) return inexpressible(`${operator} of nothing`);
  const all = [given, fallback, ...others];
  if (all.every(({ type }) => type === "truth")) return joined(all, operator);
  if (operator === "and" || more.length > 0) return inexpressible(`${operator} between values`);
  const isZero = second.kind === "number" && second.value === 0;
  const test =
    given.type === "number"
      ? `exists(${given.text})${isZero ? "" : ` and ${bracketed(given)} != 0`}`
      : `not empty(${given.text})`;
  return choice(test, given, fallback);
}

const MATHS = ["abs", "ceil", "floor", "log", "log2", "log10", "max", "min", "sqrt"];

function call(node: PythonNodeOf<"call">, writer: PythonWriter): Piece {
  const name = calledName(node) ?? "";
  const bareName = name.replace(/^(?:math|np|numpy)\./, "");
  const [first, second] = node.args;
  if (["os.getenv", "os.environ.get", "getenv", "env"].includes(name) && first?.kind === "text")
    return atom(writer.setting(first.value, second), settingType(second));
  if (first && node.args.length === 1) {
    if (name === "float" || name === "Decimal") return numeric(writer.value(first));
    if (name === "int") return truncated(numeric(writer.value(first)), writer);
    if (name === "str") return textual(writer.value(first));
    if (name === "round") return atom(`round(${numeric(writer.value(first)).text})`, "number");
  }
  if (name === "round" && first && second?.kind === "number") return rounded(first, second, writer);
  if (name === "pow" && first && second && node.args.length === 2)
    return arithmetic({ kind: "binary", operator: "**", left: first, right: second }, writer);
  const length = lengthValue(node, writer);
  if (length) return length;
  if (MATHS.includes(bareName)) return maths(bareName, node.args, writer);
  return method(node, name, writer);
}

const settingType = (fallback: PythonNode | undefined): "number" | "text" =>
  fallback?.kind === "text" && !/^-?\d+(\.\d+)?$/.test(fallback.value) ? "text" : "number";

function method(node: PythonNodeOf<"call">, name: string, writer: PythonWriter): Piece {
  const inner = stripped(node);
  if (inner) return writer.value(inner);
  const changed = withoutCase(node);
  const piece = changed && writer.value(changed.on);
  const kind = piece && kindOfFact(piece, writer);
  const isSame =
    changed?.method === "upper"
      ? kind?.form?.rewrite?.("a") === "A"
      : kind?.values?.every((each) => each === each.toLowerCase());
  if (piece && isSame) return piece;
  return inexpressible(`${name || methodOf(node)?.name || "what is called"}()`);
}

function maths(name: string, args: readonly PythonNode[], writer: PythonWriter): Piece {
  const [only] = args;
  const given = args.length === 1 && only?.kind === "list" ? only.items : args;
  const pieces = given.map((arg) => numeric(writer.value(arg)));
  const [number, base] = pieces;
  if (name === "log" && number && base)
    return compound(`log(${number.text}) / log(${base.text})`, "number");
  return atom(`${name}(${pieces.map(({ text }) => text).join(", ")})`, "number");
}

function textual(piece: Piece): Piece {
  return piece.type === "text" ? piece : inexpressible(`${piece.text} as a text`);
}

/** int() cuts towards 0. */
function truncated(piece: Piece, writer: PythonWriter): Piece {
  const kind = kindOfFact(piece, writer);
  if (kind?.whole) return piece;
  if ((kind?.least ?? -1) >= 0) return atom(`floor(${piece.text})`, "number");
  return choice(
    `${bracketed(piece)} >= 0`,
    atom(`floor(${piece.text})`, "number"),
    atom(`ceil(${piece.text})`, "number"),
  );
}

function rounded(of: PythonNode, digits: PythonNodeOf<"number">, writer: PythonWriter): Piece {
  const scale = written(10 ** digits.value);
  return compound(`round(${bracketed(numeric(writer.value(of)))} * ${scale}) / ${scale}`, "number");
}
