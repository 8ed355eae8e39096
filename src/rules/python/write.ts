import type { FactVocabulary } from "../../model/facts.ts";
import type { CheckScope } from "../language/check.ts";
import { comparison } from "./comparisons.ts";
import { common, quantified, setRelation } from "./loops.ts";
import { affix, matchOf } from "./patterns.ts";
import {
  atom,
  calledName,
  compound,
  exists,
  factOf,
  joined,
  kindOfFact,
  negated,
  type Piece,
  type PythonWriter,
  related,
} from "./piece.ts";
import { readPython } from "./read.ts";
import { Inexpressible, inexpressible, type PythonNode, type PythonNodeOf } from "./tree.ts";
import { value } from "./values.ts";

export type PythonResult =
  | { kind: "written"; text: string; notes: string[] }
  /** It is Python, and says what no condition here can say. */
  | { kind: "inexpressible"; why: string }
  | { kind: "not python" };

type Known = {
  vocabulary: FactVocabulary;
  scope: CheckScope;
  setting: PythonWriter["setting"];
};

/** Loops within loops multiply. */
const MAX_ROUNDS = 200;

/** A Python expression as a condition, or a number expression, of our language. */
export function fromPython(text: string, wanted: "truth" | "number", known: Known): PythonResult {
  const read = attempt(() => readPython(text));
  if (read instanceof Inexpressible) return { kind: "not python" };
  const notes: string[] = [];
  let left = MAX_ROUNDS;
  const writer: PythonWriter = {
    ...known,
    note: (note) => notes.push(note),
    spend(rounds) {
      left -= rounds;
      if (left < 0) inexpressible(`loops of more than ${MAX_ROUNDS} rounds`);
    },
    truth: (node) => truth(node, writer),
    value: (node) => value(node, writer),
  };
  const body = read.kind === "lambda" ? read.body : read;
  const piece = attempt(() => (wanted === "truth" ? writer.truth(body) : writer.value(body)));
  return piece instanceof Inexpressible
    ? { kind: "inexpressible", why: piece.message }
    : { kind: "written", text: piece.text, notes };
}

function attempt<T>(work: () => T): T | Inexpressible {
  try {
    return work();
  } catch (fault) {
    if (fault instanceof Inexpressible) return fault;
    throw fault;
  }
}

function truth(node: PythonNode, writer: PythonWriter): Piece {
  switch (node.kind) {
    case "constant":
      return constant(node);
    case "number":
      return node.value === 0 || node.value === 1
        ? related(`1 == ${node.value}`)
        : inexpressible(`${node.value} by itself always holds`);
    case "text":
    case "joined":
      return inexpressible("a text by itself always holds");
    case "logic":
      return joined(node.parts.map(writer.truth), node.operator);
    case "unary":
      if (node.operator !== "not" && node.operator !== "~") break;
      return negated(writer.truth(node.value));
    case "comparison":
      return comparison(node, writer);
    case "loop":
      return quantified("any", { ...node, what: { kind: "constant", value: true } }, writer);
    case "binary":
      return bitwise(node, writer);
    case "choice":
      return compound(
        `if ${writer.truth(node.test).text} then (${branch(node.then, writer).text}) ` +
          `else (${branch(node.otherwise, writer).text})`,
        "truth",
      );
    case "call":
      return called(node, writer) ?? bare(node, writer);
  }
  return bare(node, writer);
}

/** `5 if x else 0`: a number holds unless it is 0. */
const branch = (node: PythonNode, writer: PythonWriter): Piece =>
  node.kind === "number" ? related(`1 == ${node.value === 0 ? 0 : 1}`) : writer.truth(node);

function constant({ value }: PythonNodeOf<"constant">): Piece {
  if (value === null) return inexpressible("None by itself never holds");
  return related(`1 == ${value ? 1 : 0}`);
}

/** What a value asks where it stands as a condition: is it neither 0 nor empty? */
function bare(node: PythonNode, writer: PythonWriter): Piece {
  const piece = writer.value(node);
  if (piece.type === "truth") return piece;
  return piece.type === "number"
    ? atom(`(${piece.text} != 0)`, "truth")
    : related(`not empty(${piece.text})`);
}

/** `&` of sets asks for what they have in common; of conditions it is `and`. */
function bitwise(node: PythonNodeOf<"binary">, writer: PythonWriter): Piece {
  const shared = common(node, writer);
  if (shared) return joined(shared, "or");
  if (node.operator !== "&" && node.operator !== "|") return bare(node, writer);
  const sides = [node.left, node.right];
  if (sides.some((side) => side.kind === "number"))
    inexpressible(`${node.operator} binds more tightly than a comparison: write and, or`);
  if (node.operator === "|") return joined(sides.map(writer.truth), "or");
  for (const side of sides) mustBeOneBit(side, writer);
  return joined(sides.map(writer.truth), "and");
}

/** Of numbers `&` takes the bits that both have: 1 & 10 is 0, though both hold. */
function mustBeOneBit(node: PythonNode, writer: PythonWriter): void {
  if (factOf(node, writer) === undefined && node.kind !== "binary") return;
  const piece = writer.value(node);
  const kind = kindOfFact(piece, writer);
  const isFlag = kind?.least === 0 && kind.most === 1 && kind.whole === true;
  if (piece.type === "number" && !isFlag) inexpressible(`& of the bits of ${piece.text}`);
}

function called(node: PythonNodeOf<"call">, writer: PythonWriter): Piece | undefined {
  const name = calledName(node);
  const [first] = node.args;
  if (first && node.args.length === 1) {
    if (name === "any" || name === "all") return quantified(name, first, writer);
    if (name === "bool") return writer.truth(first);
    if (name === "len" && first.kind !== "loop") return writer.truth(first);
    if (name === "math.isnan" || name === "isnan" || name === "pd.isna" || name === "pd.isnull")
      return negated(exists(writer.value(first)));
  }
  const shared = common(node, writer);
  if (shared) return joined(shared, "or");
  return setRelation(node, writer) ?? affix(node, writer) ?? matchOf(node, writer);
}
