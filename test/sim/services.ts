import { memoryRedis } from "../../src/concurrency/memory-redis.ts";
import type { Redis } from "../../src/concurrency/redis.ts";
import { type Store, StoreUnavailable } from "../../src/store/index.ts";
import { cross, type Ether, type Life, Refused } from "./life.ts";

/**
 * The store as one life sees it: every call is a round trip on which everything may go wrong; a
 * failure is StoreUnavailable, as the port promises.
 */
export function storeOf(who: Life, store: Store, ether: Ether): Store {
  return new Proxy(store, {
    get(target, name: keyof Store & string) {
      const method = target[name] as (...given: unknown[]) => Promise<unknown>;
      return (...given: unknown[]) =>
        cross(ether, who, `store.${name}`, () => ether.kernel.real(() => method(...given))).catch(
          (error: unknown) => {
            throw error instanceof Refused ? new StoreUnavailable(error.message) : error;
          },
        );
    },
  });
}

export type SimRedis = (who: Life) => Redis;

/**
 * Redis as one life sees it: whatever goes wrong, the answer is "down", also when the command was
 * carried out.
 */
export function simRedis(ether: Ether): SimRedis {
  const redis = memoryRedis(ether.kernel.now);
  return (who) => {
    const call = <T>(method: string, run: () => Promise<T>): Promise<T | "down"> =>
      cross(ether, who, `redis.${method}`, run).catch((error: unknown) => {
        if (error instanceof Refused) return "down" as const;
        throw error;
      });
    return {
      read: (keys) => call("read", () => redis.read(keys)),
      write: (entries, ttl) => call("write", () => redis.write(entries, ttl)),
      claim: (entries, ttl) => call("claim", () => redis.claim(entries, ttl)),
      remove: (keys) => call("remove", () => redis.remove(keys)),
    };
  };
}
