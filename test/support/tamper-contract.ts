import { describe, expect, it } from "vitest";
import { auditRange } from "../../src/audit/audit-range.ts";
import { acceptPosts } from "../../src/intake/accept.ts";
import { iso } from "../../src/kit/time.ts";
import type { RawPost } from "../../src/model/raw-post.ts";
import type { Store } from "../../src/store/index.ts";
import { eventWorld, NOON } from "./event-world.ts";

/** Ways to change what is stored behind the store's back. */
export type Tampering =
  | "counts"
  | "authors"
  | "score and state"
  | "type"
  | "half of the outbox deleted"
  | "attempts deleted"
  | "dropped posts deleted";

export type TamperedStore = {
  store: Store;
  tamper: Record<Tampering, () => Promise<unknown>>;
};

const HOUR_MS = 3_600_000;

const TEXTS = [
  "the bridge of $DEMO shipped today and the team answered every question",
  "I sold half of my $DEMO because the spread is still far too wide",
  "validators of $DEMO voted to burn a part of the treasury supply",
];

const posts: RawPost[] = [
  ...TEXTS.map((text, i) => ({ text, author: `author-${i}` })),
  { text: `${TEXTS[0]} 🚀`, author: "author-9" },
  { text: "nothing about any token at all, only the weather of today", author: "author-4" },
  { text: "another post about nothing but the weather and the sea", author: "author-5" },
].map((post, i) => ({
  ...post,
  source: "x",
  id: `${i}`,
  postedAt: iso(NOON - 600_000 + i * 60_000),
}));

/** One event of three texts and a copy, two dropped posts, two notifications with attempts. */
async function filled(store: Store) {
  const world = await eventWorld(new Map(), store);
  const filter = (await store.channels())[0]?.filter;
  if (filter === undefined) throw new Error("the world has a channel");
  await store.addChannel(
    { kind: "log", name: "second", settings: {}, filter, atMostOnce: false },
    iso(NOON),
  );
  await acceptPosts(posts, world.acceptPorts);
  await world.settle();
  for (const { id } of await world.outbox()) {
    const attempt = { deliveryId: id, httpStatus: 200, ms: 5, error: null, ambiguous: false };
    for (const [leaseToken, result] of [
      ["a", "retry"],
      ["b", "ok"],
    ] as const) {
      const at = iso(NOON + (result === "ok" ? 9_000 : 1_000));
      await store.claim(id, leaseToken, at, 1_000);
      const closing =
        result === "ok"
          ? ({ kind: "done", externalId: null } as const)
          : ({ kind: "failed", nextRetryAt: iso(NOON + 2_000) } as const);
      await store.close(id, leaseToken, closing, { ...attempt, leaseToken, at, result }, at);
    }
  }
  const audit = (since: string | null = null) =>
    auditRange(
      { since, until: iso(NOON + HOUR_MS), limit: 10, cursor: null },
      { store, rulesVersion: async (sha) => (sha === world.rules.sha ? world.rules : undefined) },
    );
  return { ...world, audit };
}

/** What the audit must find of each, whichever store holds the rows. */
const FOUND: Record<Tampering, string[]> = {
  counts: ["evidenceCount", "copies"],
  authors: ["uniqueAuthors"],
  "score and state": ["score", "state"],
  type: ["type"],
  "half of the outbox deleted": ["notifications"],
  "attempts deleted": ["attempts of notification 1", "attempts of notification 2"],
  "dropped posts deleted": [],
};

export function tamperContract(name: string, make: () => Promise<TamperedStore>): void {
  describe(`the audit of ${name}`, { timeout: 60_000 }, () => {
    it("finds nothing where nobody tampered, and says what it covered", async () => {
      const { store } = await make();
      const { audit, outbox } = await filled(store);
      expect((await outbox()).map(({ attempts }) => attempts.length)).toEqual([2, 2]);
      expect(await audit()).toEqual({
        since: null,
        until: iso(NOON + HOUR_MS),
        watermark: iso(NOON + HOUR_MS - 300_000),
        events: 1,
        tooLarge: 0,
        rescored: 1,
        findings: [],
        unaccounted: [],
        tallies: [],
        nextCursor: null,
      });
    });

    it("covers only what changed since the watermark", async () => {
      const { store } = await make();
      const { audit } = await filled(store);
      expect(await audit(iso(NOON))).toMatchObject({ events: 1 });
      expect(await audit(iso(NOON + 1))).toMatchObject({ events: 0, unaccounted: [] });
    });

    it("finds nothing after retention deleted posts, deliveries and events", async () => {
      const { store } = await make();
      const { audit } = await filled(store);
      const later = iso(NOON + 2 * HOUR_MS);
      expect(await store.deleteExpired("posts", later, 10)).toBe(2);
      expect(await store.deleteExpired("deliveries", later, 1)).toBe(1);
      expect(await audit()).toMatchObject({ events: 1, findings: [], unaccounted: [] });
      expect(await store.deleteExpired("events", later, 10)).toBe(1);
      expect(await audit()).toMatchObject({ events: 0, findings: [], unaccounted: [] });
    });

    it.each(Object.keys(FOUND) as Tampering[])("finds %s", async (tampering) => {
      const { store, tamper } = await make();
      const { audit } = await filled(store);
      await tamper[tampering]();
      const { findings, unaccounted } = await audit();
      expect(findings.map(({ what }) => what)).toEqual(expect.arrayContaining(FOUND[tampering]));
      expect(findings.length > 0 || unaccounted.length > 0).toBe(true);
      expect(unaccounted).toEqual(
        tampering === "dropped posts deleted"
          ? [{ source: "x", hour: iso(NOON), accepted: 6, found: 4 }]
          : [],
      );
    });
  });
}
