import { type GuardedPorts, guardedCall } from "../http/provider-call.ts";
import type { ProviderLimits } from "../http/provider-guard.ts";
import type { Verdict } from "../http/verdict.ts";
import { fromBase64, toBase64Url } from "../kit/base64.ts";
import { getPath } from "../kit/get-path.ts";

/**
 * Access tokens of this isolate by account, with the time (ms) until which each may be used. Never
 * written anywhere.
 */
export type TokenCache = Map<string, { token: string; until: number }>;

/** The fields of a service account's key file that authentication needs. */
export type ServiceAccount = {
  clientEmail: string;
  privateKey: string;
  keyId: string | null;
  projectId: string;
};

const EARLY_MS = 60_000;
const LIMITS: ProviderLimits = { pace: { perMinute: 30, gapMs: 0 }, dailyBudget: null };

/** Null when the text is not a key file. Secrets in variables often hold `\n` for line ends. */
export function serviceAccount(text: string): ServiceAccount | null {
  try {
    const file: unknown = JSON.parse(text);
    const clientEmail = getPath(file, "client_email");
    const privateKey = getPath(file, "private_key");
    const keyId = getPath(file, "private_key_id");
    const projectId = getPath(file, "project_id");
    if (
      typeof clientEmail !== "string" ||
      typeof privateKey !== "string" ||
      typeof projectId !== "string"
    )
      return null;
    return {
      clientEmail,
      privateKey: privateKey.replaceAll("\\n", "\n"),
      keyId: typeof keyId === "string" ? keyId : null,
      projectId,
    };
  } catch {
    return null;
  }
}

const encode = (value: unknown): string =>
  toBase64Url(new TextEncoder().encode(JSON.stringify(value)));

/** A JWT signed with RS256 by WebCrypto. Throws when the key is not a PKCS#8 PEM. */
export async function signedJwt(
  account: ServiceAccount,
  claims: Record<string, unknown>,
): Promise<string> {
  const der = fromBase64(account.privateKey.replace(/-----[^-]+-----|\s/g, ""));
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
  const header = {
    alg: "RS256",
    typ: "JWT",
    ...(account.keyId !== null && { kid: account.keyId }),
  };
  const content = `${encode(header)}.${encode(claims)}`;
  const signature = await crypto.subtle.sign(
    algorithm.name,
    key,
    new TextEncoder().encode(content),
  );
  return `${content}.${toBase64Url(new Uint8Array(signature))}`;
}

export type TokenRequest = { account: ServiceAccount; tokenUrl: string; scope: string };

/** An access token from Google, cached until a minute before it expires; or the reason for none. */
export async function googleToken(
  { account, tokenUrl, scope }: TokenRequest,
  cache: TokenCache,
  ports: GuardedPorts,
): Promise<string | Verdict> {
  const held = cache.get(account.clientEmail);
  if (held !== undefined && held.until > ports.now()) return held.token;
  const iat = Math.floor(ports.now() / 1_000);
  const claims = {
    iss: account.clientEmail,
    scope,
    aud: "https://oauth2.googleapis.com/token",
    iat,
    exp: iat + 3_600,
  };
  const assertion = await signedJwt(account, claims).catch(() => null);
  if (assertion === null) return { kind: "auth", reason: "the private key cannot be read" };
  const answer = await guardedCall(
    { provider: "google", limits: LIMITS },
    () => ({
      method: "POST",
      url: tokenUrl,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion,
      }).toString(),
      timeoutMs: 8_000,
      expect: "json",
      classify: ({ status, json }) =>
        status === 400 && getPath(json, "error") === "invalid_grant"
          ? { kind: "auth", reason: "invalid_grant" }
          : undefined,
    }),
    ports,
  );
  if (answer.verdict.kind !== "ok") return answer.verdict;
  const token = getPath(answer.json, "access_token");
  const seconds = getPath(answer.json, "expires_in");
  if (typeof token !== "string" || typeof seconds !== "number")
    return { kind: "retry", reason: "answer has another shape" };
  cache.set(account.clientEmail, { token, until: ports.now() + seconds * 1_000 - EARLY_MS });
  return token;
}
