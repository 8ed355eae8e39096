import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import * as z from "zod";

/** What of wrangler.toml says how the Worker is built; wrangler derives its bindings. */
const LocalConfig = z.object({
  name: z.string(),
  main: z.string(),
  keep_names: z.boolean().default(true),
  rules: z.array(z.object({ type: z.literal("Text"), globs: z.array(z.string()) })).default([]),
  assets: z.object({ directory: z.string() }),
});
export type LocalConfig = z.infer<typeof LocalConfig>;

export const readLocalConfig = (file: string): LocalConfig =>
  LocalConfig.parse(parse(readFileSync(file, "utf8")));
