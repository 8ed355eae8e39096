import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import { describe, expect, it } from "vitest";
import { latestFile } from "../scripts/generate-migration.ts";
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
