/**
 * Text with structure, before any channel's mark-up. Values enter as the `text` of a span and are escaped by the encoder that prints it, so that
 * no post can smuggle in a tag, and cutting works on text alone, so that no tag is ever cut in half.
 */
export type Span = { text: string; style?: "bold" | "italic" | "code"; href?: string };
export type Line = Span[];
export type Doc = Line[];

export const plain = (doc: Doc): string => doc.map((line) => line.map((span) => span.text).join("")).join("\n");

/** Joins encoded lines; `encode` prints one span. */
export const encoded = (doc: Doc, encode: (span: Span) => string): string =>
  doc.map((line) => line.map(encode).join("")).join("\n");

/** The longest beginning of `text` with at most `units` UTF-16 units that ends between code points. */
export function cutText(text: string, units: number): string {
  if (text.length <= units) return text;
  const end = Math.max(0, units);
  const last = text.charCodeAt(end - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? end - 1 : end);
}

const ELLIPSIS = "…";

/**
 * At most `limit` units as `size` counts them (default: UTF-16 units of the text). What does not fit is left out from the end and marked with an
 * ellipsis.
 */
export function cut(doc: Doc, limit: number, size: (text: string) => number = (text) => text.length): Doc {
  if (size(plain(doc)) <= limit) return doc;
  let room = limit - size(ELLIPSIS);
  const kept: Doc = [];
  for (const line of doc) {
    const { spans, left, whole } = cutLine(line, kept.length === 0 ? room : room - 1, size);
    if (spans.length > 0) kept.push(spans);
    room = left;
    if (!whole) break;
  }
  const last = kept.at(-1) ?? [];
  return [...kept.slice(0, -1), [...last, { text: ELLIPSIS }]];
}

function cutLine(line: Line, room: number, size: (text: string) => number): { spans: Line; left: number; whole: boolean } {
  const spans: Line = [];
  let left = room;
  for (const span of line) {
    const text = longest(span.text, left, size);
    if (text !== "") spans.push({ ...span, text });
    left -= size(text);
    if (text !== span.text) return { spans, left, whole: false };
  }
  return { spans, left, whole: left > 0 };
}

/** Halves its way to the longest fitting beginning: `size` may count escaped text, which grows unevenly. */
function longest(text: string, room: number, size: (text: string) => number): string {
  if (room <= 0) return "";
  if (size(text) <= room) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (size(cutText(text, middle)) <= room) low = middle;
    else high = middle - 1;
  }
  return cutText(text, low);
}
