/**
 * What we ask of Redis. It holds nothing that cannot be lost: no call throws, and "down" tells the
 * caller to carry on without it, because the database is the authority.
 */
export type Redis = {
  read(keys: string[]): Promise<(string | null)[] | "down">;
  write(entries: RedisEntry[], ttlSeconds: number): Promise<"ok" | "down">;
  /**
   * SET NX GET: sets each key that is free and answers what each held before; null = it was free
   * and is ours.
   */
  claim(entries: RedisEntry[], ttlSeconds: number): Promise<(string | null)[] | "down">;
  remove(keys: string[]): Promise<"ok" | "down">;
};
export type RedisEntry = { key: string; value: string };
