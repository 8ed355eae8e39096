/** Base64 of bytes (RFC 4648 section 4), padded. */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  // A call takes some 100,000 arguments at most.
  for (let at = 0; at < bytes.length; at += CHUNK)
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(binary);
}

const CHUNK = 8_192;

/** The bytes that `text` encodes. Throws when it is not base64. */
export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

/** The same for text from outside: null when it is not base64. */
export function tryBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return fromBase64(text);
  } catch {
    return null;
  }
}

/** Base64 for URLs, file names and JWTs (RFC 4648 section 5), without padding. */
export const toBase64Url = (bytes: Uint8Array): string =>
  toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** The bytes that `text` encodes for a URL. Throws when it is not base64. */
export const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  fromBase64(text.replaceAll("-", "+").replaceAll("_", "/"));
