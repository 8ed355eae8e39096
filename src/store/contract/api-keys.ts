import { describe, expect, it } from "vitest";
import type { Store } from "../index.ts";
import { at } from "./fixtures.ts";

export function keyContract(store: () => Store): void {
  describe("keys", () => {
    it("are found by id, listed, and stay revoked from the first time on", async () => {
      const key = {
        ...{
          id: "k1",
          name: "ci",
          hash: "abc",
          scopes: ["read", "write"],
          sources: ["me", "mine"],
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
  });
}
