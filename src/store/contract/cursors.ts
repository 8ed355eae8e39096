import { describe, expect, it } from "vitest";
import type { Store } from "../index.ts";
import { at } from "./fixtures.ts";

export function cursorContract(store: () => Store): void {
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
}
