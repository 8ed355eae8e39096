import { sha256Hex } from "../kit/hash.ts";
import type { Clock } from "../kit/time.ts";
import { DEFAULT_TENANT } from "../model/tenant.ts";
import type { ApiKey, KeyStore } from "../store/api-keys.ts";
import { provesSecret, sameText } from "./key-hash.ts";

export type KeyCaller = {
  kind: "key";
  id: string;
  tenant: string;
  name: string;
  scopes: readonly string[];
  /** The sources in whose name it may post; null: those that are not reserved. */
  sources: readonly string[] | null;
  expiresAt: string | null;
  limitPerMinute: number | null;
};
export type ApiCaller = { kind: "nobody" } | { kind: "refused"; why: string } | KeyCaller;

export type KeyPorts = {
  keys: Pick<KeyStore, "apiKey">;
  now: Clock;
  settings: { adminKey: string | null; keyPepper: string | null };
};

const KEY = /^[a-z]{2,8}_([A-Za-z0-9]{1,40})\.([A-Za-z0-9_-]{8,200})$/;
const WRONG = { kind: "refused", why: "This key is not known here." } as const;

/**
 * Who sent `Authorization: Bearer prefix_id.secret`. An unknown id and a wrong secret get the same
 * answer.
 */
export async function identifyCaller(
  authorization: string | undefined,
  ports: KeyPorts,
): Promise<ApiCaller> {
  if (authorization === undefined) return { kind: "nobody" };
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  const [, id, secret] = KEY.exec(token ?? "") ?? [];
  if (token === undefined || id === undefined || secret === undefined) {
    return { kind: "refused", why: "Authorization must read: Bearer prefix_id.secret" };
  }
  const { adminKey } = ports.settings;
  if (adminKey !== null && sameText(sha256Hex(token), sha256Hex(adminKey))) {
    return {
      kind: "key",
      id,
      tenant: DEFAULT_TENANT,
      name: "ADMIN_KEY",
      scopes: ["admin"],
      sources: null,
      expiresAt: null,
      limitPerMinute: null,
    };
  }
  const key = await ports.keys.apiKey(id);
  const proved = provesSecret(secret, key?.hash ?? sha256Hex(""), ports.settings.keyPepper);
  if (!proved || key === undefined) return WRONG;
  return (
    spent(key, ports.now()) ?? {
      kind: "key",
      id,
      tenant: key.tenant,
      name: key.name,
      scopes: key.scopes,
      sources: key.sources,
      expiresAt: key.expiresAt,
      limitPerMinute: key.limitPerMinute,
    }
  );
}

function spent(key: ApiKey, now: number): ApiCaller | undefined {
  if (key.revokedAt !== null) return { kind: "refused", why: `The key ${key.id} was revoked.` };
  const expired = key.expiresAt !== null && Date.parse(key.expiresAt) <= now;
  return expired
    ? { kind: "refused", why: `The key ${key.id} expired at ${key.expiresAt}.` }
    : undefined;
}
