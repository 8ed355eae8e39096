import { isScalar, type Node, Scalar } from "yaml";

/**
 * The file offset of a character of a scalar's value. Quotes, escapes, folding and indentation are
 * in the file but not in the value, so the two are walked side by side, skipping in the file what
 * the value does not have.
 */
export function offsetIn(text: string, node: Node, at: number): number {
  const [start = 0, end = 0] = node.range ?? [];
  if (!isScalar(node) || typeof node.value !== "string" || at <= 0)
    return start + quoteWidth(text, start, node);
  const value = node.value;
  let p = start + quoteWidth(text, start, node);
  for (let i = 0; i < at && i < value.length; i++) {
    while (p < end && !same(text[p], value[i])) p += 1;
    p += 1;
  }
  while (p < end && at < value.length && !same(text[p], value[at])) p += 1;
  return Math.min(p, end);
}

const same = (written: string | undefined, meant: string | undefined) =>
  written === meant || (/\s/.test(written ?? "") && /\s/.test(meant ?? ""));

/** The value starts after the quote, or on the line below a block scalar's header. */
function quoteWidth(text: string, start: number, node: Node): number {
  if (!isScalar(node)) return 0;
  if (node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE) return 1;
  if (node.type === Scalar.BLOCK_FOLDED || node.type === Scalar.BLOCK_LITERAL) {
    const header = /^.*\n\s*/.exec(text.slice(start));
    return header ? header[0].length : 0;
  }
  return 0;
}
