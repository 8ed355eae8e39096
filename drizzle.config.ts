import { defineConfig } from "drizzle-kit";

/**
 * `drizzle-kit generate` compares src/store/schema.ts with migrations/meta and writes the next SQL
 * file; review it before committing.
 */
export default defineConfig({
  dialect: "postgresql",
  schema: "./src/store/schema.ts",
  out: "./migrations",
});
