import { FOREIGN_TOP_LEVEL_DOMAINS, TOP_LEVEL_DOMAINS } from "./top-level-domains.ts";

/** A link as it stands in the text; `end` is the index after its last character. */
export type UrlSpan = { url: string; start: number; end: number };

const LATIN_ACCENTS =
  "\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u00FF\\u0100-\\u024F\\u0253\\u0254\\u0256" +
  "\\u0257\\u0259\\u025B\\u0263\\u0268\\u026F\\u0272\\u0289\\u028B\\u02BB\\u0300-" +
  "\\u036F\\u1E00-\\u1EFF";
const NO_HOST =
  "\\s!'#%&()*+,\\\\/:;<=>?@\\[\\]^{|}~$\\u061C\\u200E\\u200F\\u202A-\\u202E\\u2066-" +
  "\\u2069\\uFFFE\\uFEFF\\uFFFF";

/** What may be in a host name, with dots, dashes and underscores. */
const RUN = new RegExp(`[^${NO_HOST}]+`, "g");
const PROTOCOL = /https?$/i;
const HOST = new RegExp(`[^${NO_HOST}]+`, "uy");
const LATIN_HOST = new RegExp(
  `[a-z0-9${LATIN_ACCENTS}-]+(?:\\.[a-z0-9${LATIN_ACCENTS}-]+)*`,
  "giu",
);
const isPathCharacter = characterTest(
  `[a-z\\u0400-\\u04FF0-9!*';:=+,.$/%#\\[\\]\\-\\u2013_~@|&${LATIN_ACCENTS}]`,
);
const isPathEnd = characterTest(`[+\\-a-z\\u0400-\\u04FF0-9=_#/${LATIN_ACCENTS}]`);
const isQueryEnd = characterTest("[a-z0-9\\-_&=#/]");
const QUERY = /\?[a-z0-9!?*'@();:&=+$/%#[\]\-_.,~|]*/iy;
const PORT = /:[0-9]+/y;
const SHORT_LINK = /https?:\/\/t\.co\/([a-z0-9]+)/iy;
const MAX_SHORT_LINK = 40;
const MAX_LABEL = 63;

/**
 * Asks the pattern once for each ASCII character and again only for the others: links are read
 * character by character.
 */
function characterTest(pattern: string): (character: string) => boolean {
  const regex = new RegExp(pattern, "iu");
  const ascii = Array.from({ length: 128 }, (_, code) => regex.test(String.fromCharCode(code)));
  return (character) => ascii[character.charCodeAt(0)] ?? regex.test(character);
}

const FOREIGN_BY_FIRST = new Map<string, string[]>();
for (const name of FOREIGN_TOP_LEVEL_DOMAINS) {
  const first = name.charAt(0);
  FOREIGN_BY_FIRST.set(first, [...(FOREIGN_BY_FIRST.get(first) ?? []), name]);
}

/**
 * Length of the top-level domain that the label starts with, or 0. Letters of another script may
 * follow it: Japanese has no blanks.
 */
function topLevelLength(label: string, after: string): number {
  const ascii = /^[a-z]+/i.exec(label)?.[0] ?? "";
  const next = label[ascii.length] ?? after;
  if (TOP_LEVEL_DOMAINS.has(ascii.toLowerCase()) && !/[0-9a-z@+-]/i.test(next)) return ascii.length;
  if (label.length === 0 || label.charCodeAt(0) < 0x80) return 0;
  const foreign = (FOREIGN_BY_FIRST.get(label.charAt(0)) ?? []).filter((name) =>
    label.startsWith(name),
  );
  return Math.max(0, ...foreign.map((name) => name.length));
}

const validLabel = (label: string, isDomain: boolean) =>
  label.length > 0 &&
  label.length <= MAX_LABEL &&
  !/^[-_]|[-_]$/.test(label) &&
  !(isDomain && label.includes("_")) &&
  !(/^xn--/i.test(label) && /[^a-z0-9-]/i.test(label));

/**
 * Length of the longest domain that the host starts with, or 0. `after` is the character behind the
 * host.
 */
function domainLength(host: string, after: string): number {
  const labels = host.split(".");
  let best = 0;
  let at = 0;
  for (const [i, label] of labels.entries()) {
    const previous = labels[i - 1];
    if (previous !== undefined && validLabel(previous, true)) {
      const length = topLevelLength(label, i + 1 < labels.length ? "." : after);
      if (length > 0) best = at + length;
    }
    if (!validLabel(label, false)) break;
    at += label.length + 1;
  }
  return best;
}

/**
 * Index after the group that opens at `from`, which may hold one more level of parentheses; -1 when
 * it doesn't close.
 */
function closed(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at] ?? "";
    if (character === "(") {
      if (++depth > 2) return -1;
    } else if (character === ")") {
      if (text[at - 1] === "(") return -1;
      if (--depth === 0) return at + 1;
    } else if (!isPathCharacter(character)) return -1;
  }
  return -1;
}

/**
 * Index after the port, path and query that begin at `from`. Full stops and the like at the end
 * belong to the sentence, not to the link.
 */
function tailEnd(text: string, from: number): number {
  PORT.lastIndex = from;
  let end = PORT.test(text) ? PORT.lastIndex : from;
  if (text[end] === "/") {
    end++;
    for (let at = end; at < text.length; ) {
      const character = text[at] ?? "";
      const next = character === "(" ? closed(text, at) : at + 1;
      if (next < 0 || (character !== "(" && !isPathCharacter(character))) break;
      at = next;
      if (character === "(" || isPathEnd(character)) end = at;
    }
  }
  QUERY.lastIndex = end;
  let queryEnd = QUERY.test(text) ? QUERY.lastIndex : end;
  while (queryEnd > end && !isQueryEnd(text.charAt(queryEnd - 1))) queryEnd--;
  return queryEnd - end > 1 ? queryEnd : end;
}

function withProtocol(text: string, start: number, hostStart: number): UrlSpan | undefined {
  HOST.lastIndex = hostStart;
  const host = HOST.exec(text)?.[0] ?? "";
  const length = domainLength(host, text[hostStart + host.length] ?? "");
  if (length === 0 || /[A-Za-z0-9@＠$#＃]/.test(text[start - 1] ?? "")) return undefined;
  SHORT_LINK.lastIndex = start;
  const short = SHORT_LINK.exec(text);
  if ((short?.[1] ?? "").length > MAX_SHORT_LINK) return undefined;
  // What follows a short link is not read at all: a row of them would be read over and over.
  const shortEnd = start + (short?.[0].length ?? 0);
  const end =
    short && text[shortEnd] !== "?"
      ? shortEnd
      : tailEnd(text, short ? shortEnd : hostStart + length);
  return { url: text.slice(start, end), start, end };
}

/**
 * Length of the domain that the Latin letters at `at` begin, or 0; its last label may be a
 * top-level domain of another script.
 */
function bareLength(text: string, at: number, latin: string): number {
  const behind = at + latin.length;
  const length = domainLength(latin, text[behind] ?? "");
  if (
    length > 0 ||
    text[behind] !== "." ||
    !validLabel(latin.slice(latin.lastIndexOf(".") + 1), true)
  )
    return length;
  const foreign = topLevelLength(text.slice(behind + 1, behind + 1 + MAX_LABEL), "");
  return foreign === 0 ? 0 : latin.length + 1 + foreign;
}

/** Domains in Latin letters inside a run of host characters that no protocol precedes. */
function bareDomains(text: string, start: number, run: string): UrlSpan[] {
  const spans: UrlSpan[] = [];
  for (const match of run.matchAll(LATIN_HOST)) {
    const at = start + match.index;
    const before = text[at - 1] ?? "";
    const length = bareLength(text, at, match[0]);
    const underscored =
      before === "_" && (match.index < 2 || match[0].slice(0, length).split(".").length < 3);
    if (length === 0 || underscored || /[@＠$#＃/.]/.test(before)) continue;
    const end = tailEnd(text, at + length);
    spans.push({ url: text.slice(at, end), start: at, end });
  }
  return spans;
}

/** Dots at the end of a word end a sentence. */
const DOT_INSIDE = /[^.]\.[^.]/;

/**
 * Links in the order of the text, found and cut as twitter-text does, in linear time: every
 * character is read once.
 */
export function extractUrls(text: string): UrlSpan[] {
  const spans: UrlSpan[] = [];
  if (!text.includes(".")) return spans;
  RUN.lastIndex = 0;
  for (let match = RUN.exec(text); match !== null; match = RUN.exec(text)) {
    const end = RUN.lastIndex;
    const protocol = text.startsWith("://", end) ? PROTOCOL.exec(match[0]) : null;
    const bare = protocol ? match[0].slice(0, protocol.index) : match[0];
    if (DOT_INSIDE.test(bare)) spans.push(...bareDomains(text, match.index, bare));
    const linkStart = match.index + bare.length;
    const link =
      protocol && linkStart >= (spans.at(-1)?.end ?? 0) && withProtocol(text, linkStart, end + 3);
    if (link) spans.push(link);
    RUN.lastIndex = Math.max(end, spans.at(-1)?.end ?? 0);
  }
  return spans;
}
