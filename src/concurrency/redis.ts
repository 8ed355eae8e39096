/**
 * The port to Redis, which holds only what may be lost. No call throws: after "down" the caller
 * goes on without Redis, because the database is the authority.
 */
export type Redis = {
  read(keys: string[]): Promise<(string | null)[] | "down">;
  write(entries: RedisEntry[], ttlSeconds: number): Promise<"ok" | "down">;
  /**
   * SET NX GET: sets each free key, and answers the earlier value of each key; null = the key was
   * free and is now ours.
   */
  claim(entries: RedisEntry[], ttlSeconds: number): Promise<(string | null)[] | "down">;
  remove(keys: string[]): Promise<"ok" | "down">;
};
export type RedisEntry = { key: string; value: string };
