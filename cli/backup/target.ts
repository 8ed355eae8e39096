import { join } from "node:path";
import { folderSecret } from "../../local/access.ts";
import { databaseUrl } from "../../local/services/postgres.ts";
import { readStackFile } from "../../local/state.ts";
import { type Io, UsageError } from "../command.ts";
import { settingsFrom } from "../settings-file.ts";

const DATA_DIR = join(import.meta.dirname, "../../.local");

export const TARGET_OPTIONS = {
  settings: { type: "string" },
  database: { type: "string" },
  local: { type: "boolean", default: false },
} as const;

export const TARGET_USAGE = `\
  --settings FILE  that of a settings file: MIGRATIONS_DATABASE_URL, else DATABASE_URL
  --database URL   this database
  --local          that of the stack that npm start runs here`;

type Asked = { settings?: string | undefined; database?: string | undefined; local: boolean };

/** Which database is meant has to be said: a guess could be the wrong one. */
export function targetOf({ settings, database, local }: Asked, { env }: Io): string {
  const said = [settings, database, local || undefined].filter((each) => each !== undefined);
  if (said.length !== 1)
    throw new UsageError("say which database: one of --settings FILE, --database URL, --local");
  if (local) return localUrl();
  const read = settings === undefined ? {} : settingsFrom(settings, env);
  const url = database ?? read.MIGRATIONS_DATABASE_URL ?? read.DATABASE_URL;
  if (typeof url !== "string" || !URL.canParse(url) || !url.startsWith("postgres"))
    throw new UsageError("no postgresql:// connection string was given");
  return url;
}

function localUrl(): string {
  const { postgres } = readStackFile(DATA_DIR)?.ports ?? {};
  if (postgres === undefined) throw new UsageError("no stack with a PostgreSQL runs here");
  return databaseUrl(postgres, folderSecret(DATA_DIR, "postgres"));
}
