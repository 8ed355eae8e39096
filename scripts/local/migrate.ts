import { existsSync } from "node:fs";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";

/** Applies what is new in one transaction, by drizzle's own journal, so that drizzle-kit agrees on what has run. */
export async function applyMigrations(connectionString: string, migrationsFolder: string): Promise<void> {
  if (!existsSync(`${migrationsFolder}/meta/_journal.json`)) throw new Error(`no migrations in ${migrationsFolder}`);
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await migrate(drizzle(client), { migrationsFolder });
  } finally {
    await client.end();
  }
}
