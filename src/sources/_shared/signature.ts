const TOLERANCE_SECONDS = 300;

const bytes = (text: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(new TextEncoder().encode(text));

function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}

function fromHex(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^([0-9a-f]{2})+$/i.test(text)) return null;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Constant time: the comparison is WebCrypto's own. */
async function hmacMatches(
  secret: Uint8Array<ArrayBuffer>,
  content: string,
  mac: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const key = await crypto.subtle.importKey(
    "raw",
    secret,
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["verify"],
  );
  return crypto.subtle.verify("HMAC", key, mac, bytes(content));
}

async function anyMatch(
  secrets: Uint8Array<ArrayBuffer>[],
  content: string,
  macs: (Uint8Array<ArrayBuffer> | null)[],
): Promise<boolean> {
  const checks = macs.flatMap((mac) =>
    mac === null ? [] : secrets.map((secret) => hmacMatches(secret, content, mac)),
  );
  return (await Promise.all(checks)).includes(true);
}

export type HeaderMap = ReadonlyMap<string, string>;
export type SignatureProof = "genuine" | "unsigned" | "forged" | "expired";

/**
 * Standard Webhooks: `v1,` signatures over id.timestamp.body, at most five minutes old. Secrets are
 * written whsec_ + base64.
 */
export async function standardWebhook(
  secrets: string[],
  headers: HeaderMap,
  body: string,
  now: number,
): Promise<SignatureProof> {
  const id = headers.get("webhook-id");
  const timestamp = headers.get("webhook-timestamp");
  const signatures = headers.get("webhook-signature");
  if (id === undefined || timestamp === undefined || signatures === undefined) return "unsigned";
  const age = Math.abs(now / 1_000 - Number(timestamp));
  if (!(age <= TOLERANCE_SECONDS)) return "expired";
  const keys = secrets.flatMap((secret) => fromBase64(secret.replace(/^whsec_/, "")) ?? []);
  const macs = signatures
    .split(" ")
    .filter((each) => each.startsWith("v1,"))
    .map((each) => fromBase64(each.slice(3)));
  return (await anyMatch(keys, `${id}.${timestamp}.${body}`, macs)) ? "genuine" : "forged";
}

/**
 * GitHub's way: X-Hub-Signature-256 over the body, the secret taken as text. It carries no time: a
 * replay is known by the post's id.
 */
export async function hubSignature(
  secrets: string[],
  headers: HeaderMap,
  body: string,
): Promise<SignatureProof> {
  const signature = headers.get("x-hub-signature-256");
  if (signature === undefined) return "unsigned";
  const mac = signature.startsWith("sha256=") ? fromHex(signature.slice(7)) : null;
  return (await anyMatch(secrets.map(bytes), body, [mac])) ? "genuine" : "forged";
}
