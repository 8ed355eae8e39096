import type { PageRequest, RowPage } from "./paging.ts";

/** What can be archived before it is deleted. */
export const ARCHIVED = ["posts", "events", "history"] as const;
export type ArchivedKind = (typeof ARCHIVED)[number];

/**
 * Old rows of one kind and day (UTC, 2026-11-30) that are archived together and then deleted.
 * `name`: of its files, without their number. It follows from the rows, so that the same rows are
 * written to the same files again.
 */
export type ArchiveBatch = { id: number; what: ArchivedKind; day: string; name: string };

/** Values of a row by the names of the columns in the file; what is no text or number is JSON. */
export type ArchivedRow = Record<string, unknown>;

/** `next`: give it as `after` for the page behind it; null: there is none. */
export type ArchivePage = { rows: ArchivedRow[]; next: string | null };

/** What was stored of a batch. `bytes` of all of its files together. */
export type ArchiveWritten = { files: number; rows: number; bytes: number };

export type ArchiveListed = ArchiveBatch & ArchiveWritten & { endedAt: string };

/** Null means any. Days as 2026-11-30, both of them included. */
export type ArchiveFilter = {
  what: ArchivedKind | null;
  since: string | null;
  until: string | null;
};

export type ArchiveStore = {
  /**
   * The open batch of the kind, else a new one of the oldest day's rows that `deleteExpired` would
   * delete, at most `limit`. undefined: nothing is old. One batch of a kind is open at a time,
   * whoever asks. An open one that lost rows, because they were deleted without an archive, is
   * closed, and its files are left as they are.
   */
  planArchive(
    what: ArchivedKind,
    before: string,
    limit: number,
    at: string,
  ): Promise<ArchiveBatch | undefined>;
  /**
   * The rows of an open batch, in an order of their own: up to `limit` and some `bytes` a page, at
   * least one. Of events a row is a piece of evidence, with its event, signal and post.
   */
  archiveRows(
    batch: ArchiveBatch,
    after: string | null,
    limit: number,
    bytes: number,
  ): Promise<ArchivePage>;
  /**
   * Closes an open batch whose files are stored, and deletes its rows as `deleteExpired` does;
   * those that are no longer old stay. Answers how many went; 0 for a batch that was closed before.
   */
  deleteArchived(
    batch: ArchiveBatch,
    written: ArchiveWritten,
    before: string,
    at: string,
  ): Promise<number>;
  /** Closed batches that have files, the latest closed first. */
  archives(filter: ArchiveFilter, paging: PageRequest): Promise<RowPage<ArchiveListed>>;
  archive(id: number): Promise<ArchiveListed | undefined>;
};
