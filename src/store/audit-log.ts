import type { PageRequest, RowPage } from "./paging.ts";

/** Who asked for a change, and by which call. */
export type ChangeAuthor = {
  keyId: string;
  keyName: string | null;
  /** The operationId of the route. */
  action: string;
  requestId: string;
};

/**
 * One change by an operator. `subject` is what was changed, such as `channel/3`; null: the
 * statement that makes it names it. `before` and `after` hold no secrets.
 */
export type ChangeEntry = ChangeAuthor & {
  at: string;
  subject: string | null;
  before: unknown;
  after: unknown;
};

export type AuditLogRow = ChangeEntry & { id: number };

/** Null means any. `since` belongs to the range, `until` does not. */
export type AuditLogFilter = {
  action: string | null;
  subject: string | null;
  keyId: string | null;
  since: string | null;
  until: string | null;
};

/**
 * Calls that change a row of the store take the entry as their last argument and write both in one
 * transaction; an entry whose change does not happen is not written.
 */
export type AuditLogStore = {
  /** For what changes outside of the database: called before the change, which may then fail. */
  recordChange(entry: ChangeEntry): Promise<void>;
  auditLog(filter: AuditLogFilter, paging: PageRequest): Promise<RowPage<AuditLogRow>>;
};
