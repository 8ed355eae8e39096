import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  arrival,
  at,
  attemptOf,
  change,
  deadLetter,
  draft,
  dropped,
  eventOf,
  KEY,
  mention,
  OTHER_KEY,
  pending,
  ref,
  rowOf,
  signal,
} from "../../src/store/contract/fixtures.ts";
import type { Store } from "../../src/store/index.ts";
import { postgresStore } from "../../src/store/postgres/index.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";

/** Long enough for a statement that waits for nothing to answer. */
const SETTLED_MS = 60;
const LEASE_MS = 60_000;
const POST_AT = 1;

const storeOn = (client: pg.Client): Store =>
  postgresStore({ query: async (text, params) => (await client.query(text, params)).rows });

/**
 * Two connections: the first runs its statement and has not committed yet when the second runs its
 * own, which waits for it or sees the tables as they were before.
 */
describe("a statement that meets another before it is committed", () => {
  let postgres: TestPostgres;
  const clients: pg.Client[] = [];
  let store: Store;
  beforeAll(async () => {
    postgres = await startPostgres();
    for (let n = 0; n < 2; n++) {
      const client = new pg.Client({ connectionString: postgres.url });
      await client.connect();
      clients.push(client);
    }
    store = storeOn(clients[1] as pg.Client);
  }, 180_000);
  beforeEach(() => postgres.clear());
  afterAll(async () => {
    for (const client of clients) await client.end();
    await postgres.stop();
  });

  /** Answers what each of the two was told, and whether the second waited for the first. */
  async function overlap<A, B>(
    first: (store: Store) => Promise<A>,
    second: (store: Store) => Promise<B>,
    end: "commit" | "rollback" = "commit",
  ): Promise<{ first: A; second: B; waited: boolean }> {
    const [client] = clients as [pg.Client];
    await client.query("begin");
    const answer = await first(storeOn(client));
    let done = false;
    const other = second(store).finally(() => {
      done = true;
    });
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
    const waited = !done;
    await client.query(end);
    return { first: answer, second: await other, waited };
  }

  const acceptOne = (textHash?: string) => store.accept([arrival(POST_AT, {}, textHash)], at(0));
  const holdOne = (by: Store) => by.commit(change(0, [mention(POST_AT)]));
  const outcomeOf = async (id: number) => (await store.post("x", `${id}`))?.outcome;
  const sums = () => store.audit();

  it("judges a post by what a commit has just made of it", async () => {
    await acceptOne();
    const { second } = await overlap(holdOne, (late) =>
      late.recordJudgements([pending(POST_AT, KEY)], at(2)),
    );
    expect(second).toMatchObject({ duplicates: [], waiting: [] });
    expect(await outcomeOf(POST_AT)).toBe("evidence");
    expect(await sums()).toMatchObject({ evidence: 1, open: 0, contradictions: 0 });
  });

  it("drops no post that a commit has just taken as evidence", async () => {
    await acceptOne();
    const { waited } = await overlap(holdOne, (late) =>
      late.recordJudgements([dropped(POST_AT)], at(2)),
    );
    expect(waited).toBe(true);
    expect(await outcomeOf(POST_AT)).toBe("evidence");
    expect(await sums()).toMatchObject({ evidence: 1, dropped: 0, contradictions: 0 });
  });

  it("drops a post whose commit was rolled back", async () => {
    await acceptOne();
    await overlap(holdOne, (late) => late.recordJudgements([dropped(POST_AT)], at(2)), "rollback");
    expect(await outcomeOf(POST_AT)).toBe("dropped");
  });

  it("takes as evidence a post that was dropped in the meantime", async () => {
    await acceptOne();
    await overlap((early) => early.recordJudgements([dropped(POST_AT)], at(2)), holdOne);
    expect(await outcomeOf(POST_AT)).toBe("evidence");
    expect(await sums()).toMatchObject({ evidence: 1, dropped: 0, contradictions: 0 });
  });

  it("accepts a post once", async () => {
    const { first, second } = await overlap(
      (early) => early.accept([arrival(POST_AT)], at(0)),
      (late) => late.accept([arrival(POST_AT), arrival(2)], at(0)),
    );
    expect([first.fresh, second.fresh]).toEqual([[ref(POST_AT)], [ref(2)]]);
    expect(await sums()).toMatchObject({ accepted: 2 });
    expect(await store.unaccountedPosts(null)).toEqual([]);
  });

  it("accepts a post whose first acceptance was rolled back", async () => {
    const { second } = await overlap(
      (early) => early.accept([arrival(POST_AT)], at(0)),
      (late) => late.accept([arrival(POST_AT)], at(0)),
      "rollback",
    );
    expect(second.fresh).toEqual([ref(POST_AT)]);
    expect(await store.unaccountedPosts(null)).toEqual([]);
  });

  it("numbers posts in the order in which they are committed", async () => {
    const { waited } = await overlap(
      (early) => early.accept([arrival(POST_AT)], at(0)),
      (late) => late.accept([arrival(2, { source: "y" })], at(0)),
    );
    expect(waited, "a judge must never miss an earlier post that is still under way").toBe(true);
  });

  it("ends a post that two events commit at once", async () => {
    await acceptOne();
    await store.recordJudgements([pending(POST_AT, KEY, OTHER_KEY)], at(1));
    await overlap(holdOne, (late) =>
      late.commit(change(0, [mention(POST_AT, { eventKey: OTHER_KEY })])),
    );
    expect(await outcomeOf(POST_AT)).toBe("evidence");
    expect(await sums()).toMatchObject({ evidence: 1, open: 0, contradictions: 0 });
  });

  it("knows a repeat only once its original stands", async () => {
    const twins = [arrival(POST_AT, { author: "ada" }, "h"), arrival(2, { author: "ada" }, "h")];
    await store.accept(twins, at(0));
    const judged = await overlap(
      (early) => early.recordJudgements([dropped(POST_AT)], at(2)),
      (late) => late.recordJudgements([pending(2, KEY)], at(2)),
    );
    expect(judged.second).toMatchObject({ duplicates: [], waiting: [{ id: "2" }] });
    const again = await store.recordJudgements([pending(2, KEY)], at(3));
    expect(again).toEqual({ duplicates: [], settled: [], waiting: [] });
  });

  it("commits one of two changes of a revision, whichever is first", async () => {
    const changeOf = (id: number, rev: number) => (by: Store) =>
      by.commit(change(rev, [mention(id)], { outbox: [draft(1, `k${id}`)] }));
    const anew = await overlap(changeOf(1, 0), changeOf(2, 0));
    expect([anew.first.kind, anew.second.kind]).toEqual(["committed", "stale"]);
    const held = [mention(1)];
    const next = (id: number) => (by: Store) =>
      by.commit(change(1, [mention(id)], { held, event: eventOf([...held, mention(id)]) }));
    const later = await overlap(next(3), next(4));
    expect([later.first.kind, later.second.kind]).toEqual(["committed", "stale"]);
    expect(await sums()).toMatchObject({ miscounted: 0, outbox: { pending: 1 } });
    const lost = await overlap(
      (by) => by.commit(change(2, [mention(5)], { held: [mention(1), mention(3)] })),
      (by) => by.commit(change(2, [mention(6)], { held: [mention(1), mention(3)] })),
      "rollback",
    );
    expect(lost.second.kind).toBe("committed");
    expect((await store.load(KEY))?.evidence.map(({ postId }) => postId)).toEqual(["1", "3", "6"]);
  });

  const oneDelivery = () =>
    store.commit(change(0, [mention(POST_AT)], { outbox: [draft(1, "a")], at: at(0) }));
  const claimAs = (token: string) => (by: Store) => by.claim(1, token, at(1), LEASE_MS);

  it("lends a delivery once", async () => {
    await oneDelivery();
    const { first, second, waited } = await overlap(claimAs("L1"), claimAs("L2"));
    expect([first.kind, second.kind, waited]).toEqual(["claimed", "taken", true]);
  });

  it("closes a delivery once, by the one who holds it", async () => {
    await oneDelivery();
    await claimAs("L1")(store);
    const done = { kind: "done", externalId: "m1" } as const;
    const { second } = await overlap(
      (early) => early.close(1, "L1", done, attemptOf(), at(3)),
      (late) => late.close(1, "L1", { kind: "failed", nextRetryAt: at(9) }, attemptOf(), at(3)),
    );
    expect(second, "a repeat after a lost answer").toBe(true);
    expect((await rowOf(() => store, 1))?.status).toBe("done");
    expect((await rowOf(() => store, 1))?.attempts).toHaveLength(1);
  });

  it("does not renew a lease that was closed", async () => {
    await oneDelivery();
    await claimAs("L1")(store);
    const { second } = await overlap(
      (early) => early.close(1, "L1", { kind: "done", externalId: null }, attemptOf(), at(3)),
      (late) => late.renew(1, "L1", at(3), LEASE_MS),
    );
    expect(second).toBe(false);
  });

  it("leaves to its holder what is claimed while its channel is removed", async () => {
    const added = await store.addChannel(
      { kind: "log", name: "log", settings: {}, filter: NO_FILTER, atMostOnce: false },
      at(0),
    );
    if (added.kind !== "saved") throw new Error(added.kind);
    const { id } = added.channel;
    await store.commit(change(0, [mention(POST_AT)], { outbox: [draft(id, "a")], at: at(0) }));
    const { first } = await overlap(claimAs("L1"), (late) => late.removeChannel(id, at(2)));
    expect(first.kind).toBe("claimed");
    expect((await rowOf(() => store, 1))?.status).toBe("sending");
    expect(await store.renew(1, "L1", at(3), LEASE_MS)).toBe(true);
  });

  it("overtakes no message that was claimed before the downgrade", async () => {
    await oneDelivery();
    const down = draft(1, "b");
    const payload = { ...down.payload, state: "downgraded", transition: 2 } as const;
    const { second } = await overlap(claimAs("L1"), (late) =>
      late.commit(
        change(1, [], {
          held: [mention(POST_AT)],
          signal: signal({ state: "downgraded", transition: 2 }),
          outbox: [{ ...down, payload }],
        }),
      ),
    );
    expect(second.kind).toBe("committed");
    expect((await rowOf(() => store, 1))?.status).toBe("sending");
    expect(await store.renew(1, "L1", at(3), LEASE_MS)).toBe(true);
  });

  it("opens a dead letter once", async () => {
    await store.bury([deadLetter("k1"), deadLetter("k2")], at(1));
    const all = { ids: null, stage: null, reason: null };
    const take = (by: Store) => by.takeForReplay(all, 10, at(2));
    const { first, second } = await overlap(take, take);
    expect(first).toHaveLength(2);
    expect(second).toEqual([]);
  });

  it("buries no post that has just become evidence", async () => {
    await acceptOne();
    await store.recordJudgements([pending(POST_AT, KEY)], at(1));
    await overlap(holdOne, (late) =>
      late.bury([deadLetter("k1", { subject: `x:${POST_AT}` })], at(2)),
    );
    expect(await outcomeOf(POST_AT)).toBe("evidence");
    expect(await sums()).toMatchObject({ evidence: 1, dead: 0, open: 0, contradictions: 0 });
  });

  it("keeps an event that grows while it expires", async () => {
    await acceptOne();
    await store.recordJudgements([pending(POST_AT, KEY)], at(1));
    await holdOne(store);
    await store.accept([arrival(2)], at(150));
    await store.recordJudgements([pending(2, KEY)], at(151));
    const { second } = await overlap(
      (early) => early.commit(change(1, [mention(2)], { held: [mention(POST_AT)], at: at(5_000) })),
      (late) => late.deleteExpired("events", at(1_000), 10),
    );
    expect(second).toBe(0);
    expect(await store.deleteExpired("events", at(1_000), 10)).toBe(0);
    expect(await sums()).toMatchObject({ evidence: 2, contradictions: 0, miscounted: 0 });
  });

  it("sends a post that waits too long again once", async () => {
    await acceptOne();
    const look = (by: Store) => by.overdue(at(600), at(700), 10);
    const { first, second, waited } = await overlap(look, look);
    expect([first.length, second.length, waited]).toEqual([1, 0, false]);
  });
});

const NO_FILTER = {
  minScore: null,
  chains: [],
  symbols: [],
  states: [],
  quietHours: null,
  digestMinutes: 0,
  mutedEvents: [],
};
