/** `hash` is sha256 of the secret; the secret itself is shown once and stored nowhere. */
export type ApiKey = {
  id: string;
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

export type KeyStore = {
  /** A key already there stays as it is. */
  addKey(key: ApiKey): Promise<void>;
  /** Also one that is revoked or expired: the caller says so to its holder. */
  apiKey(id: string): Promise<ApiKey | undefined>;
  apiKeys(): Promise<ApiKey[]>;
  /** False: no such key. The time of the first call stays. */
  revokeKey(id: string, at: string): Promise<boolean>;
};
