import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  Scalar,
} from "yaml";
import { offsetIn } from "./offset.ts";
import { type SubstituteResult, substituteVariables, type VariableReference } from "./variables.ts";
import { type YamlFault, yamlTooCostly } from "./yaml-bounds.ts";
import { plainMessage } from "./yaml-messages.ts";

const IN_BRACES = "${…} cannot stand within { }: give each field a line of its own";
const NUMBER = /^-?\d+(\.\d+)?$/;

/** What is wrong, and where in the file: line and column count from 1. */
export type YamlProblem = {
  line: number;
  column: number;
  /** The field, like groups[0].rules[2].condition. */
  path: string;
  message: string;
  /** What to write instead. */
  suggestion?: string;
  /**
   * The suggestion as a change of the file's characters, where it surely means what the author
   * meant.
   */
  edit?: { start: number; end: number; text: string };
};

type Path = readonly PropertyKey[];

/** A YAML file as plain values, and the way back from each value to its place in the file. */
export type YamlSource = {
  value: unknown;
  /** The settings it reads, with the values in force. */
  variables: Record<string, string>;
  /** References that cannot be resolved. */
  faults: YamlProblem[];
  /** Every reference, with the field that holds it. */
  references: { path: Path; reference: VariableReference }[];
  /** The file's offset of a field, or of a character within a text field's value. */
  offset(path: Path, at?: number): number;
  problem(path: Path, message: string, at?: number): YamlProblem;
  /** A problem with a field's name rather than with its value. */
  nameProblem(path: Path, message: string): YamlProblem;
};

export type YamlResult =
  | { kind: "read"; source: YamlSource }
  | { kind: "refused"; problems: YamlProblem[] };

/**
 * Plain data only: no aliases, tags, duplicate keys or keys that are not text, so that no file is
 * larger than it looks.
 */
export function readYaml(text: string, variables: Readonly<Record<string, string>>): YamlResult {
  const lines = new LineCounter();
  const bound = yamlTooCostly(text);
  if (bound) return refuse(lines, [bound]);
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    merge: false,
    strict: true,
  });
  const faults = document.errors.map((error) => ({
    at: error.pos[0],
    message: plainMessage(error),
  }));
  const [first] = faults;
  // One slip would otherwise raise a complaint about every character after it.
  if (first && text.slice(first.at - 1, first.at + 1) === "${")
    return refuse(lines, [{ at: first.at - 1, message: IN_BRACES }]);
  if (faults.length > 0) return refuse(lines, faults);
  const { source, strangers } = sourceOf(document, text, variables, lines);
  return strangers.length > 0 ? refuse(lines, strangers) : { kind: "read", source };
}

function refuse(lines: LineCounter, faults: YamlFault[]): YamlResult {
  return {
    kind: "refused",
    problems: faults
      .slice(0, 20)
      .map(({ at, message }) => ({ ...place(lines, at), path: "", message })),
  };
}

function place(lines: LineCounter, at: number): { line: number; column: number } {
  const { line, col } = lines.linePos(at);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** What rules do not have: aliases, tags, keys that are no text or stand there twice. */
function strange(node: Node): YamlFault[] {
  const at = (part: unknown) =>
    (isNode(part) ? part.range?.[0] : undefined) ?? node.range?.[0] ?? 0;
  if (isAlias(node))
    return [{ at: at(node), message: "aliases (*name) are not taken: write the value out" }];
  const faults: YamlFault[] = [];
  if (node.tag && !PLAIN_TAG.test(node.tag))
    faults.push({ at: at(node), message: `the tag ${node.tag} is not taken` });
  if (!isMap(node)) return faults;
  // The parser's own check compares every key with every other: seconds for a hostile map.
  const seen = new Set<unknown>();
  for (const { key } of node.items) {
    if (isNode(key)) faults.push(...strange(key));
    const name = isScalar(key) ? key.value : undefined;
    if (typeof name !== "string") faults.push({ at: at(key), message: "a key must be text" });
    else if (name === "__proto__")
      faults.push({ at: at(key), message: "__proto__ is no key that rules have" });
    if (seen.has(name))
      faults.push({
        at: at(key),
        message: `${String(name)} stands there twice`,
      });
    seen.add(name);
  }
  return faults;
}

const PLAIN_TAG = /^tag:yaml.org,2002:(?:str|int|float|bool|null|map|seq)$/;

function sourceOf(
  document: Document,
  text: string,
  variables: Readonly<Record<string, string>>,
  lines: LineCounter,
): { source: YamlSource; strangers: YamlFault[] } {
  const substitutions = new Map<unknown, { path: Path; substituted: SubstituteResult }>();
  const used: Record<string, string> = {};
  const path: PropertyKey[] = [];
  const within = (part: PropertyKey, node: unknown): unknown => {
    path.push(part);
    const value = plain(node);
    path.pop();
    return value;
  };
  const strangers: YamlFault[] = [];
  const plain = (node: unknown): unknown => {
    if (!isNode(node)) return null;
    for (const fault of strange(node)) strangers.push(fault);
    if (isMap(node))
      return Object.fromEntries(
        node.items.map((pair) => [keyOf(pair), within(keyOf(pair), pair.value)]),
      );
    if (isSeq(node)) return node.items.map((item, index) => within(index, item));
    if (!isScalar(node)) return null;
    if (typeof node.value !== "string" || !node.value.includes("${")) return node.value;
    const substituted = substituteVariables(node.value, variables);
    substitutions.set(node, { path: [...path], substituted });
    Object.assign(used, substituted.used);
    return node.type === Scalar.PLAIN && NUMBER.test(substituted.text)
      ? Number(substituted.text)
      : substituted.text;
  };
  const value = plain(document.contents);
  const offset = (path: Path, at = 0) => {
    const node = nearest(document.contents, path);
    return node ? offsetIn(text, node, substitutions.get(node)?.substituted.origin(at) ?? at) : 0;
  };
  const problem = (path: Path, message: string, at?: number) => ({
    ...place(lines, offset(path, at)),
    path: formatPath(path),
    message,
  });
  const nameProblem = (path: Path, message: string) => {
    const map = nearest(document.contents, path.slice(0, -1));
    const key = isMap(map) ? map.items.find((item) => keyOf(item) === path.at(-1))?.key : undefined;
    return {
      ...problem(path, message),
      ...(isNode(key) && key.range && place(lines, key.range[0])),
    };
  };
  const faults = [...substitutions].flatMap(([node, { path, substituted }]) =>
    substituted.faults.map(({ at, message }) => ({
      ...place(lines, offsetIn(text, node as Node, at)),
      path: formatPath(path),
      message,
    })),
  );
  const references = [...substitutions.values()].flatMap(({ path, substituted }) =>
    substituted.references.map((reference) => ({ path, reference })),
  );
  return {
    source: { value, variables: used, faults, references, offset, problem, nameProblem },
    strangers,
  };
}

const keyOf = ({ key }: Pair): string => (isScalar(key) ? String(key.value) : "");

/**
 * The node of a field. One that is absent is reported where it should have been; one without a
 * value, at its key.
 */
function nearest(contents: Node | null, path: Path): Node | null {
  let node = contents;
  for (const part of path) {
    const pair = isMap(node) ? node.items.find((item) => keyOf(item) === part) : undefined;
    const inside = isSeq(node) ? node.items[Number(part)] : (pair?.value ?? pair?.key);
    if (!isNode(inside)) return node;
    node = inside;
  }
  return node;
}

/** groups[0].rules[2].condition */
export const formatPath = (path: Path): string =>
  path
    .map((part, i) =>
      typeof part === "number" ? `[${part}]` : `${i > 0 ? "." : ""}${String(part)}`,
    )
    .join("");
