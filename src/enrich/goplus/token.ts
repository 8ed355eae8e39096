import * as z from "zod";
import type { TokenCache } from "../../google/access-token.ts";
import { type GuardedPorts, guardedCall } from "../../http/provider-call.ts";
import type { ProviderLimits } from "../../http/provider-guard.ts";

export type GoPlusKeys = { baseUrl: string; appKey: string; appSecret: string };

const Reply = z.object({
  code: z.literal(1),
  result: z.object({ access_token: z.string(), expires_in: z.number() }),
});
const EARLY_MS = 60_000;
/**
 * How long to go on without a token: one that was refused stays refused, a service that is out
 * comes back.
 */
const WITHOUT_MS = { refused: 900_000, out: 60_000 };

/** hex(sha1(key + time + secret)), as the API defines it; SHA-1 here is the provider's choice. */
export async function goplusSignature(
  appKey: string,
  time: number,
  appSecret: string,
): Promise<string> {
  const digest = await crypto.subtle.digest(
    "SHA-1",
    new TextEncoder().encode(`${appKey}${time}${appSecret}`),
  );
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * A token for the Authorization header; null when none can be had, and the caller asks without one.
 */
export async function goplusToken(
  keys: GoPlusKeys,
  limits: ProviderLimits,
  cache: TokenCache,
  ports: GuardedPorts,
): Promise<string | null> {
  const held = cache.get(keys.appKey);
  if (held !== undefined && held.until > ports.now()) return held.token || null;
  const time = Math.floor(ports.now() / 1_000);
  const body = JSON.stringify({
    app_key: keys.appKey,
    time,
    sign: await goplusSignature(keys.appKey, time, keys.appSecret),
  });
  const answer = await guardedCall(
    { provider: "goplus", limits },
    () => ({
      method: "POST",
      url: `${keys.baseUrl}/api/v1/token`,
      headers: { "content-type": "application/json" },
      body,
      timeoutMs: 3_000,
      expect: "json",
    }),
    ports,
  );
  const reply = Reply.safeParse(answer.json);
  if (answer.verdict.kind !== "ok" || !reply.success) {
    cache.set(keys.appKey, {
      token: "",
      until: ports.now() + WITHOUT_MS[answer.verdict.kind === "ok" ? "refused" : "out"],
    });
    return null;
  }
  const { access_token: token, expires_in: seconds } = reply.data.result;
  cache.set(keys.appKey, { token, until: ports.now() + seconds * 1_000 - EARLY_MS });
  return token;
}
