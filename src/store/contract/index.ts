import { afterAll, beforeEach, describe } from "vitest";
import type { Store } from "../index.ts";
import { adminContract } from "./admin.ts";
import { auditContract } from "./audit.ts";
import { commitContract } from "./commit.ts";
import { deadLetterContract } from "./dead-letters.ts";
import { outboxContract } from "./outbox.ts";
import { pagingContract } from "./paging.ts";
import { postContract } from "./posts.ts";
import { raceContract } from "./races.ts";
import { readContract } from "./read.ts";
import { retentionContract } from "./retention.ts";

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
