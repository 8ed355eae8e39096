import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import type { Stack } from "../../local/stack.ts";

export type Usage = { cpuMs: number; megabytes: number };
type Process = Usage & { pid: number; parent: number; command: string };

/**
 * On Linux of the kernel's own clock ticks: ps reports whole seconds there, and each of twenty
 * connections has less. What children used that ended is counted with their parent.
 */
function cpuMsOf(pid: number, reported: string): number {
  const file = `/proc/${pid}/stat`;
  if (existsSync(file)) {
    const stat = readFileSync(file, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * 10;
  }
  return reported.split(/[:-]/).reduce((sum, part) => sum * 60 + Number(part), 0) * 1_000;
}

function processes(): Process[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,rss=,time=,comm="], {
    encoding: "utf8",
  })
    .trim()
    .split("\n");
  return lines.map((line) => {
    const [pid = "", parent, rss, time = "", command = ""] = line.trim().split(/\s+/);
    return {
      pid: Number(pid),
      parent: Number(parent),
      command,
      megabytes: Number(rss) / 1024,
      cpuMs: cpuMsOf(Number(pid), time),
    };
  });
}

/**
 * Processor time and resident memory of each named process and all that descend from it, those of
 * another name left out.
 */
export function usageOf(parts: ReadonlyMap<string, number>): Map<string, Usage> {
  const all = processes();
  const named = new Set(parts.values());
  const sum = (pid: number): Usage => {
    const own = all.find((each) => each.pid === pid) ?? { cpuMs: 0, megabytes: 0 };
    const children = all
      .filter((each) => each.parent === pid && !named.has(each.pid))
      .map((each) => sum(each.pid));
    return [own, ...children].reduce((a, b) => ({
      cpuMs: a.cpuMs + b.cpuMs,
      megabytes: a.megabytes + b.megabytes,
    }));
  };
  return new Map([...parts].map(([name, pid]) => [name, sum(pid)]));
}

/** The processes under another that run a command. */
export const descendantsOf = (pid: number, command: string): number[] =>
  descendants(pid, command).map((each) => each.pid);

/** The first process of those under another that run a command: all others descend from it. */
export const firstUnder = (pid: number, command: string): number | undefined =>
  descendants(pid, command)[0]?.pid;

/** Each before those that it started. */
function descendants(pid: number, command: string): Process[] {
  const all = processes();
  const under = (parent: number): Process[] =>
    all.filter((each) => each.parent === parent).flatMap((each) => [each, ...under(each.pid)]);
  return under(pid).filter((each) => each.command.includes(command));
}

/** The process of each part, and this one, which feeds. */
export function partsOf(stack: Stack): Map<string, number> {
  const parts = new Map<string, number>([["feeder", process.pid]]);
  for (const [name, part] of stack.services) {
    const pid = part.pid();
    if (pid !== undefined) parts.set(name === "worker" ? "miniflare" : name, pid);
  }
  const workerd = firstUnder(parts.get("miniflare") ?? 0, "workerd");
  if (workerd !== undefined) parts.set("workerd", workerd);
  return parts;
}
