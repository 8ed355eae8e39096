import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import { describe, expect, it } from "vitest";
import { latestFile } from "../scripts/generate-migration.ts";
import { migrationProblems } from "../scripts/migration-lint.ts";
import * as schema from "../src/store/schema.ts";

const FOLDER = join(import.meta.dirname, "../migrations");
const read = (file: string): string => readFileSync(join(FOLDER, file), "utf8");

type JournalEntry = { idx: number; when: number; tag: string };
const entries: JournalEntry[] = JSON.parse(read("meta/_journal.json")).entries;

/** Run `npm run db:generate -- --name what-changes` when one of these fails. */
describe("the migrations", () => {
  it("hold every change of the schema", { timeout: 30_000 }, async () => {
    const { idx } = entries.at(-1) as JournalEntry;
    const snapshot = JSON.parse(read(`meta/${String(idx).padStart(4, "0")}_snapshot.json`));
    expect(await generateMigration(snapshot, generateDrizzleJson(schema))).toEqual([]);
  });

  it("have their latest number in the code, for which /readyz waits", () => {
    expect(read("latest.ts")).toBe(latestFile(read("meta/_journal.json")));
  });

  it("grow in number, so that none counts as applied because a later one was", () => {
    const numbers = entries.map(({ when }) => when);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    expect(numbers.length).toBeGreaterThan(1);
  });

  it("would not hide a change", async () => {
    const { idx } = entries.at(-1) as JournalEntry;
    const snapshot = JSON.parse(read(`meta/${String(idx).padStart(4, "0")}_snapshot.json`));
    delete snapshot.tables["public.push_outbox"].columns.digest_key;
    const [statement] = await generateMigration(snapshot, generateDrizzleJson(schema));
    expect(statement).toContain('ADD COLUMN "digest_key"');
    const journal = JSON.stringify({ entries: [...entries, { when: Date.UTC(2099, 0) }] });
    expect(latestFile(journal)).not.toBe(read("latest.ts"));
  });
});

describe("a migration", () => {
  it("only adds, so that the code before it goes on", () => {
    const tags = entries.map(({ tag }) => tag);
    const complaints = tags.flatMap((tag, at) =>
      migrationProblems(read(`${tag}.sql`), tags.slice(0, at)).map((why) => `${tag}: ${why}`),
    );
    expect(complaints).toEqual([]);
  });

  it.each([
    ["DROP TABLE posts;", /drops a table/],
    ['ALTER TABLE "posts" DROP COLUMN "old";', /drops a column/],
    ['ALTER TABLE "posts" RENAME COLUMN "a" TO "b";', /takes away a name/],
    ['ALTER TABLE "posts" ALTER COLUMN "a" SET NOT NULL;', /refuses rows/],
    ['ALTER TABLE "posts" ALTER COLUMN "a" SET DATA TYPE bigint;', /rewrites a table/],
    ['ALTER TABLE "posts" ADD COLUMN "a" text NOT NULL;', /adds a column to posts/],
    ['ALTER TABLE "posts" ADD CONSTRAINT "c" CHECK (a > 0);', /checks all rows of posts/],
  ])("may not be %s", (sql, problem) => {
    expect(migrationProblems(sql, [])).toEqual([expect.stringMatching(problem)]);
  });

  it("may take away what an earlier one replaced, and has to name it", () => {
    const sql = '-- contracts 0001_new\nALTER TABLE "posts" DROP COLUMN "old";';
    expect(migrationProblems(sql, ["0001_new"])).toEqual([]);
    expect(migrationProblems(sql, [])).toEqual([expect.stringContaining("0001_new")]);
  });

  it.each([
    'ALTER TABLE "posts" ADD COLUMN "a" text;',
    'ALTER TABLE "posts" ADD COLUMN "a" integer DEFAULT 0 NOT NULL;',
    'ALTER TABLE "posts" ADD CONSTRAINT "c" CHECK (a > 0) NOT VALID;',
    "-- This does not DROP TABLE anything.\nUPDATE posts SET a = 1;",
    'CREATE TABLE "new" ("id" int);--> statement-breakpoint\n' +
      'ALTER TABLE "new" ADD CONSTRAINT "c" CHECK (id > 0);',
  ])("may be %s", (sql) => {
    expect(migrationProblems(sql, [])).toEqual([]);
  });
});
