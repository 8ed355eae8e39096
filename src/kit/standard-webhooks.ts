import { fromBase64, toBase64, tryBase64 } from "./base64.ts";
import { hmacMatches, hmacSha256 } from "./hash.ts";

/*
 * Standard Webhooks, symmetric signatures (github.com/standard-webhooks/standard-webhooks,
 * spec/standard-webhooks.md): HMAC-SHA256 over `id.timestamp.body` with the base64-decoded secret.
 */
const PREFIX = "whsec_";
const VERSION = "v1,";
const SECRET_BYTES = 32;
const TOLERANCE_SECONDS = 300;

/** Whether `text` is `whsec_` and the base64 of 24 to 64 bytes. */
export function isSecret(text: string): boolean {
  if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text)) return false;
  const length = tryBase64(text.slice(PREFIX.length))?.length ?? 0;
  return length >= 24 && length <= 64;
}

export const newSecret = (randomBytes: (count: number) => Uint8Array): string =>
  `${PREFIX}${toBase64(randomBytes(SECRET_BYTES))}`;

const signature = (secret: string, content: string): string =>
  `${VERSION}${toBase64(hmacSha256(fromBase64(secret.slice(PREFIX.length)), content))}`;

/**
 * The three headers of one attempt, with one signature per live secret, so that a receiver may
 * change to the new secret at any moment.
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

export type SignatureProof = "genuine" | "unsigned" | "forged" | "expired";

/**
 * Verifies the headers of a received webhook over its body as it came. Only `v1,` signatures count,
 * and none older than five minutes or as far ahead of the clock. Secrets are base64, with or
 * without `whsec_`; one that is not base64 matches nothing. Header names in lower case.
 */
export async function verifyWebhook(
  secrets: readonly string[],
  headers: ReadonlyMap<string, string>,
  body: Uint8Array,
  now: number,
): Promise<SignatureProof> {
  const id = headers.get("webhook-id");
  const timestamp = headers.get("webhook-timestamp");
  const signatures = headers.get("webhook-signature");
  if (id === undefined || timestamp === undefined || signatures === undefined) return "unsigned";
  const age = Math.abs(now / 1_000 - Number(timestamp));
  // Written so that a timestamp which is not a number counts as expired.
  if (!(age <= TOLERANCE_SECONDS)) return "expired";
  const keys = secrets.flatMap((secret) => tryBase64(secret.replace(/^whsec_/, "")) ?? []);
  const macs = signatures
    .split(" ")
    .filter((each) => each.startsWith(VERSION))
    .flatMap((each) => tryBase64(each.slice(VERSION.length)) ?? []);
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const content = new Uint8Array(head.length + body.length);
  content.set(head);
  content.set(body, head.length);
  const matches = await hmacMatches(keys, content, macs);
  return matches ? "genuine" : "forged";
}
