import { iso } from "../kit/time.ts";
import type { RuntimePorts } from "../observability/runtime.ts";
import type { ArchivedKind, ArchiveStore } from "../store/archive.ts";
import { type ArchiveBucket, fileName } from "./bucket.ts";
import { parquetOf } from "./parquet.ts";

/** Rows a batch: an event has rows of its own. */
const BATCH: Record<ArchivedKind, number> = { posts: 5_000, events: 500, history: 5_000 };
/** Rows and bytes of JSON a file: an object has 128 MB for their text, values and columns. */
const FILE_ROWS = 5_000;
const FILE_BYTES = 4_000_000;

export type ArchivePorts = RuntimePorts & {
  store: Pick<ArchiveStore, "planArchive" | "archiveRows" | "deleteArchived">;
  bucket: ArchiveBucket;
};

/**
 * Archives one batch of old rows and deletes it: undefined where none is old, else how many rows
 * went. A row is deleted once the bucket has confirmed the files of its batch. Whatever fails or
 * dies before leaves the batch open, and the next call writes the same files again.
 */
export async function archiveBatch(
  what: ArchivedKind,
  before: string,
  { store, bucket, now, telemetry }: ArchivePorts,
): Promise<number | undefined> {
  const batch = await store.planArchive(what, before, BATCH[what], iso(now()));
  if (batch === undefined) return undefined;
  const written = { files: 0, rows: 0, bytes: 0 };
  let after: string | null = null;
  do {
    const { rows, next } = await store.archiveRows(batch, after, FILE_ROWS, FILE_BYTES);
    if (rows.length > 0) {
      const bytes = parquetOf(what, rows);
      await bucket.put(fileName(batch.name, written.files + 1), bytes);
      written.files += 1;
      written.rows += rows.length;
      written.bytes += bytes.byteLength;
    }
    after = next;
  } while (after !== null);
  const gone = await store.deleteArchived(batch, written, before, iso(now()));
  telemetry.count("archived_rows_total", { type: what }, written.rows);
  telemetry.count("archived_bytes_total", { type: what }, written.bytes);
  return gone;
}
