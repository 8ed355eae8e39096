import { describe, expect, it } from "vitest";
import type { ApiKey } from "../api-keys.ts";
import type { Store } from "../index.ts";
import { at } from "./fixtures.ts";

const KEY: ApiKey = {
  id: "k1",
  name: "ci",
  tenant: "default",
  hash: "abc",
  scopes: ["read", "write"],
  sources: ["me", "mine"],
  limitPerMinute: 60,
  createdAt: at(0),
  expiresAt: at(9),
  revokedAt: null,
};

export function keyContract(store: () => Store): void {
  describe("keys", () => {
    it("are found by id, listed, and stay revoked from the first time on", async () => {
      const key = KEY;
      await store().addKey(key);
      await store().addKey({ ...key, hash: "other" });
      await store().addKey({
        ...key,
        id: "k0",
        createdAt: at(1),
        limitPerMinute: null,
        expiresAt: null,
        scopes: [],
        sources: null,
      });
      expect(await store().apiKey("k1")).toEqual(key);
      expect(await store().apiKey("none")).toBeUndefined();
      const listed = await store().apiKeys();
      expect(listed.map(({ id, sources }) => [id, sources])).toEqual([
        ["k1", ["me", "mine"]],
        ["k0", null],
      ]);
      expect([await store().revokeKey("k1", at(5)), await store().revokeKey("k1", at(6))]).toEqual([
        true,
        true,
      ]);
      expect(await store().apiKey("k1")).toEqual({ ...key, revokedAt: at(5) });
      expect(await store().revokeKey("none", at(5))).toBe(false);
    });

    it("are changed field by field, until they are revoked", async () => {
      await store().addKey(KEY);
      expect(await store().updateKey("k1", { name: "robot", limitPerMinute: null })).toEqual({
        ...KEY,
        name: "robot",
        limitPerMinute: null,
      });
      const open = { scopes: ["ingest"], sources: null, expiresAt: null };
      expect(await store().updateKey("k1", open)).toMatchObject({ name: "robot", ...open });
      expect(await store().updateKey("none", { name: "x" })).toBeUndefined();
      await store().revokeKey("k1", at(1));
      expect(await store().updateKey("k1", { name: "x" })).toBeUndefined();
    });

    it("make way for the next one after an overlap", async () => {
      await store().addKey(KEY);
      const next = { ...KEY, id: "k2", hash: "def", createdAt: at(1) };
      expect(await store().rotateKey(KEY, next, at(5))).toBe(true);
      const rotated = { ...KEY, expiresAt: at(5) };
      expect(await store().apiKey("k1")).toEqual(rotated);
      expect(await store().apiKey("k2")).toEqual(next);
      expect(await store().rotateKey(rotated, { ...next, id: "k3" }, at(8))).toBe(true);
      expect(await store().apiKey("k1")).toEqual(rotated);
      expect(await store().rotateKey({ ...KEY, id: "none" }, { ...next, id: "k4" }, at(5))).toBe(
        false,
      );
      expect(await store().apiKey("k4")).toBeUndefined();
    });

    it.each([
      ["a time", at(9)],
      ["no time", null],
    ])("that were to expire at %s make way once, of rotations at once", async (_, expiresAt) => {
      const key = { ...KEY, expiresAt };
      await store().addKey(key);
      const next = (n: number) => ({ ...KEY, id: `k${n}`, createdAt: at(1) });
      const asked = [2, 3, 4, 5].map((n) => store().rotateKey(key, next(n), at(5)));
      expect((await Promise.all(asked)).filter(Boolean)).toEqual([true]);
      expect(await store().apiKeys()).toHaveLength(2);
    });

    it("tell when they were last used", async () => {
      await store().addKey(KEY);
      expect(await store().apiKeys()).toEqual([{ ...KEY, lastUsedAt: null }]);
      await store().noteUse("k1", at(7));
      await store().noteUse("k1", at(6));
      expect(await store().apiKeys()).toEqual([{ ...KEY, lastUsedAt: at(7) }]);
    });
  });
}
