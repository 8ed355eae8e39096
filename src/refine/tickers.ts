import { foldMixedWord } from "../text/normalize.ts";

/** A ticker and where it stands in the text, its sign included. */
export type Ticker = { symbol: string; at: number; end: number };

/** A ticker goes on in letters of alphabets that write words with blanks between them. */
const SPACED = "\\p{Script=Latin}\\p{Script=Cyrillic}\\p{Script=Greek}\\p{Script=Armenian}";
/** These write words without blanks: behind a Latin ticker one of them begins the next word. */
const UNSPACED = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}";
const SPACED_TICKER = `[${SPACED}0-9][${SPACED}\\p{M}0-9_]{0,19}`;
/** "BTC.D" and "USDC.e" are names of their own; three letters behind a dot begin a sentence. */
const SUFFIX = `(?:\\.[A-Za-z]{1,2}(?![${SPACED}0-9_]))?`;
const UNSPACED_TICKER = `[${UNSPACED}]{1,12}`;
const TICKER = new RegExp(
  `(?<![${SPACED}0-9_$])\\\${1,3}((?:${SPACED_TICKER})${SUFFIX}|${UNSPACED_TICKER})`,
  "gu",
);

/** Two letters or more, or one capital ("$S"); never digits alone. */
const WORD = /^(?:\p{L}[\p{L}\p{M}0-9_]+|\p{Lu})(?:\.[A-Za-z]{1,2})?$/u;
/** "$1INCH", "$0xBTC", "$4CHAN": capitals behind the digits, or hexadecimal's prefix. */
const DIGIT_FIRST = /^(?:[0-9]{1,4}[A-Z][A-Z0-9]*|0x[A-Za-z0-9]{1,10}|1inch)$/;
/** Magnitudes, currencies, units and ordinals behind digits: a sum of money or a count. */
const AMOUNT =
  /^[0-9]+(?:[KMBTX]|BN|MM|MN|TN|MIO|MLN|MIL|MRD|USD[CT]?|EUR|GBP|CAD|AUD|JPY|CHF|ST|ND|RD|TH|AM|PM)$/i;

/** "$US900", "$NZ50": a country's dollars. */
const DOLLARS = /^(?:US|NZ|AU|CA|HK|SG|NT|MX)[0-9]+[KMB]?$/i;

/** Names of a program's own variables, where the line says that it is code. */
const CODE_LINE = [
  /(?:^|[;&|:{]\s*)(?:sudo|export|echo|cp|mv|cd|rm|ls|cat|docker|kubectl|git|curl|chmod|source|npm|printf|print)\s+[^\s]/i,
  /\bfor\s+\w+\s+in\s|\bforeach\s*\(|^\s*[A-Za-z_]\w*=["']/,
  /\b(?:const|let|var)\s+\w+\s*=/,
  /\bmy\s+\$[a-z]\w*\s*=/,
  /\$[a-z]\w*\s*(?:[+.*-]?=[^=>]|->|\{|\[|:\s?[{[])/,
  /\$env:\w|\b(?:Get|Set|New|Remove|Write|Import|Invoke|Start|Stop|Add)-[A-Z]\w*\s/,
  /\bfunction\s*\w*\(|=>\s*\{|\$\(\w/,
  /\b(?:print|echo|printf|console\.log)\s*\(|\[\[?\s+-[a-z]\s|<\?php/,
  /\b(?:sed|grep|ssh|tar|wget)\s+-\w|\bawk\s+['-]/,
  /\bSELECT\s.+\bFROM\s/,
];
/** Names that only programs give, and the talk about code in which others are variables too. */
const VARIABLE = /^(?:PS[A-Z][a-z]\w+|this|self|el|els|args?|argv|argc|elem|idx|obj|arr|str)$/;
const CODE_TALK =
  /\b(?:jquery|php|bash|zsh|powershell|perl|shell\s(?:script|variable)s?|env(?:ironment)?\s?(?:var(?:iable)?s?)|regexp?|json\sschema|svelte|javascript|typescript|mongo(?:db)?|scss|graphql)\b/i;
const ENVIRONMENT =
  /^(?:[a-z_]+|HOME|PATH|USER|SHELL|PWD|TERM|LANG|EDITOR|DISPLAY|\w+_(?:HOME|PATH))$/;
/** What only a shell or a program writes around a name: `KEY=$KEY`, `$PWD:/src`, `$SRC/keys`. */
const CODE_BEFORE = /[=`{]$|["']\s*\+\s*$/;
const CODE_BEHIND = /^(?::?\/[a-z.]|->|\{|\[|\(|::)/;
const SIGN_CLOSES = /^(?:=?[^\s$]*)\$(?!\p{L})/u;

/** Whether the text talks about code; it is read once, and only when a name asks. */
function codeTalk(text: string): () => boolean {
  let talks: boolean | undefined;
  return () => {
    talks ??= CODE_TALK.test(text);
    return talks;
  };
}

/**
 * Where code begins on the line of a place; infinity when the line holds none. Asked for places in
 * order, it reads each line once.
 */
function codeFinder(text: string): (at: number) => number {
  let end = -1;
  let code = Number.POSITIVE_INFINITY;
  return (at) => {
    if (at > end) {
      const start = text.lastIndexOf("\n", at - 1) + 1;
      const next = text.indexOf("\n", at);
      end = next === -1 ? text.length : next;
      const line = text.slice(start, end);
      const starts = CODE_LINE.map((pattern) => line.search(pattern));
      code = start + Math.min(Number.POSITIVE_INFINITY, ...starts.filter((found) => found >= 0));
    }
    return code;
  };
}

function isVariable(
  text: string,
  name: string,
  { at, end }: { at: number; end: number },
  code: { from: (at: number) => number; isTalk: () => boolean },
): boolean {
  const before = text.slice(Math.max(0, at - 4), at);
  const behind = text.slice(end, end + 24);
  const closesTicker = before.endsWith("`") && behind.startsWith("`");
  if (!closesTicker && CODE_BEFORE.test(before)) return true;
  if (CODE_BEHIND.test(behind)) return true;
  if (VARIABLE.test(name) || (ENVIRONMENT.test(name) && code.isTalk())) return true;
  // "$x$" and "$E=mc^2$" are formulas.
  if (name.length <= 2 && (SIGN_CLOSES.test(behind) || /^\s?=/.test(behind))) return true;
  return code.from(at) <= at;
}

function isTicker(name: string): boolean {
  if (/^[0-9]/.test(name)) return DIGIT_FIRST.test(name) && !AMOUNT.test(name);
  return WORD.test(name) && !DOLLARS.test(name);
}

/**
 * Tickers behind a dollar sign, each where it stands first, upper case. A name is taken whole or
 * not at all: "$CAFÉ" is never "CAF". Sums of money, formulas and variables of programs are none.
 * `text`: in normal form (NFKC).
 */
export function namedTickers(text: string): Ticker[] {
  if (!text.includes("$")) return [];
  const first = new Map<string, Ticker>();
  const code = { from: codeFinder(text), isTalk: codeTalk(text) };
  for (const match of text.matchAll(TICKER)) {
    const name = foldMixedWord((match[1] ?? "").replace(/_+$/, ""));
    const at = match.index;
    const end = at + match[0].length;
    const symbol = name.toUpperCase();
    if (first.has(symbol) || !isTicker(name)) continue;
    if (!isVariable(text, name, { at, end }, code)) first.set(symbol, { symbol, at, end });
  }
  return [...first.values()];
}
