export const snakeCase = (key: string): string =>
  key.replace(/(?<=[a-z0-9])[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);

const camelCase = (key: string): string =>
  key.replace(/(?<=[a-z0-9])_([a-z0-9])/g, (_, first: string) => first.toUpperCase());

/** Objects of one kind have the same keys, and there are few kinds. */
const MAX_KNOWN = 2_000;

/** Renames the keys that match `pattern`, and remembers how. */
function renamer(pattern: RegExp, rename: (key: string) => string): (key: string) => string {
  const known = new Map<string, string>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const renamed = pattern.test(key) ? rename(key) : key;
    if (known.size < MAX_KNOWN) known.set(key, renamed);
    return renamed;
  };
}

/** `value` with each object key renamed, at every depth. */
function renameKeys(value: unknown, rename: (key: string) => string): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => renameKeys(item, rename));
  const renamed: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    const name = rename(key);
    // Assigning to it would set the prototype instead.
    if (name === "__proto__") Object.defineProperty(renamed, name, own(renameKeys(inner, rename)));
    else renamed[name] = renameKeys(inner, rename);
  }
  return renamed;
}

const own = (value: unknown): PropertyDescriptor => ({
  value,
  enumerable: true,
  configurable: true,
  writable: true,
});

const toSnake = renamer(/^[a-zA-Z0-9]+$/, snakeCase);
const toCamel = renamer(/^[a-z0-9_]+$/, camelCase);

/**
 * The wire form of a value: every object key in snake_case, deeply. Keys that hold anything but
 * letters and digits (event keys, SHAs) stay as they are.
 */
export const snakeCased = (value: unknown): unknown => renameKeys(value, toSnake);

/** The wire form of one name. */
export const wireName = (name: string): string => snakeCase(name);

/**
 * The inner form of a value from the wire: every key of lower-case words in camelCase, deeply. The
 * inverse of snakeCased for names that code chose.
 */
export const camelCased = (value: unknown): unknown => renameKeys(value, toCamel);
