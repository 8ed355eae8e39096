import { inexpressible } from "./tree.ts";

export type PythonToken =
  | { kind: "number"; value: number }
  | { kind: "text"; value: string; isFormat: boolean }
  | { kind: "name"; value: string }
  | { kind: "sign"; value: string };

const BLANK = /(?:\s|\\\r?\n|#[^\n]*)+/y;
const NUMBER =
  /0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y;
const TEXT =
  /([rRuUfF]{0,2})("""(?:\\.|[^\\])*?"""|'''(?:\\.|[^\\])*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')/sy;
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const SIGN = /\*\*|\/\/|[<>=!]=|[-+*/%&|~<>()[\]{},.:]/y;

/** The tokens of one expression. Bytes, `:=`, and signs that Python has not, are refused. */
export function pythonTokens(text: string): PythonToken[] {
  const found: PythonToken[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const matched = pattern.exec(text);
    if (matched) at += matched[0].length;
    return matched;
  };
  for (;;) {
    match(BLANK);
    if (at >= text.length) return found;
    const quoted = match(TEXT);
    if (quoted) {
      found.push(textToken(quoted[1] ?? "", quoted[2] ?? ""));
      continue;
    }
    const number = match(NUMBER)?.[0];
    if (number !== undefined) {
      found.push({ kind: "number", value: numberOf(number) });
      continue;
    }
    const name = match(NAME)?.[0];
    const sign = name === undefined ? match(SIGN)?.[0] : undefined;
    if (name !== undefined) found.push({ kind: "name", value: name });
    else if (sign !== undefined) found.push({ kind: "sign", value: sign });
    else inexpressible(`cannot read ${JSON.stringify(text.slice(at, at + 10))}`);
  }
}

function numberOf(written: string): number {
  if (/^0\d/.test(written)) inexpressible(`${written} is no number in Python`);
  return Number(written.replaceAll("_", ""));
}

const ESCAPE =
  /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U(00(?:0[\da-fA-F]|10)[\da-fA-F]{4})|\n|([\\'"ntr]))/g;
const ESCAPED: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

function textToken(prefix: string, quoted: string): PythonToken {
  const length = /^(?:"""|''')/.test(quoted) ? 3 : 1;
  const inside = quoted.slice(length, -length);
  if (!/r/i.test(prefix) && /\\N\{/.test(inside)) inexpressible("a character by its name");
  const value = /r/i.test(prefix)
    ? inside
    : inside.replace(ESCAPE, (_, x, u, U, sign) => {
        const digits = x ?? u ?? U;
        if (digits !== undefined) return String.fromCodePoint(Number.parseInt(digits, 16));
        return sign === undefined ? "" : (ESCAPED[sign] ?? sign);
      });
  return { kind: "text", value, isFormat: /f/i.test(prefix) };
}
