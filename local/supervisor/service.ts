import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { watchLog } from "./log-watch.ts";
import { signalTree } from "./pids.ts";
import type { Watchdog } from "./watchdog.ts";

/** How to run one service of the stack. It is restarted whenever it ends by itself. */
export type ServiceSpec = {
  name: string;
  file: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Postgres refuses to run as root. */
  uid?: number;
  /**
   * The signal that ends it: on SIGINT Postgres closes its connections and stops, on SIGTERM it
   * waits until every client has gone.
   */
  stopSignal?: NodeJS.Signals;
  /** Resolves when the service answers; called again after each restart. */
  healthy: () => Promise<void>;
  /**
   * What it writes to its log when it answers nobody any more although its process lives: it is
   * then ended, and so started again.
   */
  lostBy?: RegExp;
  logs: string;
};

export type Service = {
  name: string;
  pid(): number | undefined;
  /** Ends it and keeps it ended until `start`. */
  stop(): Promise<void>;
  /** Resolves when it is healthy. */
  start(): Promise<void>;
};

export type ServiceWatcher = {
  watchdog: Watchdog;
  /** Gets one line for every unexpected end and every recovery. */
  log(line: string): void;
  /** The process id of a service changed. */
  changed(): void;
};

const pause = (ms: number) => new Promise((wake) => setTimeout(wake, ms));
const ended = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

const logOf = ({ name, logs }: ServiceSpec): string => join(logs, `${name}.log`);

function launch(spec: ServiceSpec): ChildProcess {
  const log = openSync(logOf(spec), "a");
  const child = spawn(spec.file, spec.args, {
    // A Node service exits when its IPC channel closes, which means that its parent is gone.
    stdio: spec.file === process.execPath ? ["ignore", log, log, "ipc"] : ["ignore", log, log],
    // A group of its own: Ctrl-C in the terminal reaches only the start script, which ends the
    // services in order.
    detached: true,
    env: spec.env,
    cwd: spec.cwd,
    ...(spec.uid === undefined ? {} : { uid: spec.uid, gid: spec.uid }),
  });
  closeSync(log);
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals, graceMs = 8_000): Promise<void> {
  if (ended(child) || child.pid === undefined) return;
  const gone = once(child, "exit");
  if (signal === "SIGINT") child.kill(signal);
  else signalTree(child.pid, signal);
  const inTime = await Promise.race([gone.then(() => true), pause(graceMs).then(() => false)]);
  signalTree(child.pid, "SIGKILL");
  if (!inTime) await gone;
}

/** A service that is not running yet. After its start it is restarted with backoff when it dies. */
export function makeService(spec: ServiceSpec, watcher: ServiceWatcher): Service {
  const stopSignal = spec.stopSignal ?? "SIGTERM";
  let child: ChildProcess | undefined;
  let wanted = false;
  let failures = 0;

  async function up(): Promise<void> {
    const unwatch = spec.lostBy ? watchLog(logOf(spec), spec.lostBy, () => lost(mine)) : undefined;
    const mine = launch(spec);
    mine.once("exit", () => unwatch?.());
    child = mine;
    watcher.watchdog.hold(spec.name, mine.pid, stopSignal);
    watcher.changed();
    const died = new Promise<never>((_, reject) => {
      mine.once("error", (error) => reject(new Error(`${spec.name} cannot run: ${error.message}`)));
      mine.once("exit", (code, signal) =>
        reject(
          new Error(`${spec.name} ended with ${signal ?? `exit code ${code}`}; see ${logOf(spec)}`),
        ),
      );
    });
    died.catch((error: Error) => revive(mine, error));
    try {
      await Promise.race([spec.healthy(), died]);
    } catch (error) {
      if (mine.pid) signalTree(mine.pid, "SIGKILL");
      throw error;
    }
    failures = 0;
  }

  function lost(mine: ChildProcess): void {
    if (mine.pid) signalTree(mine.pid, "SIGKILL");
  }

  async function revive(dead: ChildProcess, why: Error): Promise<void> {
    if (dead !== child || !wanted) return;
    if (dead.pid) signalTree(dead.pid, "SIGKILL");
    const waitMs = Math.min(200 * 2 ** failures++, 10_000);
    watcher.log(`! ${why.message.split(";")[0]}; starting it again in ${waitMs / 1000} s`);
    await pause(waitMs);
    if (!wanted || dead !== child) return;
    await up().then(
      () => watcher.log(`✓ ${spec.name} is back`),
      () => undefined, // its own revive handles its end
    );
  }

  return {
    name: spec.name,
    pid: () => child?.pid,
    async stop() {
      wanted = false;
      if (child) await end(child, stopSignal);
      watcher.watchdog.release(spec.name);
    },
    async start() {
      if (wanted) return;
      await up();
      wanted = true;
      if (child && ended(child)) await revive(child, new Error(`${spec.name} ended`));
    },
  };
}

/** Makes and starts one service, as tests need it. */
export async function startService(spec: ServiceSpec, watcher: ServiceWatcher): Promise<Service> {
  const service = makeService(spec, watcher);
  await service.start();
  return service;
}
