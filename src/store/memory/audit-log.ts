import type { AuditLogStore, ChangeEntry } from "../audit-log.ts";
import { type MemoryRows, newestFirst } from "./rows.ts";

export function auditLogStore(rows: MemoryRows): AuditLogStore {
  return {
    recordChange: async (entry) => logChange(rows, entry),
    async auditLog({ action, subject, keyId, since, until }, paging) {
      const found = rows.auditLog.filter(
        (row) =>
          (action === null || row.action === action) &&
          (subject === null || row.subject === subject) &&
          (keyId === null || row.keyId === keyId) &&
          (since === null || row.at >= since) &&
          (until === null || row.at < until),
      );
      return newestFirst(
        found,
        paging,
        ({ id }) => ({ at: null, id }),
        (row) => row,
      );
    },
  };
}

/** Call it where the change happens, as the statement in PostgreSQL does. */
export function logChange(
  rows: MemoryRows,
  entry: ChangeEntry | undefined,
  made: Partial<Pick<ChangeEntry, "subject" | "after">> = {},
): void {
  if (entry === undefined) return;
  rows.auditLog.push({
    ...entry,
    id: rows.auditLog.length + 1,
    subject: entry.subject ?? made.subject ?? null,
    after: entry.after ?? made.after ?? null,
  });
}
