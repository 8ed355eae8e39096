import type { RulesHistory, RulesVersion } from "../rules-versions.ts";
import { AUDITED } from "./columns.ts";
import { isoColumn, optionalJson, type Sql } from "./sql.ts";

const RECORD_RULES = `
with recorded as (
insert into rules_versions (sha, document, author, created_at, activated_at) values ($1, $2, $3,
$4::timestamptz, $4::timestamptz)
on conflict (sha) do update set activated_at = excluded.activated_at
returning sha
), ${AUDITED("recorded", "$5")}
select sha from recorded`;

const RULES_VERSIONS = `
select sha, author, ${isoColumn("created_at")} as "createdAt", ${isoColumn("activated_at")}
as "activatedAt"
from rules_versions v order by v.activated_at desc, sha limit $1::int`;

export function rulesHistory(sql: Sql): RulesHistory {
  return {
    async recordRules({ sha, document, author }, at, entry) {
      await sql.query(RECORD_RULES, [sha, document, author, at, optionalJson(entry)]);
    },
    rulesVersions: (limit) => sql.query<RulesVersion>(RULES_VERSIONS, [limit]),
    async rulesDocument(sha) {
      const text = "select document from rules_versions where sha = $1";
      return (await sql.query<{ document: string }>(text, [sha]))[0]?.document;
    },
  };
}
