import { RedisError } from "./keyspace.ts";

/**
 * A status such as OK or PONG differs from the string of the same letters: base64 and Lua tell them
 * apart.
 */
export class Status {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export const OK = new Status("OK");
export type Reply = null | number | string | Status | Reply[];

export function integer(text: string | undefined): number {
  if (text === undefined || !/^[+-]?\d+$/.test(text) || !Number.isSafeInteger(Number(text))) {
    throw new RedisError("ERR value is not an integer or out of range");
  }
  return Number(text);
}

export const syntaxError = () => new RedisError("ERR syntax error");

/** Redis's glob of KEYS and SCAN: `*`, `?`, `[a-z]`, `\x`. */
export function globToRegExp(glob: string): RegExp {
  const body = glob.replaceAll(
    /\\(.)|\[\^?[^\]]*\]|[*?]|[.+^${}()|\\]/gs,
    (token, escaped?: string) => {
      if (escaped !== undefined) return `\\u{${escaped.codePointAt(0)?.toString(16)}}`;
      if (token === "*") return ".*";
      if (token === "?") return ".";
      return token.startsWith("[") ? token : `\\${token}`;
    },
  );
  return new RegExp(`^${body}$`, "su");
}
