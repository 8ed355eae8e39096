import { DEFAULT_TENANT } from "../../model/tenant.ts";
import type { AuditLogStore, ChangeEntry } from "../audit-log.ts";
import { isOwn, type MemoryRows, newestFirst } from "./rows.ts";

export function auditLogStore(rows: MemoryRows, own: string | null = null): AuditLogStore {
  return {
    recordChange: async (entry) => logChange(rows, entry, {}, own),
    async auditLog({ action, subject, keyId, since, until }, paging) {
      const found = rows.auditLog.filter(
        (row) =>
          isOwn(own, row.tenant) &&
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
        ({ tenant: _, ...row }) => row,
      );
    },
  };
}

/** Call it where the change happens, as the statement in PostgreSQL does. */
export function logChange(
  rows: MemoryRows,
  entry: ChangeEntry | undefined,
  made: Partial<Pick<ChangeEntry, "subject" | "after">> = {},
  tenant: string | null = null,
): void {
  if (entry === undefined) return;
  rows.auditLog.push({
    ...entry,
    tenant: tenant ?? DEFAULT_TENANT,
    id: rows.auditLog.length + 1,
    subject: entry.subject ?? made.subject ?? null,
    after: entry.after ?? made.after ?? null,
  });
}
