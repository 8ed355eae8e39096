import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/**
 * A process id alone may belong to a stranger after a restart of the machine; with its start time
 * it is one process for ever.
 */
export type ProcessMark = {
  pid: number;
  startedAt: string;
};

/**
 * Clock ticks since boot on Linux, the start date elsewhere; undefined when no such process runs.
 */
function startTime(pid: number): string | undefined {
  if (existsSync("/proc/self/stat")) {
    const file = `/proc/${pid}/stat`;
    if (!existsSync(file)) return undefined;
    const stat = readFileSync(file, "utf8");
    const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? undefined : rest[18];
  }
  if (process.platform === "win32") return isAlive(pid) ? "running" : undefined;
  try {
    return (
      execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() ||
      undefined
    );
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

export function markOf(pid: number): ProcessMark | undefined {
  const startedAt = startTime(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export const isRunning = (mark: ProcessMark) => startTime(mark.pid) === mark.startedAt;

/**
 * The process and the group it leads: workerd outlives a miniflare that is killed alone.
 */
export function signalTree(pid: number, signal: NodeJS.Signals): void {
  for (const target of process.platform === "win32" ? [pid] : [-pid, pid]) {
    try {
      process.kill(target, signal);
    } catch {
      // It is gone already, which is what was asked for.
    }
  }
}
