import * as z from "zod";
import { readYamlList, type YamlList } from "../kit/yaml-list.ts";
import { authorHandle } from "../model/raw-post.ts";

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
export type AuthorsRead = YamlList<ListedAuthors>;

/** Reads rules/authors.yml. Problems name the line; a text with one replaces nothing. */
export function parseAuthors(yamlText: string): AuthorsRead {
  const list = readYamlList(yamlText, File);
  if (list.kind === "rejected") return list;
  const authors = list.value.authors ?? [];
  return {
    kind: "loaded",
    value: new Map(authors.map(({ handle, weight }) => [authorHandle(handle), weight])),
  };
}

export const authorWeight = (author: string, authors: ListedAuthors): number =>
  authors.get(authorHandle(author)) ?? 0;
