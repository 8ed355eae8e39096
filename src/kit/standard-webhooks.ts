import { hmacSha256 } from "./hash.ts";

/*
 * Standard Webhooks, symmetric signatures (github.com/standard-webhooks/standard-webhooks,
 * spec/standard-webhooks.md): HMAC-SHA256 over
 * `id.timestamp.body` with the base64-decoded secret.
 */
const PREFIX = "whsec_";
const SECRET_BYTES = 32;

const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

/** `whsec_` and the base64 of 24 to 64 bytes. */
export function isSecret(text: string): boolean {
  if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text)) return false;
  try {
    const { length } = fromBase64(text.slice(PREFIX.length));
    return length >= 24 && length <= 64;
  } catch {
    return false;
  }
}

export const newSecret = (randomBytes: (count: number) => Uint8Array): string =>
  `${PREFIX}${toBase64(randomBytes(SECRET_BYTES))}`;

const signature = (secret: string, content: string): string =>
  `v1,${toBase64(hmacSha256(fromBase64(secret.slice(PREFIX.length)), content))}`;

/**
 * The three headers of one attempt; one signature per live secret, so that a receiver may change
 * over at any moment.
 */
export function signedHeaders(
  secrets: readonly string[],
  id: string,
  body: string,
  now: number,
): Record<string, string> {
  const timestamp = `${Math.floor(now / 1_000)}`;
  const signatures = secrets.map((secret) => signature(secret, `${id}.${timestamp}.${body}`));
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}
