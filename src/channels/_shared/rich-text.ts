/**
 * Text with structure, before any channel's mark-up. Values are the `text` of a span, and the
 * encoder escapes them, so that no post can inject a tag. Cutting works on the text alone, so that
 * no tag is cut in half.
 */
export type RichSpan = {
  text: string;
  style?: "bold" | "italic" | "code";
  href?: string;
  /** The line names the notification: it is kept whole when the message is cut. */
  foot?: true;
};
export type RichLine = RichSpan[];
export type RichDocument = RichLine[];

export const documentText = (doc: RichDocument): string =>
  doc.map((line) => line.map((span) => span.text).join("")).join("\n");

/** Joins encoded lines; `encode` prints one span. */
export const encodeDocument = (doc: RichDocument, encode: (span: RichSpan) => string): string =>
  doc.map((line) => line.map(encode).join("")).join("\n");

/**
 * The longest beginning of `text` with at most `units` UTF-16 units that ends between code points.
 */
export function cutText(text: string, units: number): string {
  if (text.length <= units) return text;
  const end = Math.max(0, units);
  const last = text.charCodeAt(end - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? end - 1 : end);
}

/**
 * The size limit of a message. `measure` is the size of a span as the channel counts it, with its
 * escapes, marks and address.
 */
export type TextRoom = {
  units: number;
  measure(span: RichSpan): number;
  /** How many spans may have a style or a link. */
  maxStyled?: number;
};

/** For channels that count the text alone, in UTF-16 units. */
export const ofText = (units: number): TextRoom => ({ units, measure: ({ text }) => text.length });

export function fitDocument(doc: RichDocument, { units, measure, maxStyled }: TextRoom): boolean {
  const spans = doc.flat();
  const styled = spans.filter(({ style, href }) => style !== undefined || href !== undefined);
  if (maxStyled !== undefined && styled.length > maxStyled) return false;
  return spans.reduce((sum, span) => sum + measure(span), doc.length - 1) <= units;
}

const ELLIPSIS: RichSpan = { text: "…" };

/** What no service shows: a text of nothing else is an empty message, which they refuse. */
const UNSEEN = /[\s\p{C}\u115f\u1160\u2800\u3164\uffa0]/gu;
export const isBlank = (text: string): boolean => text.replace(UNSEEN, "") === "";

/**
 * Cuts the end of a document that does not fit, and adds an ellipsis. The lines that name the
 * notification follow it, unless they alone take half of the room.
 */
export function cutDocument(doc: RichDocument, room: TextRoom): RichDocument {
  if (fitDocument(doc, room)) return doc;
  const foot = doc.filter((line) => line.some((span) => span.foot));
  const taken = foot.flat().reduce((sum, span) => sum + room.measure(span), foot.length);
  if (foot.length === 0 || taken > room.units / 2) return cutEnd(doc, room);
  const body = doc.filter((line) => !foot.includes(line));
  return [...cutEnd(body, { ...room, units: room.units - taken }), ...foot];
}

function cutEnd(doc: RichDocument, room: TextRoom): RichDocument {
  let left = room.units - room.measure(ELLIPSIS);
  const kept: RichDocument = [];
  for (const line of doc) {
    const shown = cutLine(line, kept.length === 0 ? left : left - 1, room.measure);
    if (shown.spans.length > 0) kept.push(shown.spans);
    left = shown.left;
    if (!shown.whole) break;
  }
  const last = kept.at(-1) ?? [];
  return [...kept.slice(0, -1), [...last, ELLIPSIS]];
}

function cutLine(
  line: RichLine,
  units: number,
  measure: TextRoom["measure"],
): { spans: RichLine; left: number; whole: boolean } {
  const spans: RichLine = [];
  let left = units;
  for (const span of line) {
    const kept = longest(span, left, measure);
    if (kept.text !== "") spans.push(kept);
    left -= measure(kept);
    if (kept.text !== span.text) return { spans, left, whole: false };
  }
  return { spans, left, whole: left > 0 };
}

/**
 * Binary search for the longest beginning of the text that fits, because the encoded size does not
 * grow evenly with the text.
 */
function longest(span: RichSpan, units: number, measure: TextRoom["measure"]): RichSpan {
  const beginning = (length: number): RichSpan => ({ ...span, text: cutText(span.text, length) });
  if (measure(span) <= units) return span;
  let low = 0;
  let high = span.text.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (measure(beginning(middle)) <= units) low = middle;
    else high = middle - 1;
  }
  return beginning(low);
}
