import { hmacMatches } from "../../kit/hash.ts";
import type { SignatureProof } from "../../kit/standard-webhooks.ts";

function fromHex(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^([0-9a-f]{2})+$/i.test(text)) return null;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/**
 * Verifies a webhook as GitHub signs it: X-Hub-Signature-256 over the body as it came, with the
 * secret taken as text. The signature covers neither a time nor the headers.
 */
export async function verifyHubSignature(
  secrets: readonly string[],
  headers: ReadonlyMap<string, string>,
  body: Uint8Array<ArrayBuffer>,
): Promise<SignatureProof> {
  const signature = headers.get("x-hub-signature-256");
  if (signature === undefined) return "unsigned";
  const mac = signature.startsWith("sha256=") ? fromHex(signature.slice(7)) : null;
  if (mac === null) return "forged";
  const keys = secrets.map((secret) => new Uint8Array(new TextEncoder().encode(secret)));
  return (await hmacMatches(keys, body, [mac])) ? "genuine" : "forged";
}
