import { hmacHex, sha256Hex } from "../kit/hash.ts";

const PEPPERED = "hmac-sha256:";
const peppered = (secret: string, pepper: string): string => PEPPERED + hmacHex(pepper, secret);

/**
 * What the store keeps of a key's secret. The pepper is no part of the database, so that a copy of
 * the database alone is no use for trying secrets.
 */
export const secretHash = (secret: string, pepper: string | null): string =>
  pepper === null ? sha256Hex(secret) : peppered(secret, pepper);

/**
 * Whether a secret is the one that was hashed. Hashes of before there was a pepper count until
 * their keys are rotated; those that were made with one need the same.
 */
export function provesSecret(secret: string, stored: string, pepper: string | null): boolean {
  if (!stored.startsWith(PEPPERED)) return sameText(sha256Hex(secret), stored);
  return pepper !== null && sameText(peppered(secret, pepper), stored);
}

/** Takes the same time wherever two texts of equal length differ. */
export function sameText(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}
