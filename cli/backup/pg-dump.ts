import { spawn } from "node:child_process";
import { closeSync, openSync, readSync, renameSync, rmSync } from "node:fs";
import { devNull } from "node:os";
import { join } from "node:path";
import { APP_ROLE, applyMigrations } from "../../local/migrate.ts";
import { BackupRefused } from "./format.ts";
import { clearTarget, connected, type RestoreOptions } from "./restore.ts";
import { settleRestored } from "./settle.ts";

const MIGRATIONS = join(import.meta.dirname, "../../migrations");

/** Whether a file is in pg_dump's custom format. */
export function isPgDump(file: string): boolean {
  const head = Buffer.alloc(5);
  const opened = openSync(file, "r");
  try {
    readSync(opened, head, 0, 5, 0);
  } finally {
    closeSync(opened);
  }
  return head.toString("latin1") === "PGDMP";
}

/**
 * pg_dump in its custom format, which has to be of the server's version or a later one: whole or
 * not at all, and for this user's eyes, as the file of writeBackup.
 */
export async function pgDump(url: string, file: string): Promise<void> {
  const [tool, server] = await Promise.all([
    toolVersion("pg_dump"),
    connected(url, async (client) => {
      const { rows } = await client.query<{ major: number }>(
        "select current_setting('server_version_num')::int / 10000 as major",
      );
      return rows[0]?.major ?? 0;
    }),
  ]);
  if (tool < server)
    throw new BackupRefused(
      `pg_dump ${tool} cannot read PostgreSQL ${server}: install its client, or leave out ` +
        "--pg-dump",
    );
  const part = `${file}.part`;
  rmSync(part, { force: true });
  // pg_dump writes into what is there, and keeps its mode.
  closeSync(openSync(part, "wx", 0o600));
  try {
    await run("pg_dump", ["--format=custom", "--no-owner", `--file=${part}`], url);
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

/** pg_restore, then what follows on every restore. Answers how many deliveries were parked. */
export async function pgRestore(
  url: string,
  file: string,
  options: RestoreOptions,
): Promise<number> {
  // It reads the file whole: one that is cut off is refused before anything changes.
  await run("pg_restore", [`--file=${devNull}`, file], undefined);
  await clearTarget(url, options.replace);
  await connected(url, async (client) => {
    await client.query("drop schema if exists drizzle cascade");
    const { rowCount } = await client.query("select 1 from pg_roles where rolname = $1", [
      APP_ROLE,
    ]);
    if (rowCount === 0) await client.query(`create role ${APP_ROLE}`);
  });
  await run("pg_restore", ["--no-owner", "--exit-on-error", "--single-transaction", file], url);
  await applyMigrations(url, MIGRATIONS);
  return connected(url, async (client) => {
    await client.query("begin");
    const parked = await settleRestored(client, options);
    await client.query("commit");
    return parked;
  });
}

async function toolVersion(tool: string): Promise<number> {
  const printed = await run(tool, ["--version"], undefined);
  return Number(/\) (\d+)/.exec(printed)?.[1] ?? 0);
}

/** The password goes by the environment: arguments are seen by everyone on the machine. */
function run(tool: string, args: string[], url: string | undefined): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const target = url === undefined ? undefined : new URL(url);
  const password = decodeURIComponent(target?.password ?? "");
  if (target) target.password = "";
  const child = spawn(tool, [...args, ...(target ? [`--dbname=${target.href}`] : [])], {
    env: { ...process.env, ...(password && { PGPASSWORD: password }) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      printed += chunk;
    });
  child.on("error", () =>
    reject(new BackupRefused(`${tool} is not installed: leave out --pg-dump`)),
  );
  child.on("close", (code) =>
    code === 0
      ? resolve(printed)
      : reject(new BackupRefused(`${tool} failed: ${printed.trim().slice(-1_000)}`)),
  );
  return promise;
}
