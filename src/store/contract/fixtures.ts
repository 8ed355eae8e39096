import { expect } from "vitest";
import type { DeadLetter } from "../../model/dead-letter.ts";
import type { OutboxDraft } from "../../model/delivery.ts";
import type { Mention } from "../../model/mention.ts";
import type { RawPost } from "../../model/raw-post.ts";
import type { Signal } from "../../model/signal.ts";
import type { TokenEvent } from "../../model/token-event.ts";
import type { DeliveryAttempt } from "../deliveries.ts";
import type { Change, CommitResult, EventFilter } from "../events.ts";
import type { Store } from "../index.ts";
import type { PageRequest, RowPage } from "../paging.ts";
import type { DroppedJudgement, Judgement, PostArrival, PostRef } from "../posts.ts";

const START = Date.UTC(2026, 0, 15, 10);

/** The time so many seconds after the start of every test. */
export const at = (seconds: number): string => new Date(START + seconds * 1000).toISOString();

export const KEY = "eth:DEMO:2026-01-15T10:00:00Z";

export const OTHER_KEY = "sol:OTHER:2026-01-15T10:00:00Z";

export const post = (id: number | string, over: Partial<RawPost> = {}): RawPost => ({
  source: "x",
  id: String(id),
  author: `author-${id}`,
  text: `post ${id}`,
  postedAt: at(typeof id === "number" ? id : 0),
  ...over,
});

export const arrival = (
  id: number | string,
  over: Partial<RawPost> = {},
  textHash = `hash-${id}`,
): PostArrival => ({
  post: post(id, over),
  textHash,
});

const SEEN = { lang: "en", spam: 0.1, sentiment: 0.5, fingerprint: "0011223344556677" };

export const ref = (id: number | string): PostRef => ({ source: "x", id: String(id) });

export const pending = (id: number | string, ...eventKeys: string[]): Judgement => ({
  ...ref(id),
  ...SEEN,
  outcome: "pending",
  eventKeys,
});

export const dropped = (id: number | string, reason = "spam"): DroppedJudgement => ({
  ...ref(id),
  ...SEEN,
  outcome: "dropped",
  reason,
  evidence: "free money",
});

export const mention = (id: number | string, over: Partial<Mention> = {}): Mention => ({
  eventKey: KEY,
  evidenceId: `x:${id}`,
  source: "x",
  postId: String(id),
  author: `author-${id}`,
  postedAt: at(typeof id === "number" ? id : 0),
  windowStart: "2026-01-15T10:00:00Z",
  token: { chain: "eth", symbol: "DEMO", tokenCa: null, confidence: 0.5 },
  type: "mention",
  typePhrase: "",
  sentiment: 0.1,
  lang: "en",
  keywords: ["demo"],
  fingerprint: "0011223344556677",
  followers: null,
  authorWeight: 0,
  url: null,
  excerpt: `post ${id}`,
  ...over,
});

export function eventOf(mentions: Mention[], over: Partial<TokenEvent> = {}): TokenEvent {
  const times = mentions.map(({ postedAt }) => postedAt).sort();
  return {
    eventKey: mentions[0]?.eventKey ?? KEY,
    type: "mention",
    symbol: "DEMO",
    tokenCa: null,
    chain: "eth",
    summary: "people speak of DEMO",
    windowStart: "2026-01-15T10:00:00Z",
    startTs: times[0] ?? at(0),
    lastTs: times.at(-1) ?? at(0),
    evidenceCount: mentions.length,
    copies: 0,
    uniqueAuthors: new Set(mentions.map(({ author }) => author)).size,
    ...over,
  };
}

export const signal = (over: Partial<Signal> = {}): Signal => ({
  eventKey: KEY,
  state: "candidate",
  previousState: null,
  score: 12.345678901234,
  level: "observe",
  riskLevel: "unknown",
  reasons: [{ rule: "R1", group: "g", score: 12, text: "because" }],
  missing: ["no market data"],
  facts: {
    evaluatedAt: at(0),
    values: { sentiment: 0.1, keywords: ["a"], lang: null },
    origin: {},
    degraded: [],
    notes: [],
  },
  degraded: true,
  onchainAsofTs: null,
  onchainConfidence: null,
  rulesVersion: "sha",
  transition: 0,
  ts: at(0),
  ...over,
});

/** What a row of a stream has beside its notification. */
export const STREAM = {
  rev: 1,
  subject: "evm:0x1:w",
  windowStart: at(0),
  startTs: at(0),
  lastTs: at(0),
  onchainAsofTs: null,
  onchainConfidence: null,
  facts: {},
};

export const draft = (
  channelId: number,
  idemKey: string,
  over: Partial<OutboxDraft> = {},
): OutboxDraft => ({
  channelId,
  eventKey: KEY,
  idemKey,
  notBefore: null,
  payload: {
    v: 1,
    eventKey: KEY,
    transition: 1,
    state: "verified",
    previousState: "candidate",
    score: 12,
    level: "opportunity",
    riskLevel: "green",
    type: "mention",
    chain: "eth",
    symbol: "DEMO",
    tokenCa: null,
    summary: "s",
    reasons: [],
    missing: [],
    degraded: false,
    evidenceCount: 1,
    uniqueAuthors: 1,
    copies: 0,
    rulesVersion: "sha",
    ts: at(0),
  },
  ...over,
});

/** A change of one event whose evidence so far is `held`. */
export const change = (
  expectedRev: number,
  evidence: Mention[],
  over: Partial<Change> & { held?: Mention[] } = {},
): Change => {
  const { held = [], ...rest } = over;
  const event = eventOf([...held, ...evidence]);
  return {
    expectedRev,
    before: null,
    event,
    evidence,
    signal: signal({ eventKey: event.eventKey }),
    outbox: [],
    at: at(100),
    ...rest,
  };
};

/** Commits drafts as a new revision of KEY and answers the ids of the rows that are due. */
export async function notify(store: Store, drafts: OutboxDraft[], seconds = 0): Promise<number[]> {
  const state = await store.load(KEY);
  const first = mention("notify");
  const committed = await store.commit(
    change(state?.rev ?? 0, state ? [] : [first], {
      held: state ? [first] : [],
      outbox: drafts,
      at: at(seconds),
    }),
  );
  return dueIds(committed);
}

export const dueIds = (committed: CommitResult): number[] =>
  committed.kind === "committed" ? committed.due.map(({ id }) => id) : [];

export const ANY_EVENT: EventFilter = {
  type: null,
  chain: null,
  symbol: null,
  tokenCa: null,
  since: null,
  until: null,
  minScore: null,
  state: null,
};

export const FIRST_PAGE = { limit: 50, cursor: null };

/** Reads page after page, and lets `between` happen before each next one. */
export async function allPages<Item>(
  page: (paging: PageRequest) => Promise<RowPage<Item>>,
  between: () => Promise<void>,
): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor: string | null = null; ; ) {
    const answer: RowPage<Item> = await page({ limit: 4, cursor });
    expect(answer.items.length).toBeLessThanOrEqual(4);
    items.push(...answer.items);
    if (answer.nextCursor === null) return items;
    expect(answer.nextCursor).toMatch(/^[A-Za-z0-9_-]+$/);
    cursor = answer.nextCursor;
    await between();
  }
}

export const LEASE_MS = 30_000;

export const attemptOf = (over: Partial<DeliveryAttempt> = {}): DeliveryAttempt => ({
  deliveryId: 1,
  leaseToken: "L1",
  at: at(3),
  result: "ok",
  httpStatus: 200,
  ms: 12.5,
  error: null,
  ambiguous: false,
  ...over,
});

export const DEAD_LETTER = {
  stage: "deliveries",
  reason: "rejected",
  error: "400",
  payload: { a: 1 },
  attempts: 2,
  subject: "1",
  advice: "mend",
};

/** Posts by their numbers, and the store's own counts, which outlive what is deleted. */
export const booksOf = (store: () => Store) => ({
  accept: (seconds: number, ...ids: number[]) =>
    store().accept(
      ids.map((id) => arrival(id)),
      at(seconds),
    ),
  async known(...ids: number[]): Promise<number[]> {
    const found = await Promise.all(ids.map((id) => store().post("x", String(id))));
    return ids.filter((_, index) => found[index] !== undefined);
  },
  async totals() {
    const { latencyMs: _, postsPerSecond: __, covered: ___, ...counts } = await store().audit();
    return counts;
  },
});

export const rowOf = async (store: () => Store, id: number) =>
  (
    await store().outbox(
      { status: null, channelId: null, since: null },
      { limit: 100, cursor: null },
    )
  ).items.find((row) => row.id === id);
export const deadLetter = (
  key: string,
  over: Partial<DeadLetter> = {},
): DeadLetter & { key: string } => ({
  key,
  stage: "posts",
  reason: "poison",
  error: "it broke",
  payload: { kind: "post", n: 1 },
  attempts: 100,
  subject: null,
  advice: "mend it",
  ...over,
});
