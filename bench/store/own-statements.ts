import { FIRST_PAGE } from "../../src/store/contract/fixtures.ts";
import type { Store } from "../../src/store/index.ts";
import type { Statement } from "./statements.ts";

const ANY_OUTBOX = { status: null, channelId: null, since: null };
const ANY_DEAD_LETTER = { stage: null, reason: null, since: null, replayed: null };
const ANY_ENTRY = { action: null, subject: null, keyId: null, since: null, until: null };

/**
 * The lists of the operators, who have nearly all rows, of a tenant that has a tenth of them, and
 * of one that has none.
 */
export const OWNERS = ["default", "acme", "small"] as const;

/** What a caller reads of its own: `keys` are events, `later` is a time that has not come. */
export function ownStatements(
  store: Store,
  { keys, later }: { keys: readonly string[]; later: string },
): Record<string, Statement> {
  const statements: Record<string, Statement> = {};
  for (const owner of OWNERS) {
    const own = () => store.ownRows(owner);
    const outbox = (filter: object) => () => own().outbox({ ...ANY_OUTBOX, ...filter }, FIRST_PAGE);
    const letters = (filter: object) => () =>
      own().deadLetters({ ...ANY_DEAD_LETTER, ...filter }, FIRST_PAGE);
    const entries = (filter: object) => () =>
      own().auditLog({ ...ANY_ENTRY, ...filter }, FIRST_PAGE);
    const named: Record<string, Statement> = {
      outbox: outbox({}),
      "outbox that failed": outbox({ status: "failed" }),
      "outbox being sent": outbox({ status: "sending" }),
      "outbox of the channel of a tenant": outbox({ channelId: 5 }),
      "outbox of a channel that has none": outbox({ channelId: 99 }),
      "outbox since an hour from now": outbox({ since: later }),
      "outbox by key": () => own().outboxByKey(keys, 5),
      "dead letters": letters({}),
      "dead letters open of a stage": letters({ stage: "posts", replayed: false }),
      "dead letters of a reason that none has": letters({ reason: "none" }),
      "audit log": entries({}),
      "audit log of a subject": entries({ subject: "channel/7" }),
      "audit log of an action that none has": entries({ action: "none" }),
      channels: () => own().channels(),
      keys: () => own().apiKeys(),
    };
    for (const [name, ask] of Object.entries(named)) statements[`${owner}: ${name}`] = ask;
  }
  return statements;
}
