import { beforeEach, describe, expect, it } from "vitest";
import { ChannelFilter } from "../../model/channel-config.ts";
import type { ApiKey } from "../api-keys.ts";
import type { Store } from "../index.ts";
import { QuotaReached } from "../quotas.ts";
import { at, draft, FIRST_PAGE, notify } from "./fixtures.ts";

const DAY = "2026-01-15";
const NEXT_DAY = "2026-01-16";

const keyOf = (id: string, tenant = "acme"): ApiKey => ({
  ...{ id, tenant, name: id, hash: "abc", scopes: ["read"], sources: null },
  ...{ limitPerMinute: null, createdAt: at(0), expiresAt: null, revokedAt: null },
});

const channelDraft = (name: string) => ({
  ...{ kind: "log", name, settings: {}, atMostOnce: false },
  filter: ChannelFilter.parse({}),
});

const entryOf = (subject: string) => ({
  ...{ at: at(1), keyId: "k", keyName: null, action: "act", requestId: "r" },
  ...{ subject, before: null, after: null },
});

const ANY_ENTRY = { action: null, subject: null, keyId: null, since: null, until: null };

export function quotaContract(store: () => Store): void {
  describe("quotas", () => {
    beforeEach(async () => {
      for (const name of ["acme", "beta"]) await store().addTenant(name, at(0));
    });

    it("are set one by one, taken away by null, and of no tenant that is not there", async () => {
      const { setQuota, quotaOf } = store();
      expect(await quotaOf("acme")).toEqual({});
      expect(await setQuota("acme", { keys: 2, channels: 0 }, entryOf("quota"))).toEqual({
        keys: 2,
        channels: 0,
      });
      expect(await setQuota("acme", { keys: null, listeners: 5 })).toEqual({
        channels: 0,
        listeners: 5,
      });
      expect(await quotaOf("acme")).toEqual({ channels: 0, listeners: 5 });
      expect(await quotaOf("beta")).toEqual({});
      expect(await setQuota("none", { keys: 1 }, entryOf("none"))).toBeUndefined();
      expect(await setQuota("default", { keys: 1 })).toBeUndefined();
      const { items } = await store().auditLog(ANY_ENTRY, FIRST_PAGE);
      expect(items.map(({ subject, after }) => [subject, after])).toEqual([
        ["quota", { keys: 2, channels: 0 }],
      ]);
    });

    it("hold back a channel too many until another one goes", async () => {
      await store().setQuota("acme", { channels: 1 });
      const own = store().ownRows("acme");
      expect(await own.addChannel(channelDraft("a"), at(1))).toMatchObject({ kind: "saved" });
      const full = await own.addChannel(channelDraft("b"), at(2)).catch((error) => error);
      expect(full).toBeInstanceOf(QuotaReached);
      expect(full).toMatchObject({ quota: "channels", limit: 1, used: 1 });
      await store().ownRows("beta").addChannel(channelDraft("b"), at(2));
      await store().ownRows("default").addChannel(channelDraft("b"), at(2));
      const [held] = await own.channels();
      await own.removeChannel(held?.id ?? 0, at(3));
      expect(await own.addChannel(channelDraft("b"), at(4))).toMatchObject({ kind: "saved" });
    });

    it("hold back a key too many, and one that overlaps when it is rotated", async () => {
      await store().setQuota("acme", { keys: 1 });
      expect(await store().addKey(keyOf("one"))).toBe(true);
      const own = store().ownRows("acme");
      for (const keys of [store(), own])
        await expect(keys.addKey(keyOf("two"))).rejects.toThrow(QuotaReached);
      const next = { ...keyOf("next"), createdAt: at(5) };
      await expect(own.rotateKey(keyOf("one"), next, at(900))).rejects.toThrow(QuotaReached);
      expect(await own.apiKey("one")).toEqual(keyOf("one"));
      expect(await own.rotateKey(keyOf("one"), next, at(5))).toBe(true);
      expect(await store().addKey(keyOf("theirs", "beta"))).toBe(true);
      expect(await store().addKey(keyOf("ours", "default"))).toBe(true);
      await store().revokeKey("next", at(6));
      expect(await store().addKey({ ...keyOf("three"), createdAt: at(7) })).toBe(true);
    });

    it("give a removed tenant neither channel nor key", async () => {
      const own = store().ownRows("acme");
      await store().removeTenant("acme", at(1));
      expect(await own.addChannel(channelDraft("late"), at(2))).toEqual({ kind: "unknown" });
      expect(await own.addKey(keyOf("late"))).toBe(false);
      expect(await store().quotaOf("acme")).toEqual({});
      expect(await store().setQuota("acme", { keys: 1 })).toBeUndefined();
      expect(await store().tenantUse("acme", DAY)).toBeUndefined();
      expect(await store().takePosts("acme", 1, DAY)).toMatchObject({ allowed: false });
    });

    it("count posts of a day, all of a request or none", async () => {
      const { takePosts, setQuota } = store();
      expect(await takePosts("acme", 1, DAY)).toEqual({ allowed: false, used: 0, limit: 0 });
      await setQuota("acme", { postsPerDay: 10 });
      expect(await takePosts("acme", 8, DAY)).toEqual({ allowed: true, used: 8, limit: 10 });
      expect(await takePosts("acme", 3, DAY)).toEqual({ allowed: false, used: 8, limit: 10 });
      expect(await takePosts("acme", -3, DAY)).toEqual({ allowed: true, used: 5, limit: 10 });
      expect(await takePosts("acme", 5, DAY)).toEqual({ allowed: true, used: 10, limit: 10 });
      expect(await takePosts("acme", 1, NEXT_DAY)).toEqual({ allowed: true, used: 1, limit: 10 });
      expect(await takePosts("beta", 1, DAY)).toMatchObject({ allowed: false });
    });

    it("count each post once when requests come at a time", async () => {
      await store().setQuota("acme", { postsPerDay: 10 });
      const taken = await Promise.all(
        Array.from({ length: 12 }, () => store().takePosts("acme", 1, DAY)),
      );
      expect(taken.filter(({ allowed }) => allowed)).toHaveLength(10);
    });

    it("count each delivery once, however often it is attempted", async () => {
      const { takeNotification, setQuota } = store();
      await store().ownRows("acme").addChannel(channelDraft("a"), at(0));
      await store().ownRows("default").addChannel(channelDraft("b"), at(0));
      const [first = 0, second = 0, third = 0, ours = 0] = await notify(store(), [
        ...["1", "2", "3"].map((key) => draft(1, key, { tenant: "acme" })),
        draft(2, "ours"),
      ]);
      await setQuota("acme", { notificationsPerDay: 2 });
      expect(await takeNotification(first, DAY)).toBe(true);
      expect(await takeNotification(first, DAY)).toBe(true);
      expect(await takeNotification(second, DAY)).toBe(true);
      expect(await takeNotification(third, DAY)).toBe(false);
      expect(await takeNotification(ours, DAY)).toBe(true);
      const used = { posts: 0, notifications: 2, channels: 1, keys: 0 };
      expect((await store().tenantUse("acme", DAY))?.used).toEqual(used);
      expect(await takeNotification(third, NEXT_DAY)).toBe(true);
      expect((await store().tenantUse("acme", NEXT_DAY))?.used.notifications).toBe(1);
      expect((await store().tenantUse("acme", DAY))?.used.notifications).toBe(0);
    });
  });
}
