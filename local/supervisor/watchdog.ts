import { spawn } from "node:child_process";

/**
 * Ends every service when the start script is gone, even after kill -9: the pipe to a small shell
 * closes with the script.
 */
export type Watchdog = {
  hold(name: string, pid: number | undefined, signal: NodeJS.Signals): void;
  release(name: string): void;
  drop(): void;
};

/**
 * Each line is the whole list of `kill` targets, so the last line counts when the pipe closes.
 * Postgres gets SIGINT alone (a clean, fast shutdown); the others get SIGTERM to their group, then
 * SIGKILL.
 */
const SCRIPT = `
trap '' INT TERM HUP
last=
while read -r line; do last=$line; done
for item in $last; do kill -s \${item%%:*} -- \${item#*:} 2>/dev/null; done
[ -z "$last" ] || sleep 3
for item in $last; do
  case $item in INT:*) ;; *) kill -s KILL -- \${item#*:} 2>/dev/null ;; esac
done
`;

export function makeWatchdog(): Watchdog {
  const targets = new Map<string, string>();
  if (process.platform === "win32") return { hold() {}, release() {}, drop() {} };
  const shell = spawn("sh", ["-c", SCRIPT], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  shell.on("error", () => {});
  shell.stdin.on("error", () => {});
  shell.unref();
  const report = () => shell.stdin.write(`${[...targets.values()].join(" ")}\n`);
  return {
    hold(name, pid, signal) {
      if (pid === undefined) return;
      targets.set(name, signal === "SIGINT" ? `INT:${pid}` : `TERM:-${pid}`);
      report();
    },
    release(name) {
      targets.delete(name);
      report();
    },
    drop() {
      targets.clear();
      report();
      shell.stdin.end();
    },
  };
}
