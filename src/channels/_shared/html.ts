import type { RichSpan } from "./rich-text.ts";

const escapeHtml = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

/**
 * Encodes spans as HTML with the given tag for each style. Telegram knows the same four entities.
 */
export const htmlWith =
  (tags: Record<NonNullable<RichSpan["style"]>, string>) =>
  ({ text, style, href }: RichSpan): string => {
    const inner = escapeHtml(text);
    if (href !== undefined) return `<a href="${escapeHtml(href)}">${inner}</a>`;
    return style ? `<${tags[style]}>${inner}</${tags[style]}>` : inner;
  };
