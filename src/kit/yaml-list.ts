import { type Document, isCollection, isScalar, LineCounter, parseDocument } from "yaml";
import type * as z from "zod";

/** `line` counts from 1. */
export type YamlListProblem = { line: number; message: string };
export type YamlList<T> =
  | { kind: "loaded"; value: T }
  | { kind: "rejected"; problems: YamlListProblem[] };

/** Reads a YAML file by its schema. An empty file is read as `{}`. Each problem names its line. */
export function readYamlList<S extends z.ZodType>(text: string, schema: S): YamlList<z.output<S>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number | undefined) => lines.linePos(offset ?? 0).line || 1;
  if (document.errors.length > 0) {
    return {
      kind: "rejected",
      problems: document.errors.map(({ pos, message }) => ({ line: lineAt(pos[0]), message })),
    };
  }
  const plain = plainValue(document);
  if (plain.kind === "refused")
    return { kind: "rejected", problems: [{ line: 1, message: plain.message }] };
  const parsed = schema.safeParse(plain.value ?? {});
  if (parsed.success) return { kind: "loaded", value: parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) => {
    const node = document.getIn(path, true);
    const known = isScalar(node) || isCollection(node) ? node : document.contents;
    return {
      line: lineAt(known?.range?.[0]),
      message: `${path.join(".") || "the list"}: ${message}`,
    };
  });
  return { kind: "rejected", problems };
}

/** The package throws for aliases of nothing, and for those that would fill the memory. */
function plainValue(
  document: Document.Parsed,
): { kind: "plain"; value: unknown } | { kind: "refused"; message: string } {
  try {
    return { kind: "plain", value: document.toJS() };
  } catch {
    return { kind: "refused", message: "an alias (*name) cannot be followed; write its value out" };
  }
}
