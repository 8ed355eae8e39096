import { iso } from "../src/kit/time.ts";
import { ANY_EVENT, arrival, dropped, pending } from "../src/store/contract/fixtures.ts";
import { postgresStore } from "../src/store/postgres/index.ts";
import { startPostgres } from "../test/support/postgres.ts";
import { fill } from "./store/fill.ts";

const { BENCH_POSTS = "1000000", BENCH_EXPLAIN } = process.env;
const POSTS = Number(BENCH_POSTS);
const DAYS = 30;
const RUNS = 7;

/**
 * Every statement of the store against a database that holds a million posts, their events and
 * deliveries.
 */
export async function bench(): Promise<void> {
  console.log(`\nstore: ${POSTS} posts of ${DAYS} days on PostgreSQL 17`);
  const postgres = await startPostgres();
  try {
    const now = iso(Date.now());
    await fill(postgres.pool, { posts: POSTS, days: DAYS, now });
    let last: [string, unknown[]] = ["", []];
    const sql = {
      query: async <Row>(text: string, params: unknown[]) => {
        last = [text, params];
        return (await postgres.pool.query(text, params)).rows as Row[];
      },
    };
    const store = postgresStore(sql);
    const page = { limit: 50, cursor: null };
    const ago = (days: number): string => iso(Date.parse(now) - days * 86_400_000);
    const first = await store.events(ANY_EVENT, page);
    const key = first.items[0]?.eventKey ?? "";
    const middle = (await store.events({ ...ANY_EVENT, until: ago(15) }, page)).nextCursor;
    const outboxMiddle = (await store.outbox({ status: null, channelId: null, since: null }, page))
      .nextCursor;
    const anyOutbox = { status: null, channelId: null, since: null };
    const anyDeadLetter = { stage: null, reason: null, since: null, replayed: null };
    const many = (run: number, from = 0) =>
      Array.from({ length: 100 }, (_, i) => `new-${run}-${from + i}`);
    const reads: Record<string, (run: number) => Promise<unknown>> = {
      events: () => store.events(ANY_EVENT, page),
      "events, page in the middle": () => store.events(ANY_EVENT, { ...page, cursor: middle }),
      "events of a type": () => store.events({ ...ANY_EVENT, type: "listing" }, page),
      "events of a type that none has": () => store.events({ ...ANY_EVENT, type: "airdrop" }, page),
      "events of a chain that none has": () => store.events({ ...ANY_EVENT, chain: "sol" }, page),
      "events of a symbol": () => store.events({ ...ANY_EVENT, symbol: "T7" }, page),
      "events of a symbol that none has": () =>
        store.events({ ...ANY_EVENT, symbol: "NONE" }, page),
      "events of a state": () => store.events({ ...ANY_EVENT, state: "downgraded" }, page),
      "events above a score that none has": () =>
        store.events({ ...ANY_EVENT, minScore: 1_000 }, page),
      "events of two days": () =>
        store.events({ ...ANY_EVENT, since: ago(20), until: ago(18) }, page),
      signals: () => store.signals(ANY_EVENT, page),
      "signals of a state": () => store.signals({ ...ANY_EVENT, state: "downgraded" }, page),
      "signals of a symbol": () => store.signals({ ...ANY_EVENT, symbol: "T7" }, page),
      "signals of a symbol that none has": () =>
        store.signals({ ...ANY_EVENT, symbol: "NONE" }, page),
      "signals of a type that none has": () =>
        store.signals({ ...ANY_EVENT, type: "airdrop" }, page),
      "signals above a score that none has": () =>
        store.signals({ ...ANY_EVENT, minScore: 1_000 }, page),
      event: () => store.event(key),
      post: () => store.post("x", String(POSTS >> 1)),
      outbox: () => store.outbox(anyOutbox, page),
      "outbox, page on": () => store.outbox(anyOutbox, { ...page, cursor: outboxMiddle }),
      "outbox that failed": () => store.outbox({ ...anyOutbox, status: "failed" }, page),
      "outbox being sent": () => store.outbox({ ...anyOutbox, status: "sending" }, page),
      "outbox of a channel, failed": () =>
        store.outbox({ ...anyOutbox, status: "failed", channelId: 3 }, page),
      "outbox of a channel that has none": () =>
        store.outbox({ ...anyOutbox, channelId: 99 }, page),
      "outbox since an hour from now": () => store.outbox({ ...anyOutbox, since: ago(-1) }, page),
      deadLetters: () => store.deadLetters(anyDeadLetter, page),
      "dead letters open of a stage": () =>
        store.deadLetters({ ...anyDeadLetter, stage: "posts", replayed: false }, page),
      overview: () => store.overview(iso(Date.now())),
      latency: () => store.latency(),
      audit: () => store.audit(),
      "audit: 100 events of the last hour": () =>
        store.changedEvents(ago(1 / 24), now, { limit: 100, cursor: null }),
      "audit: 100 events of a month": () =>
        store.changedEvents(null, now, { limit: 100, cursor: null }),
      "audit: posts accepted since an hour": () => store.unaccountedPosts(ago(1 / 24)),
      "snapshots of a day": () => store.snapshots(ago(1), 1_000),
      eventsByKey: () => store.eventsByKey(first.items.map(({ eventKey }) => eventKey)),
      evidenceByKey: () =>
        store.evidenceByKey(
          first.items.map(({ eventKey }) => eventKey),
          5,
        ),
      outboxByKey: () =>
        store.outboxByKey(
          first.items.map(({ eventKey }) => eventKey),
          5,
        ),
    };
    const flow: Record<string, (run: number) => Promise<unknown>> = {
      "accept 100": (run) =>
        store.accept(
          many(run).map((id) => arrival(id)),
          now,
          iso(Date.now() - 60_000),
        ),
      "judge 100": (run) =>
        store.recordJudgements(
          many(run).map((id, i) => (i % 2 ? dropped(id) : pending(id, key))),
          now,
        ),
      load: () => store.load(key),
      overdue: () => store.overdue(ago(1), now, 500),
      due: () => store.due(now, 500),
      nextDue: () => store.nextDue(),
      claim: (run) => store.claim(POSTS / 4 + run, crypto.randomUUID(), now, 60_000),
      lastMessage: () => store.lastMessage(3, key),
      waiting: () => store.waiting(ago(1), { what: "posts", before: ago(40) }),
      "waiting for old events": () => store.waiting(ago(1), { what: "events", before: ago(40) }),
      "waiting for old deliveries": () =>
        store.waiting(ago(1), { what: "deliveries", before: ago(40) }),
      "waiting for old letters": () =>
        store.waiting(ago(1), { what: "deadLetters", before: ago(40) }),
      "forget 100 posts": () => store.deleteExpired("posts", ago(25), 100),
      "forget 100 events": () => store.deleteExpired("events", ago(25), 100),
      "forget 100 deliveries": () => store.deleteExpired("deliveries", ago(25), 100),
      "forget 100 letters": () => store.deleteExpired("deadLetters", ago(25), 100),
    };
    for (const [name, work] of Object.entries({ ...reads, ...flow })) {
      const times: number[] = [];
      for (
        let run = 0;
        run < RUNS && (run < 2 || times.reduce((sum, ms) => sum + ms, 0) < 5_000);
        run++
      ) {
        const began = performance.now();
        await work(run);
        times.push(performance.now() - began);
      }
      const ms = times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
      console.log(`  ${name.padEnd(36)} ${ms.toFixed(1).padStart(9)} ms`);
      if (BENCH_EXPLAIN !== undefined && ms > Number(BENCH_EXPLAIN)) {
        const { rows } = await postgres.pool.query(
          `explain (analyze, buffers) ${last[0]}`,
          last[1],
        );
        console.log(rows.map((row) => `      ${row["QUERY PLAN"]}`).join("\n"));
      }
    }
  } finally {
    await postgres.stop();
  }
}
