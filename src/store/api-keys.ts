import type { ChangeEntry } from "./audit-log.ts";

/** `hash` is sha256 of the secret; the secret itself is shown once and stored nowhere. */
export type ApiKey = {
  id: string;
  tenant: string;
  name: string;
  hash: string;
  scopes: string[];
  /** The sources in whose name it may post; null: every one that is not polled here. */
  sources: string[] | null;
  limitPerMinute: number | null;
  createdAt: string;
  expiresAt: string | null;
  revokedAt: string | null;
};

/** `lastUsedAt` is some minutes late: use is noted now and then. */
export type ApiKeyRow = ApiKey & { lastUsedAt: string | null };

/** Fields that are absent stay. */
export type KeyPatch = Partial<
  Pick<ApiKey, "name" | "scopes" | "sources" | "limitPerMinute" | "expiresAt">
>;

export type KeyStore = {
  /** A key already there stays as it is. False: there is no such tenant; nothing was added. */
  addKey(key: ApiKey, entry?: ChangeEntry): Promise<boolean>;
  /** Also one that is revoked or expired: the caller says so to its holder. */
  apiKey(id: string): Promise<ApiKey | undefined>;
  apiKeys(): Promise<ApiKeyRow[]>;
  /** undefined: no such key, or it is revoked. */
  updateKey(id: string, patch: KeyPatch, entry?: ChangeEntry): Promise<ApiKey | undefined>;
  /**
   * Adds `next` and lets the key that was `read` expire at `until`, or earlier where it would.
   * False: there is no such key, it is revoked, or it expires at another time than when it was
   * read, as after another rotation; then nothing was added.
   */
  rotateKey(
    read: Pick<ApiKey, "id" | "expiresAt">,
    next: ApiKey,
    until: string,
    entry?: ChangeEntry,
  ): Promise<boolean>;
  noteUse(id: string, at: string): Promise<void>;
  /** False: no such key. The time of the first call stays. */
  revokeKey(id: string, at: string, entry?: ChangeEntry): Promise<boolean>;
};
