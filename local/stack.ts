import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ServerAccess } from "../cli/client.ts";
import { settingProblems, unknownSettings } from "../src/settings/registry.ts";
import { folderSecret, privateFolder, SECRET_VARIABLE } from "./access.ts";
import { APP_ROLE, applyMigrations, makeAppLogin } from "./migrate.ts";
import { readResources } from "./resources.ts";
import { hasChdb, installChdb } from "./services/analytics/chdb.ts";
import { databaseUrl, planPglite, planPostgres } from "./services/postgres.ts";
import { planWorker, ROOT } from "./services/worker.ts";
import {
  inColumns,
  madeUpSources,
  type Ports,
  standInLine,
  userSettings,
  workerSettings,
} from "./settings.ts";
import { adminKey, emptyData, endEarlierStack, forgetStack, writeStackFile } from "./state.ts";
import { freePorts, isFree } from "./supervisor/ports.ts";
import {
  makeService,
  type Service,
  type ServiceSpec,
  type ServiceWatcher,
} from "./supervisor/service.ts";
import { makeWatchdog } from "./supervisor/watchdog.ts";

export type StackOptions = {
  port: number;
  dataDir: string;
  fresh?: boolean;
  renewKey?: boolean;
  /** Emulated sources bring made-up posts; by default they do. */
  samples?: boolean;
  envFile?: string;
  /** Installs ClickHouse when it is not there. */
  analytics?: boolean;
  /** Exports the spans of posts to the emulator of a collector. */
  traces?: boolean;
  /** Opens the inspector of the Worker, which costs half a millisecond a post. */
  inspect?: boolean;
  /** Settings that win over all others, for tests. */
  settings?: Record<string, string>;
  config?: string;
  /** Cancels the start and ends what is running by then. */
  signal?: AbortSignal;
};

export type Stack = ServerAccess & {
  key: string;
  /** Base URL of the provider emulators, their faults and request logs. */
  emulators: string;
  /** Of the owner of the tables. */
  databaseUrl: string;
  redisToken: string;
  /** By name: postgres (or pglite), neon, redis, emulators, worker. */
  services: Map<string, Service>;
  stop(): Promise<void>;
};

/** Gets one line for each service as the stack comes up. */
export type StackLog = (line: string) => void;

async function choosePorts(worker: number): Promise<Ports> {
  if (!(await isFree(worker)))
    throw new Error(
      `the worker's port ${worker} is taken by another program; choose one with --port`,
    );
  const [emulators = 0, inspector = 0, postgres = 0, neon = 0, redis = 0, analytics = 0] =
    await freePorts(6, worker);
  return { worker, inspector, postgres, neon, redis, emulators, analytics };
}

/** The folder for the logs of this run; the logs of the run before are kept beside it. */
function freshLogs(dataDir: string): string {
  const logs = join(dataDir, "logs");
  rmSync(`${logs}.before`, { recursive: true, force: true });
  if (existsSync(logs)) renameSync(logs, `${logs}.before`);
  mkdirSync(logs, { recursive: true });
  return logs;
}

const localFile = (file: string) => join(import.meta.dirname, file);

function nodeService(
  name: string,
  logs: string,
  port: number,
  file: string,
  args: (string | number)[],
  secret = "",
): ServiceSpec {
  const base = {
    file: process.execPath,
    env: { ...process.env, [SECRET_VARIABLE]: secret },
    args: [
      "--disable-warning=ExperimentalWarning",
      localFile(file),
      String(port),
      ...args.map(String),
    ],
  };
  // Redis answers 401 without its token; any answer shows that the service runs.
  const healthy = async () => {
    for (let left = 1200; ; left--) {
      const answered = await fetch(`http://127.0.0.1:${port}/`).then(
        () => true,
        () => false,
      );
      if (answered) return;
      if (left === 0) throw new Error(`${name} does not answer`);
      await new Promise((wake) => setTimeout(wake, 50));
    }
  };
  return { name, ...base, healthy, logs };
}

/**
 * Real PostgreSQL when it runs here, PGlite when it does not: the service, how many connections it
 * takes, and a description.
 */
async function planDatabase(dataDir: string, port: number, logs: string) {
  const password = folderSecret(dataDir, "postgres");
  try {
    const { service, note } = await planPostgres({ dir: dataDir, port, logs, password });
    return {
      service,
      connections: 24,
      password,
      description: note === undefined ? "PostgreSQL 17" : `PostgreSQL 17, ${note}`,
    };
  } catch (error) {
    const why = (error as Error).message.split("\n")[0];
    return {
      service: planPglite({ dir: dataDir, port, logs }),
      connections: 1,
      // It knows one user and asks for no password.
      password: "",
      description: `PGlite, because PostgreSQL cannot run here: ${why}`,
    };
  }
}

/** Whether points have a place to go; a failed installation is no reason not to start. */
async function prepareAnalytics(dir: string, wanted: boolean, log: StackLog): Promise<boolean> {
  if (wanted && !hasChdb(dir)) {
    log("  analytics installing ClickHouse, once (550 MB)");
    await installChdb(dir).catch((error: Error) => log(`✗ analytics ${error.message}`));
  }
  if (hasChdb(dir)) return true;
  log("- analytics off, the dashboard reads the tables (--analytics installs ClickHouse)");
  return false;
}

/**
 * Starts every service, those that others need first. When one fails, the others are ended before
 * the error is thrown.
 */
export async function startStack(options: StackOptions, log: StackLog): Promise<Stack> {
  const { dataDir } = options;
  await endEarlierStack(dataDir);
  if (options.fresh) emptyData(dataDir);
  privateFolder(dataDir);
  const logs = freshLogs(dataDir);
  const ports = await choosePorts(options.port);
  const key = adminKey(dataDir, options.renewKey);
  const url = `http://127.0.0.1:${ports.worker}`;
  const appPassword = folderSecret(dataDir, "app");
  const installed = join(dataDir, "chdb");
  const hasAnalytics = await prepareAnalytics(installed, options.analytics ?? false, log);
  const secrets = {
    appPassword,
    redisToken: folderSecret(dataDir, "redis"),
    analyticsToken: hasAnalytics ? folderSecret(dataDir, "analytics") : null,
    secretsKey: folderSecret(dataDir, "channels"),
    databaseUrl: databaseUrl(ports.postgres, appPassword, APP_ROLE),
  };
  const services = new Map<string, Service>();

  const remember = () => {
    const pids = [...services].map(([name, service]) => [name, service.pid()] as const);
    writeStackFile(
      dataDir,
      { url, adminKey: key, ports: { ...ports } },
      { start: process.pid, ...Object.fromEntries(pids) },
    );
  };
  const watcher: ServiceWatcher = { watchdog: makeWatchdog(), log: log, changed: remember };
  const start = async (spec: ServiceSpec, description: string) => {
    options.signal?.throwIfAborted();
    const began = performance.now();
    const service = makeService(spec, watcher);
    services.set(spec.name, service);
    await service.start();
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    log(`✓ ${spec.name.padEnd(9)} ${description} (${seconds} s)`);
  };
  const stop = async () => {
    for (const service of [...services.values()].reverse()) await service.stop();
    watcher.watchdog.drop();
    forgetStack(dataDir);
  };

  let ownerUrl = "";
  const startDatabase = async () => {
    const database = await planDatabase(dataDir, ports.postgres, logs);
    await start(database.service, database.description);
    ownerUrl = databaseUrl(ports.postgres, database.password);
    await applyMigrations(ownerUrl, join(ROOT, "migrations"));
    if (database.password !== "") await makeAppLogin(ownerUrl, APP_ROLE, secrets.appPassword);
    log("✓ schema    migrations applied");
    const neon = nodeService(
      "neon",
      logs,
      ports.neon,
      "services/neon-proxy/main.ts",
      [ports.postgres, database.connections],
      database.password === "" ? ownerUrl : secrets.databaseUrl,
    );
    await start(neon, "Neon's protocol before the database");
  };

  const startWorker = () => {
    const user = userSettings([
      join(ROOT, ".dev.vars"),
      ...(options.envFile ? [options.envFile] : []),
    ]);
    for (const problem of unknownSettings(Object.keys(user))) log(`! settings  ${problem}`);
    const { samples = true, traces = false } = options;
    const given = { variables: user, samples, traces };
    const settings = { ...workerSettings(ports, key, secrets, given), ...options.settings };
    const resources = readResources(settings);
    const problems = [...settingProblems(settings), ...resources.problems];
    if (problems.length > 0)
      throw new Error(`the settings cannot be used:\n  ${problems.join("\n  ")}`);
    log(`✓ services  ${inColumns(standInLine(user), 12)}`);
    const off = samples ? [] : madeUpSources(user);
    if (off.length > 0)
      log(`- sources   off: ${off.join(", ")}; a key or URL of your own switches one on`);
    const config = options.config ?? join(ROOT, "wrangler.toml");
    const { inspect = false } = options;
    const worker = planWorker({ ports, dataDir, config, settings, resources, logs, inspect });
    return start(worker, "workerd, by miniflare");
  };
  const aborted = () => stop();
  options.signal?.addEventListener("abort", aborted, { once: true });
  try {
    remember();
    // All at once: the Worker takes longest, and needs the others only to become ready.
    const redis = nodeService(
      "redis",
      logs,
      ports.redis,
      "redis/main.ts",
      [join(dataDir, "redis.jsonl")],
      secrets.redisToken,
    );
    const emulators = nodeService("emulators", logs, ports.emulators, "emulators/main.ts", [
      join(dataDir, "requests"),
    ]);
    const startAnalytics = async () => {
      const { analyticsToken } = secrets;
      if (analyticsToken === null) return;
      const args = [installed, join(dataDir, "points")];
      const file = "services/analytics/main.ts";
      const spec = nodeService("analytics", logs, ports.analytics, file, args, analyticsToken);
      await start(spec, "ClickHouse takes the points of Analytics Engine");
    };
    await Promise.all([
      startAnalytics(),
      startWorker(),
      startDatabase(),
      start(redis, "Upstash's protocol"),
      start(emulators, "providers and channels on this machine"),
    ]);
    options.signal?.removeEventListener("abort", aborted);
  } catch (error) {
    await stop();
    throw error;
  }
  const emulators = `http://127.0.0.1:${ports.emulators}`;
  return {
    url,
    key,
    timeoutMs: 30_000,
    emulators,
    databaseUrl: ownerUrl,
    redisToken: secrets.redisToken,
    services,
    stop,
  };
}
