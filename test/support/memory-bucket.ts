import type { ArchiveBucket } from "../../src/archive/bucket.ts";

/** A bucket in memory, and what it holds. */
export function memoryBucket(): ArchiveBucket & {
  files: Map<string, Uint8Array<ArrayBuffer>>;
} {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    files,
    put: async (name, bytes) => void files.set(name, bytes.slice()),
    get: async (name) => files.get(name)?.slice(),
  };
}
