/**
 * What would stop the code that runs while a migration is applied: it was written for the tables
 * before. So a migration only adds (it expands). What the code no longer uses goes with a later one
 * (it contracts), which names the migration that replaced it: `-- contracts 0012_evidence_rev`.
 */
type Rule = { pattern: RegExp; why: string };

const CONTRACTIONS: Rule[] = [
  { pattern: /\bdrop table\b/i, why: "drops a table that the code before still reads" },
  { pattern: /\bdrop column\b/i, why: "drops a column that the code before still reads" },
  { pattern: /\brename (to|column)\b/i, why: "takes away a name that the code before uses" },
  { pattern: /\bset not null\b/i, why: "refuses rows that the code before writes" },
  { pattern: /\bset data type\b|\balter column \S+ type\b/i, why: "rewrites a table under a lock" },
  { pattern: /\btruncate\b/i, why: "deletes rows" },
];

const ADDS_COLUMN = /^\s*alter table "?(\w+)"?[\s\S]*\badd column\b/i;
const ADDS_CONSTRAINT = /^\s*alter table "?(\w+)"?[\s\S]*\badd constraint\b/i;
const CREATES = /^\s*create table (?:if not exists )?"?(\w+)"?/i;
const REPLACES = /^--\s*contracts (\S+)\s*$/m;

/**
 * What is wrong with one migration, a sentence each. `earlier` are the tags of those before it. A
 * table that it makes itself nobody uses yet.
 */
export function migrationProblems(sql: string, earlier: readonly string[]): string[] {
  const code = sql.replaceAll(/^\s*--(?!>).*$/gm, "");
  const statements = code.split("--> statement-breakpoint");
  const made = new Set(statements.flatMap((each) => CREATES.exec(each)?.[1] ?? []));
  const replaced = REPLACES.exec(sql)?.[1];
  if (replaced !== undefined && !earlier.includes(replaced))
    return [`it says that it contracts ${replaced}, which is no migration before it`];
  return statements.flatMap((statement) => {
    const column = ADDS_COLUMN.exec(statement)?.[1];
    const constraint = ADDS_CONSTRAINT.exec(statement)?.[1];
    return [
      ...(replaced === undefined
        ? CONTRACTIONS.flatMap(({ pattern, why }) => (pattern.test(statement) ? [why] : []))
        : []),
      ...(column && /\bnot null\b/i.test(statement) && !/\bdefault\b/i.test(statement)
        ? [`adds a column to ${column} that the code before does not fill: give it a default`]
        : []),
      ...(constraint && !made.has(constraint) && !/\bnot valid\b/i.test(statement)
        ? [`checks all rows of ${constraint} under a lock: add the constraint NOT VALID`]
        : []),
    ];
  });
}
