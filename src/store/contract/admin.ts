import { describe, expect, it } from "vitest";
import type { ChannelDraft } from "../admin.ts";
import type { Store } from "../index.ts";
import { at } from "./fixtures.ts";

const FILTER = {
  minScore: 5,
  chains: [],
  symbols: ["DEMO"],
  states: [],
  quietHours: null,
  digestMinutes: 0,
  mutedEvents: [],
};
const draft = (name: string): ChannelDraft => ({
  ...{
    kind: "webhook",
    name,
    settings: { url: "https://example.org", secret: "ü🚀" },
    filter: FILTER,
    atMostOnce: false,
  },
});

export function adminContract(store: () => Store): void {
  describe("channels", () => {
    it("are added, changed and removed", async () => {
      const added = {
        ...draft("team"),
        id: 1,
        status: "active",
        statusReason: null,
        createdAt: at(0),
      };
      expect(await store().addChannel(draft("team"), at(0))).toEqual({
        kind: "saved",
        channel: added,
      });
      expect(await store().addChannel(draft("team"), at(1))).toEqual({ kind: "taken" });
      await store().addChannel(draft("ops"), at(1));
      const [first, second] = await store().channels();
      expect(first).toEqual(added);
      const changed = {
        ...added,
        name: "crew",
        settings: { url: "b" },
        status: "paused",
        statusReason: "401",
        atMostOnce: true,
      };
      const patch = {
        name: "crew",
        settings: { url: "b" },
        status: "paused",
        statusReason: "401",
        atMostOnce: true,
      } as const;
      expect(await store().updateChannel(1, patch)).toEqual({ kind: "saved", channel: changed });
      expect(await store().updateChannel(1, {})).toEqual({ kind: "saved", channel: changed });
      expect(await store().updateChannel(1, { name: "ops" })).toEqual({ kind: "taken" });
      expect(await store().updateChannel(9, { name: "new" })).toEqual({ kind: "unknown" });
      expect(await store().removeChannel(1, at(2))).toBe(true);
      expect(await store().removeChannel(1, at(2))).toBe(false);
      expect(await store().updateChannel(1, { name: "back" })).toEqual({ kind: "unknown" });
      expect(await store().channelList()).toEqual([second]);
      expect(await store().addChannel(draft("crew"), at(3))).toMatchObject({
        kind: "saved",
        channel: { id: expect.any(Number) },
      });
    });

    it("say why they are paused, until they are not", async () => {
      await store().addChannel(draft("team"), at(0));
      await store().setChannelStatus(1, "paused", "401 from the hook");
      expect(await store().channels()).toMatchObject([
        { status: "paused", statusReason: "401 from the hook", name: "team" },
      ]);
      await store().setChannelStatus(1, "active", null);
      expect(await store().channels()).toMatchObject([
        { status: "active", statusReason: null, settings: draft("team").settings },
      ]);
      await store().setChannelStatus(9, "disabled", "gone");
    });
  });

  describe("the cursor of a source", () => {
    it("moves only from where it is", async () => {
      expect(await store().cursor("x")).toBeUndefined();
      expect(await store().advanceCursor("x", "5", "6", at(0))).toBe(false);
      expect(await store().advanceCursor("x", null, "5", at(1))).toBe(true);
      expect(await store().cursor("x")).toEqual({ cursor: "5", polledAt: at(1), movedAt: at(1) });
      expect(await store().advanceCursor("x", null, "4", at(2))).toBe(false);
      expect(await store().advanceCursor("x", "5", "9", at(3))).toBe(true);
      expect(await store().advanceCursor("x", "5", "9", at(3))).toBe(true);
      expect(await store().advanceCursor("x", "9", "9", at(4))).toBe(true);
      expect(await store().cursor("x")).toEqual({ cursor: "9", polledAt: at(4), movedAt: at(3) });
      expect(await store().advanceCursor("x", "5", "7", at(4))).toBe(false);
      expect(await store().advanceCursor("x", "9", null, at(5))).toBe(true);
      expect(await store().cursor("x")).toEqual({ cursor: null, polledAt: at(5), movedAt: at(5) });
      expect(await store().cursor("y")).toBeUndefined();
    });

    it("is moved by one of many overlapping ticks", async () => {
      const moved = await Promise.all(
        Array.from({ length: 6 }, (_, i) => store().advanceCursor("x", null, `to-${i}`, at(i))),
      );
      expect(moved.filter(Boolean)).toHaveLength(1);
    });
  });

  describe("keys", () => {
    it("are found by id, listed, and stay revoked from the first time on", async () => {
      const key = {
        ...{
          id: "k1",
          name: "ci",
          hash: "abc",
          scopes: ["read", "write"],
          limitPerMinute: 60,
          createdAt: at(0),
          expiresAt: at(9),
          revokedAt: null,
        },
      };
      await store().addKey(key);
      await store().addKey({ ...key, hash: "other" });
      await store().addKey({
        ...key,
        id: "k0",
        createdAt: at(1),
        limitPerMinute: null,
        expiresAt: null,
        scopes: [],
      });
      expect(await store().apiKey("k1")).toEqual(key);
      expect(await store().apiKey("none")).toBeUndefined();
      expect((await store().apiKeys()).map(({ id }) => id)).toEqual(["k1", "k0"]);
      expect([await store().revokeKey("k1", at(5)), await store().revokeKey("k1", at(6))]).toEqual([
        true,
        true,
      ]);
      expect(await store().apiKey("k1")).toEqual({ ...key, revokedAt: at(5) });
      expect(await store().revokeKey("none", at(5))).toBe(false);
    });
  });

  describe("the history of rules", () => {
    it("has every version once, the latest activated first", async () => {
      await store().recordRules({ sha: "a", document: "one: 1", author: "ada" }, at(1));
      await store().recordRules({ sha: "b", document: "two: 2", author: "bob" }, at(2));
      await store().recordRules({ sha: "a", document: "one: 1", author: "bob" }, at(3));
      expect(await store().rulesVersions(9)).toEqual([
        { sha: "a", author: "ada", createdAt: at(1), activatedAt: at(3) },
        { sha: "b", author: "bob", createdAt: at(2), activatedAt: at(2) },
      ]);
      expect(await store().rulesVersions(1)).toHaveLength(1);
      expect(await store().rulesDocument("b")).toBe("two: 2");
      expect(await store().rulesDocument("c")).toBeUndefined();
    });
  });

  describe("on-chain features", () => {
    it("answer the newest of a token and window", async () => {
      const token = { chain: "eth", tokenCa: "0xabc", window: "24h" } as const;
      const features = {
        ...token,
        asOf: at(5),
        values: { active_addrs_24h: 1200, note: null },
        confidence: 0.9,
      };
      await store().putFeatures(features);
      await store().putFeatures({ ...features, asOf: at(1), confidence: null });
      await store().putFeatures({ ...features, window: "1h", asOf: at(9) });
      expect(await store().features("eth", "0xabc", "24h")).toEqual(features);
      await store().putFeatures({ ...features, values: { active_addrs_24h: 7 } });
      expect(await store().features("eth", "0xabc", "24h")).toMatchObject({
        values: { active_addrs_24h: 7 },
      });
      expect(await store().features("bsc", "0xabc", "24h")).toBeUndefined();
    });
  });
}
