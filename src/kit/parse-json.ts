/**
 * Deeper JSON than any caller needs, and shallower than what overflows a stack when it is written
 * out again.
 */
const MAX_DEPTH = 64;

export type ParsedJson = { kind: "json"; value: unknown } | { kind: "malformed"; message: string };

/**
 * JSON.parse that says where a text is wrong (line, column, character), and refuses nesting beyond
 * 64 levels.
 */
export function parseJson(text: string): ParsedJson {
  if (nesting(text) > MAX_DEPTH)
    return { kind: "malformed", message: `JSON nested deeper than ${MAX_DEPTH} levels` };
  try {
    return { kind: "json", value: JSON.parse(text) };
  } catch {
    return { kind: "malformed", message: `malformed JSON ${where(text, errorOffset(text))}` };
  }
}

function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (inString) {
      if (char === "\\") at++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "{" || char === "[") deepest = Math.max(deepest, ++depth);
    else if (char === "}" || char === "]") depth--;
  }
  return deepest;
}

function where(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  const column = offset - before.lastIndexOf("\n");
  const found =
    offset >= text.length
      ? "the text ends too early"
      : `unexpected ${JSON.stringify([...text.slice(offset, offset + 2)][0])}`;
  return `at line ${line} column ${column} (position ${offset}): ${found}`;
}

/** A whole string (unrolled, so that it stays linear), number or word. */
const SCALAR =
  /"[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[ !#-[\]-\uffff]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const SPACE = /[ \t\n\r]*/y;

/**
 * Offset of the first character that no JSON text could have there. Its own scanner, since engines
 * give a position only sometimes.
 */
function errorOffset(text: string): number {
  let at = 0;
  const open: string[] = [];
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const hit = pattern.test(text);
    if (hit) at = pattern.lastIndex;
    return hit;
  };
  const take = (char: string): boolean => {
    skip(SPACE);
    if (text[at] !== char) return false;
    at++;
    return true;
  };
  const key = (): boolean => {
    skip(SPACE);
    return text[at] === '"' && skip(SCALAR) && take(":");
  };

  for (;;) {
    if (take("{")) {
      if (!take("}")) {
        open.push("}");
        if (!key()) return at;
        continue;
      }
    } else if (take("[")) {
      if (!take("]")) {
        open.push("]");
        continue;
      }
    } else if (!skip(SCALAR)) return at;
    while (open.length > 0 && take(open.at(-1) as string)) open.pop();
    if (open.length === 0) {
      skip(SPACE);
      return at;
    }
    if (!take(",")) return at;
    if (open.at(-1) === "}" && !key()) return at;
  }
}
