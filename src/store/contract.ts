import { afterAll, beforeEach, describe } from "vitest";
import { adminContract } from "./contract/admin.ts";
import { auditContract } from "./contract/audit.ts";
import { commitContract } from "./contract/commit.ts";
import { deadLetterContract } from "./contract/dead-letters.ts";
import { outboxContract } from "./contract/outbox.ts";
import { pagingContract } from "./contract/paging.ts";
import { postContract } from "./contract/posts.ts";
import { raceContract } from "./contract/races.ts";
import { readContract } from "./contract/read.ts";
import { retentionContract } from "./contract/retention.ts";
import type { Store } from "./store.ts";

/**
 * What every store must do. `makeStore` answers an empty one for each test; `stop` frees what they
 * share.
 */
export function storeContract(
  name: string,
  makeStore: () => Promise<Store>,
  stop: () => Promise<void> = async () => {},
): void {
  describe(name, { timeout: 60_000 }, () => {
    let current: Store | undefined;
    const store = (): Store => {
      if (current === undefined) throw new Error("a store is made before each test");
      return current;
    };
    beforeEach(async () => {
      current = await makeStore();
    }, 60_000);
    afterAll(stop, 30_000);

    postContract(store);
    commitContract(store);
    raceContract(store);
    outboxContract(store);
    deadLetterContract(store);
    readContract(store);
    pagingContract(store);
    auditContract(store);
    retentionContract(store);
    adminContract(store);
  });
}
