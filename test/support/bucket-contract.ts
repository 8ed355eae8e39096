import { describe, expect, it } from "vitest";
import type { ArchiveBucket } from "../../src/archive/bucket.ts";

/** What every bucket of the archive must do. */
export function bucketContract(name: string, makeBucket: () => ArchiveBucket): void {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const key = (file: string) => `posts/day=2026-11-30/${file}.parquet`;

  describe(name, () => {
    it("gives a file as it was put, and no other", async () => {
      const bucket = makeBucket();
      await bucket.put(key("given"), bytes("PAR1 rows PAR1"));
      expect(await bucket.get(key("given"))).toEqual(bytes("PAR1 rows PAR1"));
      expect(await bucket.get(key("other"))).toBeUndefined();
    });

    it("puts a file in the place of an earlier one of the name", async () => {
      const bucket = makeBucket();
      await bucket.put(key("again"), bytes("half"));
      await bucket.put(key("again"), bytes("the whole file"));
      expect(await bucket.get(key("again"))).toEqual(bytes("the whole file"));
    });
  });
}
