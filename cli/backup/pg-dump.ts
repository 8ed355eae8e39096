import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readSync, renameSync, rmSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { dumpDatabase } from "./dump.ts";
import { BackupRefused } from "./format.ts";
import { connected, type Restored, type RestoreOptions, restoreDatabase } from "./restore.ts";

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

/**
 * A file of pg_dump comes by way of a database beside the target: pg_restore fills that, and what
 * it holds is restored from there, so that the target keeps what it has until all of it has come.
 */
export async function pgRestore(
  url: string,
  file: string,
  options: RestoreOptions,
): Promise<Restored> {
  // It reads the file whole: one that is cut off is refused before anything changes.
  await restoreTool(["--file", devNull, file], undefined);
  const folder = scratchFolder(file);
  try {
    const through = join(folder, "rows.jsonl.gz");
    await withScratchDatabase(url, async (scratch) => {
      await restoreTool(["--no-owner", "--no-privileges", "--exit-on-error", file], scratch);
      await dumpDatabase(scratch, through, options.now);
    });
    return await restoreDatabase(url, through, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * A folder beside a backup, where there is room for as much again; where nothing may be written
 * there, as on a disk that is mounted to be read, one in the temporary folder.
 */
export function scratchFolder(file: string): string {
  try {
    return mkdtempSync(join(dirname(file), "restore-"));
  } catch {
    return mkdtempSync(join(tmpdir(), "restore-"));
  }
}

async function withScratchDatabase(
  url: string,
  work: (scratch: string) => Promise<void>,
): Promise<void> {
  const name = `restore_${randomUUID().replaceAll("-", "")}`;
  await connected(url, (client) => client.query(`create database ${name}`)).catch(
    (error: Error) => {
      throw new BackupRefused(
        `a file of pg_dump needs a database beside the target, which this role may not make ` +
          `(${error.message}): use one that may, or a backup without --pg-dump`,
      );
    },
  );
  try {
    await work(Object.assign(new URL(url), { pathname: `/${name}` }).href);
  } finally {
    await connected(url, (client) => client.query(`drop database if exists ${name} with (force)`));
  }
}

/** What pg_restore cannot do about a file of a later version is said with what to do instead. */
async function restoreTool(args: string[], url: string | undefined): Promise<void> {
  try {
    await run("pg_restore", args, url);
  } catch (error) {
    const said = (error as Error).message;
    const format = /unsupported version \(([\d.]+)\)/.exec(said)?.[1];
    const setting = /unrecognized configuration parameter "(\w+)"/.exec(said)?.[1];
    if (format !== undefined)
      throw new BackupRefused(
        `the file has format ${format}, of a later pg_dump than pg_restore ` +
          `${await toolVersion("pg_restore")} here: install the client of that PostgreSQL`,
      );
    if (setting !== undefined)
      throw new BackupRefused(
        `the file was made for a later PostgreSQL than this server, which has no ${setting}: ` +
          "restore into a server of that version",
      );
    throw error;
  }
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
