import { iso } from "../../src/kit/time.ts";
import {
  ANY_EVENT,
  arrival,
  attemptOf,
  change,
  dropped,
  FIRST_PAGE,
  mention,
  pending,
} from "../../src/store/contract/fixtures.ts";
import type { Store } from "../../src/store/index.ts";

export type Statement = (run: number) => Promise<unknown>;

const DAY_MS = 86_400_000;
const ANY_OUTBOX = { status: null, channelId: null, since: null };
const ANY_DEAD_LETTER = { stage: null, reason: null, since: null, replayed: null };
const ANY_POST = { source: null, outcome: null, reason: null, since: null };

/** What the statements ask for, in a database that `fill` filled: found before any is timed. */
export async function askFor(store: Store, { posts, now }: { posts: number; now: string }) {
  const ago = (days: number): string => iso(Date.parse(now) - days * DAY_MS);
  const first = await store.events(ANY_EVENT, FIRST_PAGE);
  const middle = (await store.events({ ...ANY_EVENT, until: ago(15) }, FIRST_PAGE)).nextCursor;
  const ofMiddle = { ...ANY_EVENT, until: ago(15) };
  const signalsOn = (await store.signals(ofMiddle, FIRST_PAGE)).nextCursor;
  const outbox = await store.outbox(ANY_OUTBOX, FIRST_PAGE);
  const keys = first.items.map(({ eventKey }) => eventKey);
  return {
    posts,
    now,
    ago,
    middle,
    signalsOn,
    outboxOn: outbox.nextCursor,
    keys,
    key: keys[0] ?? "",
  };
}
type Asked = Awaited<ReturnType<typeof askFor>>;

/** The public lists and the figures, with filters that many, few and no rows pass. */
export function readStatements(store: Store, asked: Asked): Record<string, Statement> {
  const { posts, now, ago, middle, signalsOn, outboxOn, keys, key } = asked;
  const events = (filter: object, cursor: string | null = null) =>
    store.events({ ...ANY_EVENT, ...filter }, { ...FIRST_PAGE, cursor });
  const signals = (filter: object) => store.signals({ ...ANY_EVENT, ...filter }, FIRST_PAGE);
  const eventLines = (filter: object, cursor: string | null = null) =>
    store.eventLines({ ...ANY_EVENT, ...filter }, { ...FIRST_PAGE, cursor });
  const signalLines = (filter: object, cursor: string | null = null) =>
    store.signalLines({ ...ANY_EVENT, ...filter }, { ...FIRST_PAGE, cursor });
  const outbox = (filter: object, cursor: string | null = null) =>
    store.outbox({ ...ANY_OUTBOX, ...filter }, { ...FIRST_PAGE, cursor });
  const deadLetters = (filter: object) =>
    store.deadLetters({ ...ANY_DEAD_LETTER, ...filter }, FIRST_PAGE);
  const postsOf = (filter: object) => store.posts({ ...ANY_POST, ...filter }, FIRST_PAGE);
  return {
    events: () => events({}),
    "events, page in the middle": () => events({}, middle),
    "events of a type": () => events({ type: "listing" }),
    "events of a type that none has": () => events({ type: "airdrop" }),
    "events of a chain that none has": () => events({ chain: "sol" }),
    "events of a symbol": () => events({ symbol: "T7" }),
    "events of a symbol that none has": () => events({ symbol: "NONE" }),
    "events of a contract that none has": () => events({ tokenCa: "0xnone" }),
    "events of a state": () => events({ state: "downgraded" }),
    "events above a score that none has": () => events({ minScore: 1_000 }),
    "events of two days": () => events({ since: ago(20), until: ago(18) }),
    "events of a time that none has": () => events({ until: ago(4_000) }),
    signals: () => signals({}),
    "signals by id": () => store.signals(ANY_EVENT, { ...FIRST_PAGE, order: "id" }),
    "signals of a state": () => signals({ state: "downgraded" }),
    "signals of a symbol": () => signals({ symbol: "T7" }),
    "signals of a symbol that none has": () => signals({ symbol: "NONE" }),
    "signals of a type that none has": () => signals({ type: "airdrop" }),
    "signals of a chain that none has": () => signals({ chain: "sol" }),
    "signals above a score that none has": () => signals({ minScore: 1_000 }),
    "event lines": () => eventLines({}),
    "event lines, page in the middle": () => eventLines({}, middle),
    "event lines of a symbol": () => eventLines({ symbol: "T7" }),
    "event lines of a type that none has": () => eventLines({ type: "airdrop" }),
    "event lines of a state that is rare, of two days": () =>
      eventLines({ state: "downgraded", since: ago(20), until: ago(18) }),
    "signal lines": () => signalLines({}),
    "signal lines, page in the middle": () => signalLines({}, signalsOn),
    "signal lines by id": () => store.signalLines(ANY_EVENT, { ...FIRST_PAGE, order: "id" }),
    "signal lines of a state": () => signalLines({ state: "downgraded" }),
    "signal lines of a symbol": () => signalLines({ symbol: "T7" }),
    "signal lines of a symbol that none has": () => signalLines({ symbol: "NONE" }),
    "signal lines of a contract that none has": () => signalLines({ tokenCa: "0xnone" }),
    "signal lines of a type": () => signalLines({ type: "listing" }),
    "signal lines of a type that none has": () => signalLines({ type: "airdrop" }),
    "signal lines of a chain that none has": () => signalLines({ chain: "sol" }),
    "signal lines of a high score": () => signalLines({ minScore: 95 }),
    "signal lines above a score that none has": () => signalLines({ minScore: 1_000 }),
    "signal lines of two days": () => signalLines({ since: ago(20), until: ago(18) }),
    "signal lines of a time that none has": () => signalLines({ until: ago(4_000) }),
    "signal lines of all filters": () =>
      signalLines({
        type: "listing",
        chain: "eth",
        symbol: "T7",
        state: "candidate",
        minScore: 10,
        since: ago(20),
        until: ago(10),
      }),
    "related events": () => store.relatedEvents(keys),
    "signals by key": () => store.signalsByKey(keys),
    "one event": () => store.event(key, 0),
    "the evidence of one event": () => store.evidenceInTime(key, FIRST_PAGE),
    "one signal": () => store.signal(key),
    "one post": () => store.post("x", String(posts >> 1)),
    posts: () => postsOf({}),
    "posts that were dropped for a reason": () => postsOf({ outcome: "dropped", reason: "spam" }),
    "posts that were dropped for no such reason": () =>
      postsOf({ outcome: "dropped", reason: "none" }),
    "posts that are dead": () => postsOf({ outcome: "dead" }),
    "posts of a source that sent none": () => postsOf({ source: "none" }),
    "posts since an hour from now": () => postsOf({ since: ago(-1 / 24) }),
    outbox: () => outbox({}),
    "outbox, page on": () => outbox({}, outboxOn),
    "outbox that failed": () => outbox({ status: "failed" }),
    "outbox being sent": () => outbox({ status: "sending" }),
    "outbox of a channel, failed": () => outbox({ status: "failed", channelId: 3 }),
    "outbox of a channel that has none": () => outbox({ channelId: 99 }),
    "outbox since an hour from now": () => outbox({ since: ago(-1 / 24) }),
    "dead letters": () => deadLetters({}),
    "dead letters open of a stage": () => deadLetters({ stage: "posts", replayed: false }),
    "dead letters of a stage that has none": () => deadLetters({ stage: "none" }),
    "dead letters of a reason that none has": () => deadLetters({ reason: "none" }),
    overview: () => store.overview(now),
    backlog: () => store.backlog(),
    latency: () => store.latency(),
    "audit of the last minutes": () => store.audit(ago(1 / 288)),
    "audit: 100 events of the last hour": () =>
      store.changedEvents(ago(1 / 24), now, { limit: 100, cursor: null }),
    "audit: 100 events of a month": () =>
      store.changedEvents(null, now, { limit: 100, cursor: null }),
    "audit: posts accepted since an hour": () => store.unaccountedPosts(ago(1 / 24)),
    "snapshots of a day": () => store.snapshots(ago(1), 1_000),
    "events by key": () => store.eventsByKey(keys),
    "evidence by key": () => store.evidenceByKey(keys, 5),
    "outbox by key": () => store.outboxByKey(keys, 5),
  };
}

/** What runs for posts and deliveries, and what deletes them. Each run needs rows of its own. */
export function flowStatements(store: Store, asked: Asked): Record<string, Statement> {
  const { posts, now, ago, key } = asked;
  const many = (run: number) => Array.from({ length: 100 }, (_, i) => `new-${run}-${i}`);
  const waiting = (what: "posts" | "events" | "deliveries" | "deadLetters") => () =>
    store.waiting(ago(1), [{ what, before: ago(40) }]);
  const old = ago(25);
  const delivery = (run: number): number => Math.trunc(posts / 10) + run;
  const claim = (id: number, token: string) => store.claim(id, token, now, 60_000, { sends: true });
  return {
    "accept 100 posts": (run) =>
      store.accept(
        many(run).map((id) => arrival(id)),
        now,
        ago(1 / 1_440),
      ),
    "judge 100 posts": (run) =>
      store.recordJudgements(
        many(run).map((id, i) => (i % 2 ? dropped(id) : pending(id, key))),
        now,
      ),
    "load an event": () => store.load(key),
    "posts overdue": () => store.overdue(ago(1), now, 500),
    "commit an event": (run) =>
      store.commit(change(0, [mention(`of-${run}`, { eventKey: `eth:NEW${run}:w` })])),
    // More of them are due in a larger database: of each channel as many are asked for.
    "ten deliveries due of each channel": () => store.due(now, 10),
    "when the next is due": () => store.nextDue(),
    "claim a delivery": (run) => claim(delivery(run), crypto.randomUUID()),
    "claim and close a delivery": async (run) => {
      const id = delivery(1_000 + run);
      await claim(id, `token-${run}`);
      const attempt = attemptOf({ deliveryId: id, leaseToken: `token-${run}`, at: now });
      return store.close(id, `token-${run}`, { kind: "done", externalId: null }, attempt, now);
    },
    "last message of an event": () => store.lastMessage(3, key),
    "what waits": () => store.waiting(ago(1), []),
    "whether old posts wait": waiting("posts"),
    "whether old events wait": waiting("events"),
    "whether old deliveries wait": waiting("deliveries"),
    "whether old letters wait": waiting("deadLetters"),
    "delete 100 old posts": () => store.deleteExpired("posts", old, 100),
    "delete 100 old events": () => store.deleteExpired("events", old, 100),
    "delete 100 old deliveries": () => store.deleteExpired("deliveries", old, 100),
    "delete 100 old letters": () => store.deleteExpired("deadLetters", old, 100),
  };
}
