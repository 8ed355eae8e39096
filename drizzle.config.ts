import { defineConfig } from "drizzle-kit";

/**
 * `drizzle-kit generate` compares src/store/tables.ts with migrations/meta and writes the next SQL
 * file; review it before committing.
 */
export default defineConfig({
  dialect: "postgresql",
  schema: "./src/store/tables.ts",
  out: "./migrations",
});
