import { describe, expect, it } from "vitest";
import type { Store } from "../index.ts";
import { at } from "./fixtures.ts";

export function replyContract(store: () => Store): void {
  describe("replies under an idempotency key", () => {
    const reply = { status: 201, type: "application/json", body: "{}" };
    const claim = (second: number, request = "r", key = "k") =>
      store().claimReply(key, request, at(second), 60_000);

    it("are claimed by one request, and repeated to all others for a day", async () => {
      expect(await claim(0)).toEqual({ kind: "claimed" });
      expect(await claim(1)).toEqual({ kind: "busy" });
      expect(await claim(1, "other")).toEqual({ kind: "mismatch" });
      await store().keepReply("k", reply);
      await store().releaseReply("k");
      expect(await claim(86_000)).toEqual({ kind: "replied", reply });
      expect(await claim(86_000, "other")).toEqual({ kind: "mismatch" });
      expect(await claim(86_401, "other")).toEqual({ kind: "claimed" });
    });

    it("are claimed anew after the holder gave up, or died", async () => {
      await claim(0);
      await store().releaseReply("k");
      expect(await claim(1)).toEqual({ kind: "claimed" });
      expect(await claim(60)).toEqual({ kind: "busy" });
      expect(await claim(61)).toEqual({ kind: "claimed" });
    });

    it("have one holder however many ask at once", async () => {
      const claims = await Promise.all(Array.from({ length: 8 }, () => claim(0, "r", "many")));
      expect(claims.filter(({ kind }) => kind === "claimed")).toHaveLength(1);
      expect(claims.filter(({ kind }) => kind === "busy")).toHaveLength(7);
    });
  });
}
