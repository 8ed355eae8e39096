import { cutText } from "./rich-text.ts";

const MAX_WORDS = 500;
export const MASK = "***";

/** Whatever looks like a credential: a receiver may echo the request, also that of another. */
const CREDENTIALS = [
  /whsec_[A-Za-z0-9+/=]{8,}/g,
  /\bv1a?,[A-Za-z0-9+/=]{16,}/g,
  /\b(?:Bearer|Basic) +[\w.~+/=-]{8,}/gi,
  /\b\d{5,}:[\w-]{30,}/g,
  /\b(?:re|sk|xox[a-z]|ghp|ess)_?[A-Za-z0-9]*[-_.][A-Za-z0-9_.-]{12,}/g,
  /(?<=\/webhooks\/\d{1,25}\/)[\w-]{8,}/g,
  /(?<=hooks\.slack(?:-gov)?\.com\/)[\w/-]{8,}/g,
  /(?<=\/\/)[^\s/@:]{1,100}:[^\s/@]{1,100}(?=@)/g,
];

/** Shorter values are words of their own: masking them would say more than it hides. */
const LEAST_SECRET = 8;

/** The strings in `value`, at any depth. */
export function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}

/** `text` with `secrets` and whatever looks like a credential masked. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  const longestFirst = secrets
    .filter((secret) => secret.length >= LEAST_SECRET)
    .sort((a, b) => b.length - a.length);
  const known = longestFirst.reduce((left, secret) => left.replaceAll(secret, MASK), text);
  return CREDENTIALS.reduce((left, pattern) => left.replace(pattern, MASK), known);
}

/** The beginning of an answer on one line; null when it says nothing. */
export function wordsOf(text: string): string | null {
  const line = text
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  return line === "" ? null : cutText(line, MAX_WORDS);
}
