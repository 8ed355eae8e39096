import {
  atom,
  bracketed,
  calledName,
  compound,
  inCaseOf,
  itemsOf,
  joined,
  listFact,
  methodOf,
  negated,
  type Piece,
  type PythonWriter,
  quoted,
  related,
  withoutCase,
} from "./piece.ts";
import { inexpressible, type PythonLoop, type PythonNode, withName } from "./tree.ts";

/** `any(…)` and `all(…)` over what is written out, or `any` over the words of a list. */
export function quantified(name: "any" | "all", of: PythonNode, writer: PythonWriter): Piece {
  const operator = name === "any" ? "or" : "and";
  const parts = cases(of, writer, name).map(({ tests, what }) =>
    name === "any" ? allOf([...tests, what], writer) : implied(tests, what, writer),
  );
  return joined(parts, operator);
}

const allOf = (nodes: readonly PythonNode[], writer: PythonWriter): Piece =>
  joined(
    nodes
      .filter(isOpen)
      .map((node) => writer.truth(node))
      .concat(nodes.every(isSure) ? [ALWAYS] : []),
    "and",
  );

const ALWAYS = related(`1 == 1`);
const isSure = (node: PythonNode): boolean => node.kind === "constant" && node.value === true;
const isOpen = (node: PythonNode): boolean => !isSure(node);

function implied(tests: readonly PythonNode[], what: PythonNode, writer: PythonWriter): Piece {
  const then = writer.truth(what);
  return tests.length === 0 ? then : joined([negated(allOf(tests, writer)), then], "or");
}

type Case = { tests: PythonNode[]; what: PythonNode };

/** What a loop or a list holds, one after another. */
function cases(of: PythonNode, writer: PythonWriter, use: "any" | "all" | "count"): Case[] {
  if (of.kind !== "loop") {
    const items = itemsOf(of) ?? inexpressible("a loop over what is not written out");
    return items.map((what) => ({ tests: [], what }));
  }
  const [round, ...others] = of.rounds;
  if (!round) return [{ tests: [], what: of.what }];
  const { name, among, tests } = round;
  const inner: PythonLoop = { kind: "loop", what: of.what, rounds: others };
  const items = itemsOf(among);
  const found = items
    ? items.flatMap((item) =>
        cases(withName(inner, name, item), writer, use).map((each) => ({
          ...each,
          tests: [...withName(tests, name, item), ...each.tests],
        })),
      )
    : cases(inner, writer, use).flatMap((each) =>
        wordCases(name, among, { ...each, tests: [...tests, ...each.tests] }, writer, use),
      );
  writer.spend(found.length);
  return found;
}

/** Of the words of a list only those can be asked for that the condition writes out. */
function wordCases(
  name: string,
  among: PythonNode,
  { tests, what }: Case,
  writer: PythonWriter,
  use: "any" | "all" | "count",
): Case[] {
  const list = listFact(among, writer);
  if (list === undefined) return inexpressible("a loop over what is not written out");
  if (use === "all") return otherWords(name, list, { tests, what }, writer);
  const asked = [...tests, ...(use === "count" ? [] : [what])].filter(isOpen);
  const [first = [], ...others] = asked.map((test) => wordsOf(test, name, list, writer));
  const words = first.filter((word) => others.every((each) => each.includes(word)));
  if (words.length === 0) return inexpressible(`no word of ${list} is asked for`);
  return words.map((value) => ({
    tests: [
      {
        kind: "comparison",
        first: { kind: "text", value },
        rest: [{ operator: "in", right: { kind: "name", name: list } }],
      },
    ],
    what: use === "count" ? what : { kind: "constant", value: true },
  }));
}

/** `all(k != "scam" for k in keywords)`: the word is not among them. */
function otherWords(
  name: string,
  list: string,
  { tests, what }: Case,
  writer: PythonWriter,
): Case[] {
  const [link, ...more] = what.kind === "comparison" ? what.rest : [];
  const asked = { "!=": "==", "not in": "in" }[link?.operator ?? ""];
  if (what.kind !== "comparison" || !link || !asked || more.length > 0 || tests.length > 0)
    return inexpressible(`what holds for all of ${list}`);
  const test: PythonNode = { ...what, rest: [{ ...link, operator: asked }] };
  return wordsOf(test, name, list, writer).map((value) => ({
    tests: [],
    what: {
      kind: "comparison",
      first: { kind: "text", value },
      rest: [{ operator: "not in", right: { kind: "name", name: list } }],
    },
  }));
}

/** The words for which a test of the loop's name holds. */
function wordsOf(test: PythonNode, name: string, list: string, writer: PythonWriter): string[] {
  if (test.kind === "logic" && test.operator === "or")
    return test.parts.flatMap((part) => wordsOf(part, name, list, writer));
  const [link, ...more] = test.kind === "comparison" ? test.rest : [];
  if (test.kind !== "comparison" || !link || more.length > 0)
    return inexpressible(`a test of each of ${list}`);
  const isName = (node: PythonNode) => node.kind === "name" && node.name === name;
  const word = (node: PythonNode) => {
    const changed = withoutCase(node);
    return isName(changed?.on ?? node) ? { method: changed?.method } : undefined;
  };
  const left = word(test.first);
  const subject = left ?? word(link.right);
  const other = left ? link.right : test.first;
  const texts = link.operator === "in" && left ? itemsOf(other) : link.operator === "==" && [other];
  if (!subject || !texts) return inexpressible(`a test of each of ${list}`);
  return texts.map((text) => {
    if (text.kind !== "text") return inexpressible(`a test of each of ${list}`);
    if (subject.method === undefined) return text.value;
    return inCaseOf(text.value, subject.method, atom(list, "list"), writer);
  });
}

/** How many rounds of a loop hold, or what they sum up to. */
export function counted(name: "len" | "sum", of: PythonNode, writer: PythonWriter): Piece {
  const overlap = common(of, writer);
  if (overlap) return total(overlap.map(one));
  const found = cases(name === "sum" ? countedTests(of) : of, writer, "count");
  return total(
    found.map(({ tests, what }) => {
      if (name === "len") return one(allOf(tests, writer));
      const amount = isTest(what) ? one(writer.truth(what)) : writer.value(what);
      return tests.length === 0
        ? amount
        : compound(`if ${allOf(tests, writer).text} then ${amount.text} else 0`, "number");
    }),
  );
}

/** `sum(a for …)` of what is true or false counts what is true. */
function countedTests(of: PythonNode): PythonNode {
  if (of.kind !== "loop" || !isTest(of.what)) return of;
  const [last, ...before] = of.rounds.toReversed();
  if (!last) return of;
  const rounds = [...before.toReversed(), { ...last, tests: [...last.tests, of.what] }];
  return { kind: "loop", what: { kind: "number", value: 1 }, rounds };
}

const isTest = (node: PythonNode): boolean =>
  ["comparison", "logic", "constant"].includes(node.kind) || methodOf(node) !== undefined;

const one = (test: Piece): Piece => compound(`if ${test.text} then 1 else 0`, "number");

function total(pieces: readonly Piece[]): Piece {
  const [only] = pieces;
  if (!only) return inexpressible("an empty list");
  if (pieces.some(({ type }) => type !== "number")) inexpressible("a sum of what is no number");
  return pieces.length === 1 ? only : compound(pieces.map(bracketed).join(" + "), "number");
}

/** The words that a written list and a list fact have in common, as one test each. */
export function common(node: PythonNode, writer: PythonWriter): Piece[] | undefined {
  const [a, b] = sidesOf(node);
  if (!a || !b) return undefined;
  const fact = listFact(a, writer) ?? listFact(b, writer);
  const items = itemsOf(a) ?? itemsOf(b);
  if (fact === undefined || !items) return undefined;
  return [...new Set(words(items))].map((word) => related(`${word} in ${fact}`));
}

const words = (items: readonly PythonNode[]): string[] =>
  items.map((item) =>
    item.kind === "text" ? quoted(item.value) : inexpressible("a set of what is no text"),
  );

/** The two sides of `a & b`, `a.intersection(b)`. */
function sidesOf(node: PythonNode): PythonNode[] {
  if (node.kind === "binary" && node.operator === "&") return [node.left, node.right];
  const method = methodOf(node);
  if (node.kind !== "call" || method?.name !== "intersection" || node.args.length > 1) return [];
  return [method.on, ...node.args];
}

/** `a.isdisjoint(b)`, `a.issubset(b)`, `a <= b`: what two sets have to do with each other. */
export function setRelation(node: PythonNode, writer: PythonWriter): Piece | undefined {
  const asked = relationOf(node);
  if (!asked) return undefined;
  const { name, a, b } = asked;
  if (name === "isdisjoint") {
    const shared = common({ kind: "binary", operator: "&", left: a, right: b }, writer);
    return shared && negated(joined(shared, "or"));
  }
  const [part, whole] = name === "issubset" ? [a, b] : [b, a];
  const fact = listFact(whole, writer);
  const items = itemsOf(part);
  if (fact === undefined || !items) return undefined;
  return joined(
    words(items).map((word) => related(`${word} in ${fact}`)),
    "and",
  );
}

function relationOf(node: PythonNode): { name: string; a: PythonNode; b: PythonNode } | undefined {
  if (node.kind === "comparison") {
    const [link, ...more] = node.rest;
    const name = { "<=": "issubset", ">=": "issuperset" }[link?.operator ?? ""];
    const isSets = [node.first, link?.right].every((side) => side && isSet(side));
    return link && name && isSets && more.length === 0
      ? { name, a: node.first, b: link.right }
      : undefined;
  }
  const method = methodOf(node);
  const [b] = node.kind === "call" ? node.args : [];
  const isOne = method && ["isdisjoint", "issubset", "issuperset"].includes(method.name);
  return isOne && b ? { name: method.name, a: method.on, b } : undefined;
}

const isSet = (node: PythonNode): boolean =>
  node.kind === "list" || (node.kind === "call" && /set$/.test(calledName(node) ?? ""));
