import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** What npm ships of ClickHouse. It needs no install script; 550 MB with its library. */
const CHDB = "chdb@3.4.0";

/** One database in a folder. Statements run one after another in the calling thread. */
export type ClickHouse = {
  /** Answers the text of the result in the format; throws what ClickHouse refuses. */
  run(sql: string, format?: string): string;
  close(): void;
};

type Session = { query(sql: string, format?: string): string; close?(): void };
type ChdbModule = { Session: new (dir: string) => Session };

/** Whether ClickHouse was installed into a folder before. */
export const hasChdb = (dir: string): boolean =>
  existsSync(join(dir, "node_modules", "chdb", "package.json"));

/**
 * Installs ClickHouse into a folder of its own, without install scripts. Throws with npm's last
 * lines when that fails: offline, or no build for this machine.
 */
export async function installChdb(dir: string): Promise<void> {
  mkdirSync(dir, { recursive: true });
  const args = ["install", "--prefix", dir, "--ignore-scripts", "--no-audit", "--no-fund", CHDB];
  const npm = spawn(process.platform === "win32" ? "npm.cmd" : "npm", args, {
    stdio: ["ignore", "ignore", "pipe"],
    shell: process.platform === "win32",
  });
  let said = "";
  npm.stderr.on("data", (chunk) => {
    said = (said + chunk).slice(-2_000);
  });
  const code = await new Promise<number | null>((done, fail) => {
    npm.on("error", fail);
    npm.on("exit", done);
  });
  if (code !== 0 || !hasChdb(dir))
    throw new Error(`npm install ${CHDB} ended with ${code}: ${said.trim().slice(-300)}`);
}

/** Opens a database in `dataDir` by the ClickHouse that was installed into `dir`. */
export function openClickHouse(dir: string, dataDir: string): ClickHouse {
  const load = createRequire(join(dir, "package.json"));
  const { Session } = load("chdb") as ChdbModule;
  const session = new Session(dataDir);
  return {
    run: (sql, format = "JSON") => session.query(sql, format),
    close: () => session.close?.(),
  };
}
