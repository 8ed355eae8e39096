import { isCollection, isScalar, LineCounter, parseDocument } from "yaml";
import * as z from "zod";

const File = z.strictObject({
  authors: z
    .array(
      z.strictObject({
        handle: z.string().trim().min(1),
        weight: z.number().min(0).max(1).default(1),
      }),
    )
    .nullable()
    .default([]),
});

/**
 * Weight (0..1) of each author whose mentions count as kol_mentions, by handle in lower case
 * without @.
 */
export type ListedAuthors = ReadonlyMap<string, number>;
export type AuthorsRead =
  | { kind: "loaded"; value: ListedAuthors }
  | { kind: "rejected"; problems: { line: number; message: string }[] };

const handleOf = (author: string) => author.replace(/^@/, "").toLowerCase();

/** Reads rules/authors.yml. Problems name the line; a text with one replaces nothing. */
export function parseAuthors(yamlText: string): AuthorsRead {
  const lines = new LineCounter();
  const document = parseDocument(yamlText, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number | undefined) => lines.linePos(offset ?? 0).line || 1;
  if (document.errors.length > 0) {
    return {
      kind: "rejected",
      problems: document.errors.map(({ pos, message }) => ({ line: lineAt(pos[0]), message })),
    };
  }
  const parsed = File.safeParse(document.toJS() ?? {});
  if (parsed.success) {
    return {
      kind: "loaded",
      value: new Map(
        (parsed.data.authors ?? []).map(({ handle, weight }) => [handleOf(handle), weight]),
      ),
    };
  }
  const problems = parsed.error.issues.map(({ path, message }) => {
    const node = document.getIn(path, true);
    const place =
      isScalar(node) || isCollection(node) ? node.range?.[0] : document.contents?.range?.[0];
    return { line: lineAt(place), message: `${path.join(".") || "the list"}: ${message}` };
  });
  return { kind: "rejected", problems };
}

export const authorWeight = (author: string, authors: ListedAuthors): number =>
  authors.get(handleOf(author)) ?? 0;
