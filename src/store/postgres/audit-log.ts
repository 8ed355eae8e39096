import type { AuditLogRow, AuditLogStore } from "../audit-log.ts";
import { AUDITED } from "./columns.ts";
import { isoColumn, jsonParam, newestFirst, type Sql } from "./sql.ts";

const RECORD = `
with change as (select 1), ${AUDITED("change", "$1")}
select 1 from change`;

const ROWS = {
  item: `json_build_object(
    'id', l.id, 'at', ${isoColumn("l.at")}, 'keyId', l.key_id, 'keyName', l.key_name,
    'action', l.action, 'subject', l.subject, 'before', l.before, 'after', l.after,
    'requestId', l.request_id)`,
  from: "audit_log l",
  at: null,
  id: "l.id",
  own: "l",
};

export function auditLogStore(sql: Sql): AuditLogStore {
  return {
    async recordChange(entry) {
      await sql.query(RECORD, [jsonParam(entry)]);
    },
    auditLog: ({ action, subject, keyId, since, until }, paging) =>
      newestFirst<AuditLogRow>(
        sql,
        ROWS,
        [
          ["l.action = ?", action],
          ["l.subject = ?", subject],
          ["l.key_id = ?", keyId],
          ["l.at >= ?", since],
          ["l.at < ?", until],
        ],
        paging,
      ),
  };
}
