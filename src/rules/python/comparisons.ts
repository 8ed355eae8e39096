import { common, counted, quantified, setRelation } from "./loops.ts";
import { lengthPattern, matchOf, substring } from "./patterns.ts";
import {
  atom,
  bracketed,
  calledName,
  compound,
  exists,
  factOf,
  gotten,
  inCaseOf,
  itemsOf,
  joined,
  kindOfFact,
  listFact,
  methodOf,
  negated,
  type Piece,
  type PythonWriter,
  quoted,
  related,
  withoutCase,
} from "./piece.ts";
import { inexpressible, type PythonNode, type PythonNodeOf } from "./tree.ts";

type Link = { left: PythonNode; operator: string; right: PythonNode };

/** A chain such as `10 <= mentions < 50`: each link by itself, or as our own chain. */
export function comparison(node: PythonNodeOf<"comparison">, writer: PythonWriter): Piece {
  const relation = setRelation(node, writer);
  if (relation) return relation;
  let left = node.first;
  const links = node.rest.map(({ operator, right }): Link => {
    const link = { left, operator, right };
    left = right;
    return link;
  });
  const pieces = links.map((link) => linkOf(link, writer));
  return chain(links, writer) ?? joined(pieces, "and");
}

/** Only what has an order is chained: the language compares such a chain as Python does. */
function chain(links: readonly Link[], writer: PythonWriter): Piece | undefined {
  if (links.length < 2 || !links.every(({ operator }) => /^[<>]/.test(operator))) return undefined;
  const sides = [links[0]?.left, ...links.map(({ right }) => right)].flatMap((side) => side ?? []);
  if (sides.some((side) => lengthOf(side))) return undefined;
  const [first, ...rest] = sides.map((side) => bracketed(writer.value(side)));
  return compound(
    [first, ...rest.map((side, i) => `${links[i]?.operator} ${side}`)].join(" "),
    "truth",
  );
}

const FLIPPED: Readonly<Record<string, string>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

const isLiteral = ({ kind }: PythonNode): boolean =>
  kind === "number" || kind === "text" || kind === "constant";

function linkOf({ left, operator, right }: Link, writer: PythonWriter): Piece {
  if (operator === "in") return membership(left, right, writer);
  if (operator === "not in") return negated(membership(left, right, writer));
  if (isLiteral(left) && !isLiteral(right))
    return linkOf({ left: right, operator: FLIPPED[operator] ?? operator, right: left }, writer);
  if (right.kind === "constant") return withConstant(left, operator, right.value, writer);
  const part = countedPart(left, operator, right, writer);
  if (part) return part;
  const length = lengthOf(left);
  if (length) return lengthLink(length, operator, right, writer);
  const changed = withoutCase(left);
  if (changed && right.kind === "text" && !/[<>]/.test(operator)) {
    const of = writer.value(changed.on);
    const text = inCaseOf(right.value, changed.method, of, writer);
    return related(`${bracketed(of)} ${operator} ${quoted(text)}`);
  }
  const items = itemsOf(right);
  if (items?.length === 0 && listFact(left, writer) !== undefined)
    return operator === "==" ? negated(writer.truth(left)) : writer.truth(left);
  return plain(writer.value(left), operator, writer.value(right));
}

function plain(left: Piece, operator: string, right: Piece): Piece {
  if (left.type !== right.type && left.type !== "truth" && right.type !== "truth")
    inexpressible(`${left.text} ${operator} ${right.text} compares what is never equal`);
  return related(`${bracketed(left)} ${operator} ${bracketed(right)}`);
}

/** `is None`, `== True`. */
function withConstant(
  left: PythonNode,
  operator: string,
  value: boolean | null,
  writer: PythonWriter,
): Piece {
  const isEqual = operator === "==";
  if (!isEqual && operator !== "!=") return inexpressible(`an order of ${String(value)}`);
  if (value === null) {
    const found = matchOf(left, writer) ?? exists(writer.value(left));
    return isEqual ? negated(found) : found;
  }
  const isSum = left.kind === "binary" && left.operator !== "&" && left.operator !== "|";
  if (isSum || factOf(left, writer) !== undefined) {
    const piece = writer.value(left);
    if (piece.type !== "number") inexpressible(`${piece.text} is neither True nor False`);
    return related(`${bracketed(piece)} ${operator} ${value ? 1 : 0}`);
  }
  if (isObject(left, writer)) inexpressible("a match or a set is never True or False itself");
  const test = writer.truth(left);
  return value === isEqual ? test : negated(test);
}

/** Whether Python gets a match or a set from it, which holds and still is not True. */
function isObject(node: PythonNode, writer: PythonWriter): boolean {
  if (node.kind === "logic") return node.parts.some((part) => isObject(part, writer));
  if (node.kind === "choice")
    return [node.then, node.otherwise].some((part) => isObject(part, writer));
  if (node.kind !== "call" && node.kind !== "binary") return false;
  return matchOf(node, writer) !== undefined || common(node, writer) !== undefined;
}

/** What `len(…)`, `sum(…)` and `keywords.count(…)` count. */
function lengthOf(node: PythonNode): { name: "len" | "sum"; of: PythonNode } | undefined {
  if (node.kind !== "call") return undefined;
  const [of, ...more] = node.args;
  if (!of || more.length > 0) return undefined;
  const name = calledName(node);
  if (name === "len" || name === "sum") return { name, of };
  const method = methodOf(node);
  if (method?.name !== "count") return undefined;
  const word: PythonNode = { kind: "name", name: "_" };
  const isWord: PythonNode = {
    kind: "comparison",
    first: word,
    rest: [{ operator: "==", right: of }],
  };
  const rounds = [{ name: word.name, among: method.on, tests: [isWord] }];
  return { name: "len", of: { kind: "loop", what: word, rounds } };
}

function lengthLink(
  { name, of }: { name: "len" | "sum"; of: PythonNode },
  operator: string,
  right: PythonNode,
  writer: PythonWriter,
): Piece {
  const limit = right.kind === "number" ? right.value : undefined;
  const asksAny = limit === undefined ? undefined : asksForAny(operator, limit);
  const any = asksAny === undefined ? undefined : anyOf(name, of, writer);
  if (any) return asksAny ? any : negated(any);
  const fact = factOf(of, writer);
  if (name === "len" && fact !== undefined && writer.scope.get(fact) === "text") {
    const [, , fallback] = gotten(of);
    const isEmpty = fallback?.kind === "text" && fallback.value === "";
    if (fallback && !(isEmpty && operator.startsWith(">")))
      inexpressible(`a length of ${fact} where it is missing`);
    return lengthPattern(fact, operator, limit);
  }
  if (name === "len" && listFact(of, writer) !== undefined)
    return inexpressible("a condition asks whether a list is empty, not how long it is");
  return plain(counted(name, of, writer), operator, writer.value(right));
}

/** `symbol.count("A") > 0`: whether the part is there at all. */
function countedPart(
  node: PythonNode,
  operator: string,
  right: PythonNode,
  writer: PythonWriter,
): Piece | undefined {
  const method = methodOf(node);
  const [part] = node.kind === "call" ? node.args : [];
  if (method?.name !== "count" || part?.kind !== "text" || right.kind !== "number")
    return undefined;
  const fact = factOf(method.on, writer);
  const asksAny = asksForAny(operator, right.value);
  if (asksAny === undefined || fact === undefined || writer.scope.get(fact) !== "text")
    return undefined;
  const found = substring(part, method.on, writer);
  return asksAny ? found : negated(found);
}

/** True where the comparison asks for one or more, false where it asks for none. */
function asksForAny(operator: string, limit: number): boolean | undefined {
  const asked = `${operator}${limit}`;
  if (["!=0", ">0", ">=1"].includes(asked)) return true;
  return ["==0", "<=0", "<1"].includes(asked) ? false : undefined;
}

function anyOf(name: "len" | "sum", of: PythonNode, writer: PythonWriter): Piece | undefined {
  if (name === "len" && listFact(of, writer) !== undefined) return writer.truth(of);
  if (name === "len" && (of.kind === "loop" || common(of, writer)))
    return of.kind === "loop"
      ? quantified("any", { ...of, what: { kind: "constant", value: true } }, writer)
      : writer.truth(of);
  const isCount = of.kind === "loop" && of.what.kind === "number" && of.what.value > 0;
  return name === "sum" && isCount
    ? quantified("any", { ...of, what: { kind: "constant", value: true } }, writer)
    : undefined;
}

export function lengthValue(node: PythonNode, writer: PythonWriter): Piece | undefined {
  const length = lengthOf(node);
  return length && counted(length.name, length.of, writer);
}

function membership(left: PythonNode, right: PythonNode, writer: PythonWriter): Piece {
  const list = listFact(right, writer);
  if (list !== undefined) return inList(left, list, writer);
  const items = itemsOf(right);
  if (items) return among(left, items, writer);
  if (right.kind === "call" && right.of.kind === "name" && right.of.name === "range")
    return inRange(left, right.args, writer);
  if (right.kind === "text") return partOf(left, right.value, writer);
  const isOfFacts = right.kind === "name" && !writer.scope.has(right.name);
  if (left.kind === "text" && writer.scope.has(left.value) && isOfFacts) {
    writer.note(`"${left.value}" in ${right.name} was read as exists(${left.value})`);
    return atom(`exists(${left.value})`, "truth");
  }
  return substring(left, right, writer);
}

/**
 * `chain in "eth sol"` asks whether the fact is a part of the text: of what it can be, these are.
 * A text of one word stands for itself.
 */
function partOf(left: PythonNode, text: string, writer: PythonWriter): Piece {
  const of = writer.value(left);
  if (of.type !== "text") return inexpressible(`${of.text} is no text`);
  const { values } = kindOfFact(of, writer) ?? {};
  const parts = values?.filter((value) => text.includes(value));
  if (parts && parts.length > 0)
    return related(`${bracketed(of)} in (${parts.map(quoted).join(", ")})`);
  const words = text.split(/[\s,;|/]+/).filter((word) => word !== "");
  const list = `${bracketed(of)} in (${words.map(quoted).join(", ")})`;
  if (words.length !== 1 || words[0] !== text)
    return inexpressible(`a part of the text ${quoted(text)}; ${list} asks for its words`);
  writer.note(`a part of the text ${quoted(text)} was read as ${list}: parts of it are left out`);
  return related(list);
}

/** `"hack" in keywords`. */
function inList(left: PythonNode, list: string, writer: PythonWriter): Piece {
  const word = writer.value(left);
  if (word.type !== "text") inexpressible(`${word.text} is no text, and ${list} holds texts`);
  return related(`${bracketed(word)} in ${list}`);
}

/** `chain in ["eth", None]`: what is null is asked for by itself. */
function among(left: PythonNode, items: readonly PythonNode[], writer: PythonWriter): Piece {
  const length = lengthOf(left);
  if (length)
    return joined(
      items.map((item) => lengthLink(length, "==", item, writer)),
      "or",
    );
  if (left.kind === "constant")
    return joined(
      items.map((item) => linkOf({ left: item, operator: "==", right: left }, writer)),
      "or",
    );
  const changed = withoutCase(left);
  const of = writer.value(changed?.on ?? left);
  const isNull = (item: PythonNode) => item.kind === "constant" && item.value === null;
  const values = items.flatMap((item): string[] => {
    if (isNull(item)) return [];
    if (changed && item.kind === "text")
      return [quoted(inCaseOf(item.value, changed.method, of, writer))];
    const piece = writer.value(item);
    if (piece.type !== of.type)
      inexpressible(`${piece.text} is never equal to ${of.text}, which is of another type`);
    return [piece.text];
  });
  const found = values.length === 0 ? [] : [related(`${bracketed(of)} in (${values.join(", ")})`)];
  return joined(items.some(isNull) ? [...found, negated(exists(of))] : found, "or");
}

/** `mentions in range(3, 6)`. */
function inRange(left: PythonNode, args: readonly PythonNode[], writer: PythonWriter): Piece {
  const [from, to, step] = args.length === 1 ? [ZERO, args[0]] : args;
  if (!from || !to || step) return inexpressible("a range with steps");
  const of = writer.value(left);
  const bounds = [writer.value(from), writer.value(to)].map(bracketed);
  const within = related(`${bounds[0]} <= ${bracketed(of)} < ${bounds[1]}`);
  if (kindOfFact(of, writer)?.whole) return within;
  return joined([within, related(`${bracketed(of)} == floor(${of.text})`)], "and");
}

const ZERO: PythonNode = { kind: "number", value: 0 };
