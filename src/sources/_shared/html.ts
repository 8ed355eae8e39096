const NAMED: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  hellip: "…",
  mdash: "—",
  ndash: "–",
};
const LAST = 0x10ffff;

/** Character references to characters; unknown ones stay as written. */
export const unescapeHtml = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole;
    const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= LAST && !(code >= 0xd800 && code <= 0xdfff)
      ? String.fromCodePoint(code)
      : whole;
  });

/**
 * Drops each script and style up to its end tag, or to the end of the document. A pattern would
 * search for the end again at every beginning.
 */
function withoutScripts(html: string): string {
  const begin = /<(script|style)\b[^<>]*>/gi;
  let kept = "";
  let from = 0;
  for (let found = begin.exec(html); found !== null; found = begin.exec(html)) {
    kept += `${html.slice(from, found.index)} `;
    const end = new RegExp(`</${found[1]}\\s*>`, "gi");
    end.lastIndex = begin.lastIndex;
    if (end.exec(html) === null) return kept;
    from = begin.lastIndex = end.lastIndex;
  }
  return kept + html.slice(from);
}

/**
 * The text of an HTML fragment. It is for analysis, not for display: the result may look like HTML
 * again.
 */
export const htmlText = (html: string): string =>
  unescapeHtml(
    withoutScripts(html)
      .replace(/<\/?(p|br|div|li|h[1-6]|tr|blockquote)\b[^<>]*>/gi, "\n")
      .replace(/<[^<>]*>/g, ""),
  )
    .replace(/[^\S\n]+/g, " ")
    .replace(/\s*\n\s*/g, "\n")
    .trim();
