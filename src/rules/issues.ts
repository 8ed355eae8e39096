import { nearestName } from "../kit/nearest-name.ts";
import type { YamlProblem, YamlSource } from "./yaml.ts";

type Issue = { path: PropertyKey[]; message: string; code?: string; keys?: string[] };

/** More complaints than these help nobody, and a hostile file could raise thousands. */
export const ISSUES_SHOWN = 50;

/**
 * What the schema says of a file, each at its place. `fields` are the names that a misspelt one may
 * have meant.
 */
export const schemaIssues = (
  found: readonly Issue[],
  source: YamlSource,
  fields: readonly string[],
): YamlProblem[] =>
  found.slice(0, ISSUES_SHOWN).flatMap((issue) => problemsOf(issue, source, fields));

function problemsOf(issue: Issue, source: YamlSource, fields: readonly string[]): YamlProblem[] {
  const { path, code, message, keys = [] } = issue;
  if (code === "invalid_key")
    return [source.nameProblem(path, "is no name of a fact or a provider")];
  if (code === "unrecognized_keys")
    return keys.map((key) => strangeField([...path, key], key, source, fields));
  const absent =
    code === "invalid_type" && path.length > 0 && valueAt(source.value, path) === undefined;
  if (!absent) return [source.problem(path, message)];
  return [
    source.problem(
      path,
      message.startsWith("must be") ? `is missing: it ${message}` : "is missing",
    ),
  ];
}

function strangeField(
  path: PropertyKey[],
  key: string,
  source: YamlSource,
  fields: readonly string[],
): YamlProblem {
  const near = nearestName(key, fields);
  return {
    ...source.nameProblem(path, `${key} is no field here`),
    ...(near && near !== key && { suggestion: `did you mean ${near}?` }),
  };
}

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (at, part) => (at as Record<PropertyKey, unknown> | null | undefined)?.[part],
    value,
  );
