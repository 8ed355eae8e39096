/**
 * The values a key may hold. Everything is text, as in Redis; a sorted set maps member to score.
 */
export type Value =
  | { type: "string"; value: string }
  | { type: "hash"; value: Map<string, string> }
  | { type: "set"; value: Set<string> }
  | { type: "list"; value: string[] }
  | { type: "zset"; value: Map<string, number> };
export type TypeName = Value["type"];
type Held<T extends TypeName> = Extract<Value, { type: T }>["value"];

interface Entry {
  held: Value;
  expiresAt: number | undefined;
}

/** A command's own refusal, in Redis's words; anything else thrown is a bug. */
export class RedisError extends Error {}

const empty: { [T in TypeName]: () => Held<T> } = {
  string: () => "",
  hash: () => new Map(),
  set: () => new Set(),
  list: () => [],
  zset: () => new Map(),
};

const isEmpty = ({ type, value }: Value) =>
  type === "string" ? false : type === "list" ? value.length === 0 : value.size === 0;

/**
 * Keys with their expiry. Every change is told to the journal by key, so that a script or a
 * transaction needs nothing of its own.
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

  typeOf(key: string): TypeName | "none" {
    return this.#alive(key)?.held.type ?? "none";
  }

  read<T extends TypeName>(key: string, type: T): Held<T> | undefined {
    const entry = this.#alive(key);
    if (entry === undefined) return undefined;
    if (entry.held.type !== type)
      throw new RedisError("WRONGTYPE Operation against a key holding the wrong kind of value");
    return entry.held.value as Held<T> | undefined;
  }

  /**
   * Changes the collection at a key in place, made when missing and removed when it ends empty; its
   * expiry stays.
   */
  change<T extends TypeName, R>(key: string, type: T, change: (value: Held<T>) => R): R {
    const value: Held<T> = this.read(key, type) ?? (empty[type]() as Held<T>);
    const result = change(value);
    const held = { type, value } as Value;
    if (isEmpty(held)) this.remove(key);
    else this.#put(key, { held, expiresAt: this.#entries.get(key)?.expiresAt });
    return result;
  }

  write(key: string, value: string, expiresAt?: number): void {
    this.#put(key, { held: { type: "string", value }, expiresAt });
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
    const was = this.#alive(key) !== undefined;
    if (this.#entries.delete(key)) this.#dirty.add(key);
    return was;
  }

  keys(): string[] {
    return [...this.#entries.keys()].filter((key) => this.#alive(key));
  }

  #put(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    this.#dirty.add(key);
  }

  /**
   * The changed keys since the last call, each with its present state as JSON: what the journal
   * appends.
   */
  takeChanges(): string[] {
    const lines = [...this.#dirty].map((key) => this.dump(key));
    this.#dirty.clear();
    return lines;
  }

  dump(key: string): string {
    const entry = this.#entries.get(key);
    if (!entry) return JSON.stringify([key]);
    const { type, value } = entry.held;
    const plain = value instanceof Map || value instanceof Set ? [...value] : value;
    return JSON.stringify([key, type, plain, entry.expiresAt ?? null]);
  }

  /** Reads back one line of `dump`. */
  restore(line: string): void {
    const [key, type, plain, expiresAt] = JSON.parse(line) as [
      string,
      TypeName?,
      unknown?,
      (number | null)?,
    ];
    if (type === undefined) {
      this.#entries.delete(key);
      return;
    }
    const value =
      type === "hash" || type === "zset"
        ? new Map(plain as [string, never][])
        : type === "set"
          ? new Set(plain as string[])
          : plain;
    this.#entries.set(key, { held: { type, value } as Value, expiresAt: expiresAt ?? undefined });
  }
}
