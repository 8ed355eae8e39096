import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { filledIn, type RawVariables } from "../src/settings/define.ts";
import { UsageError } from "./command.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const ROOT = join(import.meta.dirname, "..");
const DEFAULT_FILE = ".env.production";

/**
 * The settings that a command works with: those of `--settings FILE`, or of .env.production when it
 * is there, over those of the environment.
 */
export function settingsFrom(file: string | undefined, env: Environment): RawVariables {
  const wanted = file ?? join(ROOT, DEFAULT_FILE);
  if (!existsSync(wanted)) {
    if (file !== undefined) throw new UsageError(`${file} does not exist`);
    return filledIn(env);
  }
  return { ...filledIn(env), ...filledIn(parseEnv(readFileSync(wanted, "utf8"))) };
}
