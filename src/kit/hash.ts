import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** SHA-256 of the UTF-8 text, 64 hex digits. Synchronous, so that pure decisions can make keys. */
export const sha256Hex = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));
