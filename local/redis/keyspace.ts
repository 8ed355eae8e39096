type Entry = { value: string; expiresAt: number | undefined };

/** A refusal in Redis's own words; anything else that a command throws is a bug. */
export class RedisError extends Error {}

/**
 * Text values by key, with their expiry. It records which keys change, so that the journal stores
 * the effect of scripts and transactions without knowing them.
 */
export class Keyspace {
  readonly #entries = new Map<string, Entry>();
  readonly #dirty = new Set<string>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  now(): number {
    return this.#now();
  }

  #alive(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry?.expiresAt === undefined || entry.expiresAt > this.#now()) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  has(key: string): boolean {
    return this.#alive(key) !== undefined;
  }

  read(key: string): string | undefined {
    return this.#alive(key)?.value;
  }

  write(key: string, value: string, expiresAt?: number): void {
    this.#put(key, { value, expiresAt });
  }

  expiry(key: string): number | undefined {
    return this.#alive(key)?.expiresAt;
  }

  expireAt(key: string, at: number | undefined): boolean {
    const entry = this.#alive(key);
    if (!entry) return false;
    this.#put(key, { ...entry, expiresAt: at });
    return true;
  }

  remove(key: string): boolean {
    const was = this.has(key);
    if (this.#entries.delete(key)) this.#dirty.add(key);
    return was;
  }

  keys(): string[] {
    return [...this.#entries.keys()].filter((key) => this.has(key));
  }

  #put(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    this.#dirty.add(key);
  }

  /** The keys changed since the last call, each with its present state as one line of JSON. */
  takeChanges(): string[] {
    const lines = [...this.#dirty].map((key) => this.dump(key));
    this.#dirty.clear();
    return lines;
  }

  dump(key: string): string {
    const entry = this.#entries.get(key);
    if (!entry) return JSON.stringify([key]);
    return JSON.stringify([key, "string", entry.value, entry.expiresAt ?? null]);
  }

  /**
   * Reads back one line of `dump`. A line of another type is left out: an earlier version wrote
   * them, and the product never did.
   */
  restore(line: string): void {
    const [key, type, value, expiresAt] = JSON.parse(line) as [
      string,
      string?,
      unknown?,
      (number | null)?,
    ];
    if (type === "string" && typeof value === "string")
      this.#entries.set(key, { value, expiresAt: expiresAt ?? undefined });
    else this.#entries.delete(key);
  }
}
