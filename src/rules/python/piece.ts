import type { FactKind, FactVocabulary } from "../../model/facts.ts";
import type { CheckScope, ValueType } from "../language/check.ts";
import { inexpressible, type PythonNode, type PythonNodeOf } from "./tree.ts";

/**
 * A part of a condition in our language. An atom needs no brackets beside any operator, a link none
 * beside `and` and `or`.
 */
export type Piece = { text: string; type: ValueType; binds: "atom" | "link" | "loose" };

/** What the translation knows, and how its parts call each other. */
export type PythonWriter = {
  vocabulary: FactVocabulary;
  scope: CheckScope;
  /** The text of a setting that Python reads from its environment. */
  setting(name: string, fallback: PythonNode | undefined): string;
  note(text: string): void;
  /** Refuses when loops are written out to more parts than a condition has. */
  spend(rounds: number): void;
  /** The node as a condition. */
  truth(node: PythonNode): Piece;
  /** The node as a number, a text or a list. */
  value(node: PythonNode): Piece;
};

export const atom = (text: string, type: ValueType): Piece => ({
  text,
  type,
  binds: "atom",
});
export const compound = (text: string, type: ValueType): Piece => ({
  text,
  type,
  binds: "loose",
});
export const related = (text: string): Piece => ({ text, type: "truth", binds: "link" });
export const bracketed = ({ text, binds }: Piece): string =>
  binds === "atom" ? text : `(${text})`;

export const quoted = (text: string): string => {
  // The language knows no other escapes than these two.
  if (/[\n\r\t]/.test(text)) inexpressible("a text with a line break or a tab");
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
};

export function written(value: number): string {
  if (!Number.isFinite(value)) inexpressible(`${value} is no number`);
  return value.toLocaleString("en", { useGrouping: false, maximumFractionDigits: 20 });
}

/** Pieces joined by `and` or `or`; one alone stays as it is. */
export function joined(pieces: readonly Piece[], operator: "and" | "or"): Piece {
  const [only] = pieces;
  if (!only) return inexpressible("an empty list");
  if (pieces.length === 1) return only;
  const parts = pieces.map((piece) => (piece.binds === "link" ? piece.text : bracketed(piece)));
  return compound(parts.join(` ${operator} `), "truth");
}

export function negated(piece: Piece): Piece {
  const asked = /^not (empty\(\w+\))$/.exec(piece.text)?.[1];
  return asked === undefined ? related(`not ${bracketed(piece)}`) : atom(asked, "truth");
}

export const exists = (of: Piece): Piece => atom(`exists(${of.text})`, "truth");

/** `f(…)` and `math.f(…)` as "f" and "math.f"; undefined where what is called is no plain name. */
export function calledName({ of }: PythonNodeOf<"call">): string | undefined {
  if (of.kind === "name") return of.name;
  return of.kind === "attribute" && of.of.kind === "name" ? `${of.of.name}.${of.name}` : undefined;
}

/** The method of a call and what it is called on: `x.lower()`. */
export const methodOf = (node: PythonNode): { on: PythonNode; name: string } | undefined =>
  node.kind === "call" && node.of.kind === "attribute"
    ? { on: node.of.of, name: node.of.name }
    : undefined;

/** The fact of a path such as `event.mentions`, `facts["mentions"]` and `mentions`. */
export function factOf(node: PythonNode, writer: PythonWriter): string | undefined {
  const path = pathOf(node);
  if (!path) return undefined;
  const { scope } = writer;
  const [root = "", ...rest] = path;
  if (rest.length === 0) return scope.has(root) ? root : undefined;
  if (scope.has(root)) return undefined;
  const name = [rest.at(-1) ?? "", path.join("_"), rest.join("_")].find((each) => scope.has(each));
  if (name !== undefined) writer.note(`${path.join(".")} was read as ${name}`);
  return name;
}

function pathOf(node: PythonNode): string[] | undefined {
  if (node.kind === "name") return [node.name];
  const [of, name] =
    node.kind === "attribute"
      ? [node.of, node.name]
      : node.kind === "item" && node.key.kind === "text"
        ? [node.of, node.key.value]
        : gotten(node);
  const before = of && pathOf(of);
  return before && name !== undefined ? [...before, name] : undefined;
}

/** `facts.get("mentions")` and `getattr(event, "mentions")`, with their default where they have one. */
export function gotten(node: PythonNode): [PythonNode, string, PythonNode?] | [] {
  if (node.kind !== "call") return [];
  const isGetattr = node.of.kind === "name" && node.of.name === "getattr";
  const method = methodOf(node);
  const [of, key, fallback] = isGetattr
    ? node.args
    : method?.name === "get"
      ? [method.on, ...node.args]
      : [];
  if (!of || key?.kind !== "text") return [];
  return fallback ? [of, key.value, fallback] : [of, key.value];
}

export function kindOfFact(piece: Piece, { vocabulary }: PythonWriter): FactKind | undefined {
  return Object.hasOwn(vocabulary, piece.text) ? vocabulary[piece.text] : undefined;
}

/** What is written out between brackets, with `set(…)` and its like around them or not. */
export function itemsOf(node: PythonNode): PythonNode[] | undefined {
  if (node.kind === "list") return node.items;
  if (node.kind === "binary" && node.operator === "+") {
    const [left, right] = [itemsOf(node.left), itemsOf(node.right)];
    return left && right && [...left, ...right];
  }
  const words = splitText(node);
  if (words) return words;
  const inner = collected(node);
  return inner && itemsOf(inner);
}

/** `"BTC,ETH".split(",")`: without a sign it is cut at blanks. */
function splitText(node: PythonNode): PythonNode[] | undefined {
  const method = methodOf(node);
  if (node.kind !== "call" || method?.name !== "split" || method.on.kind !== "text")
    return undefined;
  const [sign, ...more] = node.args;
  if (more.length > 0 || (sign && (sign.kind !== "text" || sign.value === ""))) return undefined;
  const text = method.on.value;
  const parts = sign?.kind === "text" ? text.split(sign.value) : text.trim().split(/\s+/);
  return parts.map((value) => ({ kind: "text", value }));
}

/** What `set(x)`, `list(x)`, `x or []` and `x` hold. */
export function collected(node: PythonNode): PythonNode | undefined {
  if (node.kind === "logic" && node.operator === "or" && node.parts.length === 2) {
    const [value, empty] = node.parts;
    return empty && itemsOf(empty)?.length === 0 ? value : undefined;
  }
  if (node.kind !== "call" || node.of.kind !== "name") return undefined;
  const isCollection = ["set", "frozenset", "list", "tuple", "sorted"].includes(node.of.name);
  if (isCollection && node.args.length === 0) return { kind: "list", items: [] };
  return isCollection && node.args.length === 1 ? node.args[0] : undefined;
}

/** The list of texts that a node is, such as `keywords`. */
export function listFact(node: PythonNode, writer: PythonWriter): string | undefined {
  const [, , fallback] = gotten(node);
  if (fallback && itemsOf(fallback)?.length !== 0) return undefined;
  const fact = factOf(node, writer);
  if (fact !== undefined) return writer.scope.get(fact) === "list" ? fact : undefined;
  const inner = collected(node);
  return inner && listFact(inner, writer);
}

/** A text in the case that the fact's texts have: `symbol.lower() == "btc"` asks for BTC. */
export function inCaseOf(text: string, method: string, fact: Piece, writer: PythonWriter): string {
  const sameCase = method === "upper" ? text.toUpperCase() : text.toLowerCase();
  if (sameCase !== text) inexpressible(`${fact.text}.${method}() never holds ${quoted(text)}`);
  const kind = kindOfFact(fact, writer);
  const value = kind?.values?.find((each) => each.toLowerCase() === text.toLowerCase());
  const rewritten = value ?? kind?.form?.rewrite?.(text);
  if (rewritten === undefined || rewritten.toLowerCase() !== text.toLowerCase())
    return inexpressible(`no case of ${fact.text} is known, and no condition changes the case`);
  return rewritten;
}

/** What `x.strip()` is called on. With characters of its own it takes off more than blanks. */
export const stripped = (node: PythonNode): PythonNode | undefined =>
  node.kind === "call" && node.args.length === 0 && methodOf(node)?.name === "strip"
    ? methodOf(node)?.on
    : undefined;

/** `x.lower()`, `x.upper()`, with or without `x.strip()`. */
export function withoutCase(node: PythonNode): { on: PythonNode; method: string } | undefined {
  const method = methodOf(node);
  if (!method) return undefined;
  const bare = stripped(node);
  if (bare) return withoutCase(bare);
  if (!["lower", "upper", "casefold"].includes(method.name)) return undefined;
  return { on: stripped(method.on) ?? method.on, method: method.name };
}
