/** XML 1.0 asks for a declaration in the first bytes; this is room for blanks before and in it. */
const HEAD_BYTES = 1_024;

const decoderFor = (label: string): TextDecoder | null => {
  try {
    return new TextDecoder(label);
  } catch {
    return null;
  }
};

const isUtf16 = (label: string): boolean => /^(?:utf-?16|ucs-?2|unicode|csunicode)/i.test(label);

/** A mark of byte order, or the first sign of markup with zeros around it. */
function seenEncoding([a, b, c, d]: Uint8Array): string | null {
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  const isSign = (byte: number | undefined) => byte === 0x3c || byte === 0x7b;
  if (isSign(a) && b === 0 && c !== 0 && d === 0) return "utf-16le";
  return a === 0 && isSign(b) && c === 0 && d !== 0 ? "utf-16be" : null;
}

const headerEncoding = (contentType: string | null): string | undefined =>
  /(?:^|[;\s])charset\s*=\s*["']?([^\s"';,]+)/i.exec(contentType ?? "")?.[1];

function declaredEncoding(bytes: Uint8Array): string | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, HEAD_BYTES));
  const label = /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']\s*([\w.:-]+)/.exec(head)?.[1];
  // What can be read byte by byte is not UTF-16, whatever it says.
  return label !== undefined && isUtf16(label) ? "utf-8" : label;
}

const count = (text: string, sign: RegExp): number => text.match(sign)?.length ?? 0;

/** A letter that was cut in the middle makes no other encoding of UTF-8. */
function detected(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  if (!text.includes("\ufffd")) return text;
  const letters = count(text, /[^\p{ASCII}\ufffd]/gu);
  return count(text, /\ufffd/g) > letters ? new TextDecoder("windows-1252").decode(bytes) : text;
}

/**
 * The text of a body: by its mark of byte order, else the charset of its content type, else its
 * XML declaration (RFC 7303, XML 1.0 appendix F; labels by the WHATWG's Encoding Standard). A label
 * that nobody knows says nothing. Without any the bytes are UTF-8 if they look so, and else
 * windows-1252, which browsers take for the West.
 */
export function decodedBody(bytes: Uint8Array, contentType: string | null): string {
  const seen = seenEncoding(bytes);
  if (seen !== null) return new TextDecoder(seen).decode(bytes);
  const stated = [headerEncoding(contentType), declaredEncoding(bytes)]
    .filter((label) => label !== undefined && !isUtf16(label))
    .map((label) => decoderFor(label ?? ""))
    .find((decoder) => decoder !== null);
  return stated ? stated.decode(bytes) : detected(bytes);
}
