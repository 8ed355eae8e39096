/** An expression as Python reads it, as far as rules use it. */
export type PythonNode =
  | { kind: "number"; value: number }
  | { kind: "text"; value: string }
  /** An f-string: its parts are joined. */
  | { kind: "joined"; parts: PythonNode[] }
  | { kind: "constant"; value: boolean | null }
  | { kind: "name"; name: string }
  | { kind: "attribute"; of: PythonNode; name: string }
  | { kind: "item"; of: PythonNode; key: PythonNode }
  | { kind: "call"; of: PythonNode; args: PythonNode[] }
  /** A list, a tuple or a set that is written out. */
  | { kind: "list"; items: PythonNode[] }
  | PythonLoop
  | { kind: "unary"; operator: "not" | "-" | "+" | "~"; value: PythonNode }
  | { kind: "binary"; operator: string; left: PythonNode; right: PythonNode }
  | { kind: "logic"; operator: "and" | "or"; parts: PythonNode[] }
  | { kind: "comparison"; first: PythonNode; rest: { operator: string; right: PythonNode }[] }
  | { kind: "choice"; test: PythonNode; then: PythonNode; otherwise: PythonNode }
  | { kind: "lambda"; parameter: string; body: PythonNode };

/** `what for name in among if test …`, in any brackets. */
export type PythonLoop = {
  kind: "loop";
  what: PythonNode;
  rounds: { name: string; among: PythonNode; tests: PythonNode[] }[];
};

export type PythonNodeOf<K extends PythonNode["kind"]> = Extract<PythonNode, { kind: K }>;

/** Why an expression cannot be read or said in our language. Thrown within this folder only. */
export class Inexpressible extends Error {}

export function inexpressible(why: string): never {
  throw new Inexpressible(why);
}

/** A copy in which a name stands for what a loop gave it. */
export function withName<T>(tree: T, name: string, by: PythonNode): T {
  if (typeof tree !== "object" || tree === null) return tree;
  if (Array.isArray(tree)) return tree.map((part) => withName(part, name, by)) as T;
  if ("kind" in tree && tree.kind === "name" && "name" in tree && tree.name === name)
    return by as T;
  return Object.fromEntries(
    Object.entries(tree).map(([key, part]) => [key, withName(part, name, by)]),
  ) as T;
}
