/**
 * The value at `path` ("author.name", "items.0.id") in a value of unknown shape; undefined where
 * the path does not exist.
 */
export function getPath(value: unknown, path: string): unknown {
  if (path === "") return value;
  return path.split(".").reduce<unknown>((node, key) => {
    if (typeof node !== "object" || node === null || !Object.hasOwn(node, key)) return undefined;
    return (node as Record<string, unknown>)[key];
  }, value);
}
