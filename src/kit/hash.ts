import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** SHA-256 of the UTF-8 text, 64 hex digits. Synchronous, so that pure decisions can make keys. */
export const sha256Hex = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));

/**
 * HMAC-SHA256 over the UTF-8 text. Synchronous: for a short text twice as fast as the platform's,
 * which takes a key and a task for each.
 */
export const hmacSha256 = (key: Uint8Array, text: string): Uint8Array =>
  hmac(sha256, key, utf8ToBytes(text));
