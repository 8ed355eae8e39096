import { afterAll, beforeEach, describe } from "vitest";
import type { Store } from "../index.ts";
import { activityContract } from "./activity.ts";
import { keyContract } from "./api-keys.ts";
import { archiveContract } from "./archive.ts";
import { auditContract } from "./audit.ts";
import { auditLogContract } from "./audit-log.ts";
import { channelContract } from "./channels.ts";
import { cursorContract } from "./cursors.ts";
import { deadLetterContract, deadLetterPagingContract } from "./dead-letters.ts";
import { deliveryContract } from "./deliveries.ts";
import { commitContract } from "./events/commit.ts";
import { eventPagingContract, eventReadContract } from "./events/index.ts";
import { eventLinesContract } from "./events/lines.ts";
import { featureContract } from "./features.ts";
import { historyContract } from "./history.ts";
import { outboxContract, outboxPagingContract, outboxReadContract } from "./outbox.ts";
import { overviewContract } from "./overview.ts";
import { postHistoryContract, postListContract } from "./post-reads.ts";
import { postContract } from "./posts.ts";
import { quotaContract } from "./quotas.ts";
import { raceContract } from "./races.ts";
import { replyContract } from "./replies.ts";
import { retentionContract } from "./retention.ts";
import { routedContract } from "./routed.ts";
import { rulesContract } from "./rules-versions.ts";
import { subjectContract } from "./subjects.ts";
import { ownRowsContract, tenantContract } from "./tenants.ts";

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

    for (const contract of CONTRACTS) contract(store);
  });
}

const CONTRACTS: ((store: () => Store) => void)[] = [
  postContract,
  postHistoryContract,
  postListContract,
  commitContract,
  eventReadContract,
  eventLinesContract,
  eventPagingContract,
  raceContract,
  historyContract,
  outboxContract,
  outboxReadContract,
  outboxPagingContract,
  deliveryContract,
  subjectContract,
  routedContract,
  deadLetterContract,
  deadLetterPagingContract,
  channelContract,
  cursorContract,
  keyContract,
  rulesContract,
  featureContract,
  auditContract,
  auditLogContract,
  replyContract,
  tenantContract,
  ownRowsContract,
  quotaContract,
  overviewContract,
  activityContract,
  retentionContract,
  archiveContract,
];
