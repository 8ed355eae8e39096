import type { ArchiveBucket } from "../../src/archive/bucket.ts";

/**
 * R2. What it stores under a name is there whole or not at all, and everybody sees it from then on;
 * it refuses bytes that do not have the sum that is sent with them.
 */
export const r2Bucket = (bucket: R2Bucket): ArchiveBucket => ({
  async put(name, bytes) {
    const sha256 = await crypto.subtle.digest("SHA-256", bytes);
    const stored = await bucket.put(name, bytes, {
      sha256,
      httpMetadata: { contentType: "application/vnd.apache.parquet" },
    });
    if (stored?.size !== bytes.byteLength)
      throw new Error(
        `R2 stored ${stored?.size ?? "none"} of ${bytes.byteLength} bytes of ${name}`,
      );
  },
  async get(name) {
    const found = await bucket.get(name);
    return found === null ? undefined : new Uint8Array(await found.arrayBuffer());
  },
});
