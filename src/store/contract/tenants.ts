import { beforeEach, describe, expect, it } from "vitest";
import { ChannelFilter } from "../../model/channel-config.ts";
import type { ApiKey } from "../api-keys.ts";
import type { ChangeEntry } from "../audit-log.ts";
import type { Store } from "../index.ts";
import {
  at,
  attemptOf,
  DEAD_LETTER,
  draft,
  FIRST_PAGE,
  KEY,
  LEASE_MS,
  notify,
} from "./fixtures.ts";

const keyOf = (tenant: string, id = `key-${tenant}`): ApiKey => ({
  ...{ id, tenant, name: tenant, hash: "abc", scopes: ["admin"], sources: null },
  ...{ limitPerMinute: null, createdAt: at(0), expiresAt: null, revokedAt: null },
});

const entryOf = (subject: string | null): ChangeEntry => ({
  ...{ at: at(1), keyId: "k", keyName: null, action: "act", requestId: "r" },
  ...{ subject, before: null, after: null },
});

const channelDraft = (name: string) => ({
  ...{ kind: "log", name, settings: {}, atMostOnce: false },
  filter: ChannelFilter.parse({}),
});

const NAMES = ["default", "acme", "beta"] as const;
type Name = (typeof NAMES)[number];

const ANY_LETTER = { stage: null, reason: null, since: null, replayed: null };
const ANY_ROW = { status: null, channelId: null, since: null };
const ANY_ENTRY = { action: null, subject: null, keyId: null, since: null, until: null };

/** Everything that the tenant can see, by the kind of row. */
async function seenBy(store: Store, tenant: string) {
  const own = store.ownRows(tenant);
  const [channels, keys, outbox, byKey, letters, entries] = await Promise.all([
    own.channels(),
    own.apiKeys(),
    own.outbox(ANY_ROW, FIRST_PAGE),
    own.outboxByKey([KEY], 50),
    own.deadLetters(ANY_LETTER, FIRST_PAGE),
    own.auditLog(ANY_ENTRY, FIRST_PAGE),
  ]);
  return {
    channels: channels.map(({ name, tenant: of }) => [name, of]),
    keys: keys.map(({ id }) => id),
    outbox: outbox.items.map(({ idemKey }) => idemKey),
    attempts: outbox.items.map(({ attempts }) => attempts.length),
    byKey: byKey.map(({ idemKey }) => idemKey),
    letters: letters.items.map(({ subject }) => subject),
    entries: entries.items.map(({ subject }) => subject),
  };
}

export function tenantContract(store: () => Store): void {
  describe("tenants", () => {
    it("are made once, and their names are not free again", async () => {
      expect(await store().addTenant("default", at(0))).toBe(false);
      expect(await store().addTenant("beta", at(0))).toBe(true);
      expect(await store().addTenant("acme", at(1), entryOf("tenant/acme"))).toBe(true);
      expect(await store().addTenant("acme", at(2), entryOf("again"))).toBe(false);
      await store().addKey(keyOf("acme"));
      await store().ownRows("acme").addChannel(channelDraft("alerts"), at(2));
      expect(await store().tenants()).toEqual([
        { name: "acme", createdAt: at(1), channels: 1, keys: 1 },
        { name: "beta", createdAt: at(0), channels: 0, keys: 0 },
      ]);
      expect(await store().removeTenant("beta", at(3))).toEqual([]);
      expect(await store().removeTenant("beta", at(3))).toBeUndefined();
      expect(await store().removeTenant("none", at(3), entryOf("none"))).toBeUndefined();
      expect(await store().addTenant("beta", at(4))).toBe(false);
      expect((await store().tenants()).map(({ name }) => name)).toEqual(["acme"]);
      const { items } = await store().auditLog(ANY_ENTRY, FIRST_PAGE);
      expect(items.map(({ subject }) => subject)).toEqual(["tenant/acme"]);
    });

    it("have keys only while they are there", async () => {
      expect(await store().addKey(keyOf("acme"), entryOf("key"))).toBe(false);
      await store().addTenant("acme", at(0));
      expect(await store().addKey(keyOf("acme"))).toBe(true);
      expect(await store().addKey({ ...keyOf("acme"), hash: "other" })).toBe(true);
      expect(await store().apiKey("key-acme")).toEqual(keyOf("acme"));
      await store().removeTenant("acme", at(1));
      expect(await store().addKey(keyOf("acme", "late"))).toBe(false);
      expect((await store().apiKeys()).map(({ id }) => id)).toEqual(["key-acme"]);
      expect((await store().auditLog(ANY_ENTRY, FIRST_PAGE)).items).toEqual([]);
    });

    it("leave with their keys and channels, and what waits for those ends unsent", async () => {
      for (const name of ["acme", "beta"]) {
        await store().addTenant(name, at(0));
        await store().addKey(keyOf(name));
        await store().addKey(keyOf(name, `${name}-2`));
        await store().ownRows(name).addChannel(channelDraft("alerts"), at(0));
      }
      await store().revokeKey("acme-2", at(1));
      await notify(store(), [
        draft(1, "of acme", { tenant: "acme" }),
        draft(2, "of beta", { tenant: "beta" }),
      ]);
      expect(await store().removeTenant("acme", at(5), entryOf("tenant/acme"))).toEqual([
        "key-acme",
      ]);
      const keys = await store().apiKeys();
      expect(keys.map(({ id, revokedAt }) => [id, revokedAt]).sort()).toEqual([
        ["acme-2", at(1)],
        ["beta-2", null],
        ["key-acme", at(5)],
        ["key-beta", null],
      ]);
      expect((await store().channels()).map(({ tenant }) => tenant)).toEqual(["beta"]);
      const { items } = await store().outbox(ANY_ROW, FIRST_PAGE);
      expect(
        items.map(({ idemKey, status, attempts }) => [idemKey, status, attempts[0]?.error]),
      ).toEqual([
        ["of beta", "pending", undefined],
        ["of acme", "done", "the tenant was removed"],
      ]);
    });
  });
}

export function ownRowsContract(store: () => Store): void {
  describe("the rows of a tenant", () => {
    /** A channel, a key, a dead delivery, its dead letter and an entry each. */
    beforeEach(async () => {
      for (const name of NAMES) {
        if (name !== "default") await store().addTenant(name, at(0));
        await store().addKey(keyOf(name));
        await store().ownRows(name).addChannel(channelDraft("alerts"), at(0), entryOf(null));
      }
      const drafts = NAMES.map((tenant, n) =>
        draft(n + 1, `of ${tenant}`, tenant === "default" ? {} : { tenant }),
      );
      for (const id of await notify(store(), drafts)) {
        await store().claim(id, "L", at(2), LEASE_MS);
        const letter = { ...DEAD_LETTER, subject: String(id) };
        const attempt = attemptOf({ deliveryId: id, leaseToken: "L" });
        await store().close(id, "L", { kind: "dlq", deadLetter: letter }, attempt, at(3));
      }
    });

    const idOf = (name: Name) => NAMES.indexOf(name) + 1;
    const own = (name: Name) => store().ownRows(name);

    it.each(NAMES)("are all that %s sees", async (name) => {
      const id = idOf(name);
      expect(await seenBy(store(), name)).toEqual({
        channels: [["alerts", name]],
        keys: [`key-${name}`],
        outbox: [`of ${name}`],
        attempts: [1],
        byKey: [`of ${name}`],
        letters: [String(id)],
        entries: [`channel/${id}`],
      });
    });

    it("are all seen by who works for all", async () => {
      expect(await store().channels()).toHaveLength(3);
      expect(await store().apiKeys()).toHaveLength(3);
      expect((await store().outbox(ANY_ROW, FIRST_PAGE)).items).toHaveLength(3);
      expect((await store().deadLetters(ANY_LETTER, FIRST_PAGE)).items).toHaveLength(3);
    });

    const PAIRS = NAMES.flatMap((name) =>
      NAMES.filter((other) => other !== name).map((other) => [name, other] as const),
    );

    it.each(PAIRS)("are out of the reach of %s where they are of %s", async (name, other) => {
      const before = await seenBy(store(), other);
      const [stored] = await own(other).channels();
      const id = idOf(other);
      const mute = { token: "$A", until: at(900), by: "x", request: "r" };
      const note = entryOf("foreign");
      const next = { ...keyOf(name, "next"), createdAt: at(1) };
      const mine = own(name);
      expect(await mine.apiKey(`key-${other}`)).toBeUndefined();
      expect(await mine.updateKey(`key-${other}`, { name: "x" }, note)).toBeUndefined();
      expect(await mine.rotateKey(keyOf(other), next, at(9), note)).toBe(false);
      expect(await mine.revokeKey(`key-${other}`, at(5), note)).toBe(false);
      expect(await mine.addKey(keyOf(other, "theirs"), note)).toBe(false);
      const theirs = { ...keyOf(other, "theirs"), createdAt: at(1) };
      expect(await mine.rotateKey(keyOf(name), theirs, at(9), note)).toBe(false);
      await mine.noteUse(`key-${other}`, at(5));
      expect(await mine.updateChannel(id, { name: "x" }, note)).toEqual({ kind: "unknown" });
      expect(await mine.muteToken(id, mute, at(5), note)).toBe("unknown");
      expect(await mine.setChannelStatus(id, "paused", "x")).toBe(false);
      expect(await mine.recordFailure(id, at(5), true)).toBeNull();
      await mine.clearFailures(id);
      expect(await mine.removeChannel(id, at(5), note)).toBe(false);
      expect(await mine.reopen(id, at(5), note)).toEqual({ kind: "unknown" });
      const letters = { ids: [id], stage: null, reason: null };
      expect(await mine.takeForReplay(letters, 10, at(5), note)).toEqual([]);
      expect(await seenBy(store(), other)).toEqual(before);
      expect(await own(other).channels()).toEqual([stored]);
      expect((await own(other).apiKeys())[0]).toMatchObject({ lastUsedAt: null, revokedAt: null });
      expect((await seenBy(store(), name)).entries).not.toContain("foreign");
    });

    it.each(NAMES)("are changed by %s", async (name) => {
      const mine = own(name);
      const id = idOf(name);
      const note = entryOf("own");
      const mute = { token: "$A", until: at(900), by: "x", request: "r" };
      expect(await mine.updateChannel(id, { name: "other" }, note)).toMatchObject({
        kind: "saved",
        channel: { name: "other", tenant: name },
      });
      expect(await mine.muteToken(id, mute, at(5), note)).toBe("muted");
      expect(await mine.reopen(id, at(5), note)).toMatchObject({ kind: "reopened" });
      expect(await mine.setChannelStatus(id, "paused", "x")).toBe(true);
      expect(await mine.recordFailure(id, at(5), true)).toMatchObject({ failures: 1 });
      await mine.clearFailures(id);
      await mine.bringForward(id, at(4));
      expect(await mine.updateKey(`key-${name}`, { name: "x" }, note)).toMatchObject({ name: "x" });
      const next = { ...keyOf(name, "next"), createdAt: at(1) };
      expect(await mine.rotateKey(keyOf(name), next, at(9), note)).toBe(true);
      expect(await mine.revokeKey("next", at(5), note)).toBe(true);
      expect(await mine.removeChannel(id, at(6), note)).toBe(true);
      await mine.recordChange(note);
      expect((await seenBy(store(), name)).entries.filter((each) => each === "own")).toHaveLength(
        8,
      );
    });

    it.each(NAMES)("are replayed by %s alone", async (name) => {
      const any = { ids: null, stage: "deliveries", reason: null };
      const taken = await own(name).takeForReplay(any, 10, at(5), entryOf("replay"));
      expect(taken.map(({ subject }) => subject)).toEqual([String(idOf(name))]);
      const { items } = await store().outbox(ANY_ROW, FIRST_PAGE);
      const open = items.filter(({ status }) => status === "pending");
      expect(open.map(({ idemKey }) => idemKey)).toEqual([`of ${name}`]);
      expect((await seenBy(store(), name)).entries).toContain("replay");
    });

    it("of an operator's work stand in the audit log of whom it was for", async () => {
      const mute = { token: "$A", until: at(900), by: "x", request: "r" };
      await store().muteToken(idOf("acme"), mute, at(5), entryOf("a mute"));
      expect((await seenBy(store(), "acme")).entries).toContain("a mute");
      expect((await seenBy(store(), "default")).entries).not.toContain("a mute");
    });

    it("are of the channel's tenant when they are written beside a commit", async () => {
      const repeats = NAMES.map((_, n) => draft(n + 1, `again ${n}`));
      await store().addDeliveries(repeats, at(9));
      for (const name of NAMES)
        expect((await seenBy(store(), name)).outbox).toEqual([
          `again ${NAMES.indexOf(name)}`,
          `of ${name}`,
        ]);
    });

    it("are asked again about mute times by their tenant alone", async () => {
      const { payload } = draft(1, "");
      const routing = {
        ...{ route: "r", version: "v", group: null, repeatMs: null, muteTimes: ["night"] },
        ...{ inhibit: [], dueAt: null },
      };
      const muted = NAMES.map((_, n) => ({
        ...draft(n + 1, `muted ${n}`, { payload: { ...payload, routing } }),
        notBefore: at(900),
      }));
      await store().addDeliveries(muted, at(9));
      expect(await own("acme").askMutedAt(at(20))).toBe(true);
      const { items } = await store().outbox(ANY_ROW, FIRST_PAGE);
      const due = items.filter(({ nextRetryAt }) => nextRetryAt === at(20));
      expect(due.map(({ idemKey }) => idemKey)).toEqual(["muted 1"]);
      expect(await own("acme").askMutedAt(at(20))).toBe(false);
      expect(await store().askMutedAt(at(20))).toBe(true);
    });

    it("hold a reply each under one key", async () => {
      const reply = (name: string) => ({ status: 200, type: "text/plain", body: name });
      for (const name of NAMES) {
        expect(await own(name).claimReply("k", "request", at(1), LEASE_MS)).toEqual({
          kind: "claimed",
        });
        await own(name).keepReply("k", reply(name));
        await own(name).releaseReply("k");
      }
      for (const name of NAMES)
        expect(await own(name).claimReply("k", "request", at(2), LEASE_MS)).toEqual({
          kind: "replied",
          reply: reply(name),
        });
    });

    it("are no rows of a name that is none", () => {
      expect(() => store().ownRows("'; drop table channels")).toThrow(RangeError);
    });
  });
}
