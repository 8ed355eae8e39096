import type { SourceSpan } from "./syntax.ts";

/**
 * A mistake in an expression that has a known fix. `instead` replaces the span and keeps the
 * author's meaning.
 */
export type ExpressionFault = {
  message: string;
  at: SourceSpan;
  suggestion?: string;
  instead?: string;
};

/** Stands for each character of a quoted text, so that no trap is seen inside one. */
const HIDDEN = "§";

type Trap = {
  pattern: RegExp;
  message: string;
  /** `written` is what was found with its texts. */
  instead: (found: RegExpExecArray, written: string) => string;
};

/**
 * Looked for at the start of a name only: from each of its characters, a name of 2,000 of them
 * would take millions of steps.
 */
const NAME = String.raw`(?<![\w.$])([a-zA-Z$_][.\w$]*)`;

/**
 * How people write conditions who come from Python, SQL, C or a word processor, and what this
 * language says instead.
 */
const TRAPS: readonly Trap[] = [
  {
    pattern: new RegExp(String.raw`${NAME}\s+is\s+not\s+(?:null|none|missing)\b`, "gi"),
    message: "there is no `is`",
    instead: ([, name]) => `exists(${name})`,
  },
  {
    pattern: new RegExp(String.raw`${NAME}\s+is\s+(?:null|none|missing)\b`, "gi"),
    message: "there is no `is`",
    instead: ([, name]) => `not exists(${name})`,
  },
  {
    pattern: new RegExp(String.raw`${NAME}\s*===?\s*(?:null|none)\b`, "gi"),
    message: "comparing with null is never true",
    instead: ([, name]) => `not exists(${name})`,
  },
  {
    pattern: new RegExp(String.raw`${NAME}\s*!==?\s*(?:null|none)\b`, "gi"),
    message: "comparing with null is never true",
    instead: ([, name]) => `exists(${name})`,
  },
  {
    pattern: new RegExp(String.raw`${NAME}\s+is\s+(not\s+)?(true|false)\b`, "gi"),
    message: "there is no `is`, and flags are 1 or 0",
    instead: ([, name, not, word]) =>
      `${name} ${not ? "!=" : "=="} ${word?.toLowerCase() === "true" ? 1 : 0}`,
  },
  {
    pattern: /\s+is\s+(not\s+)?(?=[§\d-])/gi,
    message: "there is no `is`",
    instead: ([, not]) => (not ? " != " : " == "),
  },
  {
    pattern: /(?<![\w.$])(and|or|not|in|of|if|then|else|mod)(?=[("'[§-])/g,
    message: "needs a space after it: the character that follows is swallowed",
    instead: ([word]) => `${word} `,
  },
  {
    pattern: /(?<![\w.$])(AND|OR|NOT|IN|And|Or|Not|In)(?![\w.$(])/g,
    message: "is written in small letters",
    instead: ([w]) => w.toLowerCase(),
  },
  { pattern: / ?&& ?/g, message: "`&&` is written `and`", instead: () => " and " },
  { pattern: / ?\|\| ?/g, message: "`||` is written `or`", instead: () => " or " },
  { pattern: /=>/g, message: "is written `>=`", instead: () => ">=" },
  { pattern: /=</g, message: "is written `<=`", instead: () => "<=" },
  { pattern: /===/g, message: "equality is written `==`", instead: () => "==" },
  { pattern: /!==|<>/g, message: "inequality is written `!=`", instead: () => "!=" },
  { pattern: /(?<![=!<>~])=(?![=])/g, message: "equality is written `==`", instead: () => "==" },
  { pattern: /!(?!=)\s*/g, message: "`!` is written `not`", instead: () => "not " },
  { pattern: /\*\*/g, message: "a power is written `^`", instead: () => "^" },
  { pattern: /≥/g, message: "is written `>=`", instead: () => ">=" },
  { pattern: /≤/g, message: "is written `<=`", instead: () => "<=" },
  { pattern: /≠/g, message: "is written `!=`", instead: () => "!=" },
  { pattern: /[−–]/g, message: "a minus is written `-`", instead: () => "-" },
  { pattern: /[“”‘’„]/g, message: "text takes straight double quotes", instead: () => '"' },
  {
    pattern: /(?<![\w.$])(\d+(?:\.\d+)?e[+-]?\d+)(?![\w.$])/gi,
    message: "numbers are written out",
    instead: ([n]) => plain(Number(n)),
  },
  {
    pattern: /(?<![\w.$])(\d+)\.(?![\w.$])/g,
    message: "a number ends with a digit",
    instead: ([, n = ""]) => n,
  },
  {
    pattern: /(?<![\w.$])\.\d+/g,
    message: "a number starts with a digit",
    instead: ([n]) => `0${n}`,
  },
  {
    pattern: /(?<![\w.$])\d{1,3}(?:_\d{3})+(?![\w.$])/g,
    message: "numbers have no separators",
    instead: ([n]) => n.replaceAll("_", ""),
  },
  {
    pattern: /(?<=[<>=]\s{0,9})\d{1,3}(?:,\d{3})+(?![\w.$,])/g,
    message: "numbers have no separators",
    instead: ([n]) => n.replaceAll(",", ""),
  },
  {
    pattern: /(?<![\w.$])(\d+(?:\.\d+)?)([km])(?![\w.$])/gi,
    message: "numbers are written out",
    instead: ([, n, unit]) => plain(Number(n) * (unit?.toLowerCase() === "k" ? 1e3 : 1e6)),
  },
  {
    pattern: /(?<=\d)\s?%(?=\s{0,9}(?:$|\)|and\b|or\b))/g,
    message: "a percentage takes no sign",
    instead: () => "",
  },
  {
    pattern: new RegExp(String.raw`${NAME}\s+contains\s+§+`, "gi"),
    message: "`contains` is written `in`, the other way round",
    instead: ([, name = ""], written) => `${/["'].*/s.exec(written)?.[0]} in ${name}`,
  },
  {
    pattern: new RegExp(String.raw`${NAME}\s+between\s+(-?[\d.]+)\s+and\s+(-?[\d.]+)`, "gi"),
    message: "`between` is written as a chain",
    instead: ([, name, least, most]) => `${least} <= ${name} <= ${most}`,
  },
  {
    pattern: /,\s{0,9}(?=[)\]}])/g,
    message: "nothing follows the comma",
    instead: () => "",
  },
  {
    pattern: /(?<=[<>=(,]\s{0,9})\+(?=[\d.])/g,
    message: "a number takes no sign but -",
    instead: () => "",
  },
  {
    pattern: /[[\]{}]/g,
    message: "a list takes round brackets",
    instead: ([b]) => (b === "[" || b === "{" ? "(" : ")"),
  },
];

const plain = (n: number) =>
  Number.isSafeInteger(n)
    ? String(n)
    : n.toLocaleString("en", { useGrouping: false, maximumFractionDigits: 20 });

/**
 * The traps that an expression has walked into, in the order of the text. Looked for only where it
 * does not parse as it stands.
 */
export function findTraps(text: string): ExpressionFault[] {
  const open = text.replace(/"(?:\\"|\\\\|[^"\\])*"|'(?:\\'|\\\\|[^'\\])*'/g, (quoted) =>
    HIDDEN.repeat(quoted.length),
  );
  const faults: ExpressionFault[] = [];
  let rest = open;
  for (const { pattern, message, instead } of TRAPS) {
    for (const found of rest.matchAll(pattern)) {
      const end = found.index + found[0].length;
      const written = found[0].trim();
      faults.push({
        message: `${written}: ${message}`,
        at: [found.index, end],
        instead: instead(found, text.slice(found.index, end)),
      });
      rest = `${rest.slice(0, found.index)}${HIDDEN.repeat(found[0].length)}${rest.slice(end)}`;
    }
  }
  return faults.sort((a, b) => a.at[0] - b.at[0]);
}

/** The text with every suggestion put in. */
export function applyFixes(text: string, faults: readonly ExpressionFault[]): string {
  let result = text;
  for (const { at, instead } of [...faults].sort((a, b) => b.at[0] - a.at[0]))
    if (instead !== undefined) result = result.slice(0, at[0]) + instead + result.slice(at[1]);
  return result;
}
