/**
 * `npm run db:generate -- --name what-changes`: drizzle-kit compares src/store/schema.ts with the
 * last snapshot and writes the next SQL file, and migrations/latest.ts gets its number, for which
 * /readyz waits.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const JOURNAL = new URL("../migrations/meta/_journal.json", import.meta.url);
const LATEST = new URL("../migrations/latest.ts", import.meta.url);
const DRIZZLE_KIT = new URL("../node_modules/drizzle-kit/bin.cjs", import.meta.url);

/** migrations/latest.ts, as the journal of drizzle-kit has it. */
export function latestFile(journal: string): string {
  const { entries } = JSON.parse(journal) as { entries: { when: number }[] };
  const latest = Math.max(...entries.map(({ when }) => when));
  const digits = String(latest).replace(/\B(?=(\d{3})+$)/g, "_");
  return `/**
 * Written by \`npm run db:generate\`: the number of the latest migration, its created_at in the
 * journal of the database.
 */
export const LATEST_MIGRATION = ${digits};
`;
}

if (import.meta.main) {
  const args = process.argv.slice(2);
  const { status } = spawnSync(
    process.execPath,
    [fileURLToPath(DRIZZLE_KIT), "generate", ...args],
    { cwd: fileURLToPath(new URL("..", import.meta.url)), stdio: "inherit" },
  );
  if (status === 0) writeFileSync(LATEST, latestFile(readFileSync(JOURNAL, "utf8")));
  process.exitCode = status ?? 1;
}
