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

export const ok = new Status("OK");
export type Reply = null | number | string | Status | Reply[];

export function integer(text: string | undefined): number {
  if (text === undefined || !/^[+-]?\d+$/.test(text) || !Number.isSafeInteger(Number(text))) {
    throw new RedisError("ERR value is not an integer or out of range");
  }
  return Number(text);
}

/** Scores and increments; a bound of a range may be infinite. */
export function float(text: string | undefined): number {
  const infinite = /^([+-]?)inf(inity)?$/i.exec(text ?? "");
  if (infinite) return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const value = Number(text);
  if (text === undefined || text.trim() === "" || Number.isNaN(value))
    throw new RedisError("ERR value is not a valid float");
  return value;
}

/** Redis writes 3 for 3.0 and has words for infinity. */
export function formatFloat(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "inf" : "-inf";
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
