import type { Signal } from "../../src/model/signal.ts";
import type { TokenEvent } from "../../src/model/token-event.ts";
import type { AuditedEvent, AuditReport, UnaccountedPosts } from "../../src/store/audit.ts";
import { ANY_EVENT } from "../../src/store/contract/fixtures.ts";
import type { DeadLetterRow } from "../../src/store/dead-letters.ts";
import type { EventEvidence } from "../../src/store/events.ts";
import type { Store } from "../../src/store/index.ts";
import type { OutboxRow } from "../../src/store/outbox.ts";
import type { PostHistory } from "../../src/store/posts.ts";
import type { Workload } from "./workload.ts";

export type EventTable = { event: TokenEvent; signal: Signal; evidence: EventEvidence[] };

type PostEnd = Pick<PostHistory, "outcome" | "reason" | "acceptedAt" | "steps">;

/** All that a run left behind, read through the store's own port. */
export type Tables = {
  posts: Map<string, PostEnd>;
  events: Map<string, EventTable>;
  outbox: OutboxRow[];
  deadLetters: DeadLetterRow[];
  audit: AuditReport;
  /** Every event as the audit sees it. */
  audited: AuditedEvent[];
  unaccounted: UnaccountedPosts[];
};

const PAGE = 200;
const END_OF_TIME = "2999-01-01T00:00:00.000Z";
const ALL = 1_000_000;

async function all<T>(
  read: (cursor: string | null) => Promise<{ items: T[]; nextCursor: string | null }>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page = await read(cursor);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}

export async function readTables(store: Store, { posts }: Workload): Promise<Tables> {
  const outcomes = new Map<string, PostEnd>();
  for (const { source, id } of posts) {
    const history = await store.post(source, id);
    if (history) {
      const { outcome, reason, acceptedAt, steps } = history;
      outcomes.set(`${source}:${id}`, { outcome, reason, acceptedAt, steps });
    }
  }
  const events = new Map<string, EventTable>();
  for (const { eventKey } of await all((cursor) =>
    store.events(ANY_EVENT, { limit: PAGE, cursor }),
  )) {
    const held = await store.event(eventKey, ALL);
    if (held) events.set(eventKey, held);
  }
  return {
    posts: outcomes,
    events,
    outbox: await all((cursor) =>
      store.outbox({ status: null, channelId: null, since: null }, { limit: PAGE, cursor }),
    ),
    deadLetters: await all((cursor) =>
      store.deadLetters(
        { stage: null, reason: null, since: null, replayed: null },
        { limit: PAGE, cursor },
      ),
    ),
    audit: await store.audit(),
    audited: await all((cursor) => store.changedEvents(null, END_OF_TIME, { limit: PAGE, cursor })),
    unaccounted: await store.unaccountedPosts(null),
  };
}
