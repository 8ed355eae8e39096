import { decodeUnifiedHangul } from "./unified-hangul.ts";

/** XML 1.0 asks for a declaration in the first bytes; this is room for blanks before and in it. */
const HEAD_BYTES = 1_024;

/**
 * Labels that the WHATWG's list lacks, as Java, Python, Windows and people write them. They are
 * compared without signs and blanks.
 */
const ALIASES: readonly (readonly [RegExp, string])[] = [
  [/^(?:utf8.*|cp65001)$/, "utf-8"],
  [/^(?:x?windows|win|mswin|ansi|ms|x?cp|ibm)?(125[0-8]|874)$/, "windows-$1"],
  [/^(?:iso|is)?8859(?:part)?(1[0-6]|[1-9])$/, "iso-8859-$1"],
  [/^(?:iso)?latin([1-6])$/, "latin$1"],
  [/^(?:cp|ibm|dos)?866$/, "ibm866"],
  [/^koi8?([ru]u?)$/, "koi8-$1"],
  [/^(?:xwindows949|(?:cp|ms|windows)949|uhc|ksc.*|ksx1001|euckr)$/, "euc-kr"],
  [/^(?:(?:cp|ms|windows|ibm)9(?:32|43)c?|windows31j|x?shiftjis.*|x?sjis.*|mskanji)$/, "shift_jis"],
  [/^(?:(?:cp|ms|windows)936|euccn|gb2312.*|x?gbk)$/, "gbk"],
  [/^gb18030.*$/, "gb18030"],
  [/^(?:(?:cp|ms|windows)950|euctw|x?big5.*)$/, "big5"],
  [/^(?:x?eucjp.*|ujis)$/, "euc-jp"],
  [/^(?:tis620.*|iso885911)$/, "windows-874"],
  [/^(?:xmacroman|macroman|mac)$/, "macintosh"],
  [/^(?:ansi|cp819|ibm819|usascii.*)$/, "windows-1252"],
];

function aliasOf(label: string): string | undefined {
  const bare = label.toLowerCase().replace(/[^a-z0-9]/g, "");
  const [pattern, name] = ALIASES.find(([known]) => known.test(bare)) ?? [];
  return pattern && name && bare.replace(pattern, name);
}

const decoderFor = (label: string): TextDecoder | null => {
  for (const name of [label, aliasOf(label)]) {
    try {
      if (name !== undefined) return new TextDecoder(name);
    } catch {
      // Not of the WHATWG's list.
    }
  }
  return null;
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
  const label = /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']\s*([\w.: -]+?)\s*["']/.exec(head)?.[1];
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
  if (stated?.encoding === "euc-kr") return decodeUnifiedHangul(bytes);
  return stated ? stated.decode(bytes) : detected(bytes);
}
