import { fromBase64Url, toBase64Url } from "./base64.ts";

const RAW = /^(0|-1):([0-9a-f]{64})$/i;
const FRIENDLY = /^[A-Za-z0-9+/_-]{48}$/;
/** Addresses of the test network carry it in their tag. */
const TEST_FLAG = 0x80;
const BOUNCEABLE = 0x11;
/** What the tags of all accounts have in common: bounceable or not, of either network. */
const TAG_BITS = 0x3f;

/** CRC-16/XMODEM. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++)
      crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc;
}

/** Tag, workchain (0, or -1 for the masterchain), 32 bytes, CRC-16/XMODEM; null for other text. */
function friendlyBytes(text: string): Uint8Array | null {
  if (!FRIENDLY.test(text)) return null;
  const bytes = fromBase64Url(text);
  if (((bytes[0] ?? 0) & TAG_BITS) !== BOUNCEABLE) return null;
  if (bytes[1] !== 0 && bytes[1] !== 255) return null;
  const sum = crc16(bytes.subarray(0, 34));
  return bytes[34] === sum >> 8 && bytes[35] === (sum & 255) ? bytes : null;
}

function rawBytes(text: string): Uint8Array | null {
  const [, workchain, digits] = RAW.exec(text) ?? [];
  if (digits === undefined) return null;
  const bytes = new Uint8Array(36);
  bytes[1] = workchain === "-1" ? 255 : 0;
  for (let at = 0; at < 32; at++)
    bytes[at + 2] = Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

/** Whether the text is an account in TON's user-friendly form, its checksum included. */
export const isTonFriendly = (text: string): boolean => friendlyBytes(text) !== null;

/**
 * An account of TON in its bounceable, URL-safe form ("EQ..."), whatever form it is written in
 * (TEP-2); null for text that is no such account.
 */
export function tonAccount(text: string): string | null {
  const bytes = friendlyBytes(text) ?? rawBytes(text);
  if (bytes === null) return null;
  bytes[0] = BOUNCEABLE | ((bytes[0] ?? 0) & TEST_FLAG);
  const sum = crc16(bytes.subarray(0, 34));
  bytes[34] = sum >> 8;
  bytes[35] = sum & 255;
  return toBase64Url(bytes);
}
