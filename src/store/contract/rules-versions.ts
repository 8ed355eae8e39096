import { describe, expect, it } from "vitest";
import type { Store } from "../index.ts";
import { at } from "./fixtures.ts";

export function rulesContract(store: () => Store): void {
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
}
