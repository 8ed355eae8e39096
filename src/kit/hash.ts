import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";

/** SHA-256 of bytes, or of the UTF-8 text. */
export const sha256Bytes = (content: string | Uint8Array): Uint8Array<ArrayBuffer> =>
  new Uint8Array(sha256(typeof content === "string" ? utf8ToBytes(content) : content));

/** SHA-256 of the UTF-8 text, 64 hex digits. Synchronous, so that pure decisions can make keys. */
export const sha256Hex = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));

/** The same by the platform: for long texts, where nobody needs it at once. */
export const digestHex = async (text: string): Promise<string> =>
  bytesToHex(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8ToBytes(text))));

/**
 * HMAC-SHA256 over the UTF-8 text. Synchronous: for a short text twice as fast as the platform's,
 * which needs an imported key and a task for each call.
 */
export const hmacSha256 = (key: Uint8Array, text: string): Uint8Array =>
  hmac(sha256, key, utf8ToBytes(text));

/** The same under a key that is a text, as 64 hex digits. */
export const hmacHex = (key: string, text: string): string =>
  bytesToHex(hmacSha256(utf8ToBytes(key), text));

const HMAC = { name: "HMAC", hash: "SHA-256" };

/**
 * Whether any of `macs` is the HMAC-SHA256 of the bytes under any of `keys`. WebCrypto
 * compares in constant time.
 */
export async function hmacMatches(
  keys: readonly Uint8Array<ArrayBuffer>[],
  content: Uint8Array<ArrayBuffer>,
  macs: readonly Uint8Array<ArrayBuffer>[],
): Promise<boolean> {
  const matches = async (key: Uint8Array<ArrayBuffer>, mac: Uint8Array<ArrayBuffer>) => {
    const imported = await crypto.subtle.importKey("raw", key, HMAC, false, ["verify"]);
    return crypto.subtle.verify("HMAC", imported, mac, content);
  };
  const checks = macs.flatMap((mac) => keys.map((key) => matches(key, mac)));
  return (await Promise.all(checks)).includes(true);
}

/** The bytes that hexadecimal digits stand for. Throws for anything else. */
export const hexBytes = (hex: string): Uint8Array => hexToBytes(hex);

export const hexOf = (bytes: Uint8Array): string => bytesToHex(bytes);
