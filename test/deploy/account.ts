import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { type CloudAccount, newAccount } from "../../local/emulators/cloudflare/account.ts";
import { type CloudEmulator, serveCloudflare } from "../../local/emulators/cloudflare/server.ts";

const ROOT = join(import.meta.dirname, "../..");

export type DeployRun = { code: number | null; printed: string };

/** An account on this machine, beside a database, and the deploy tool before both. */
export type DeployWorld = {
  cloud: CloudEmulator;
  account: CloudAccount;
  /** The connection string of a new and empty database, as its owner. */
  newDatabase(name: string): Promise<string>;
  /** Writes a settings file and answers its path. */
  settings(lines: Record<string, string>): string;
  deploy(args: string[], shell?: Record<string, string>): Promise<DeployRun>;
  /** Starts the tool without waiting for its end. */
  start(args: string[]): { printed(): string; end(): Promise<DeployRun> };
  stop(): void;
};

/** `owner` is the connection string of a server's owner. */
export async function openDeployWorld(owner: string): Promise<DeployWorld> {
  const account = newAccount();
  const cloud = await serveCloudflare(account);
  const folder = mkdtempSync(join(tmpdir(), "deploy-test-"));
  let files = 0;
  const start = (args: string[], shell: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [join(ROOT, "scripts/deploy.ts"), ...args], {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        CLOUDFLARE_API_BASE_URL: cloud.url,
        CLOUDFLARE_API_TOKEN: account.token,
        ...shell,
      },
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => {
        text += chunk;
      });
    const ended = new Promise<DeployRun>((resolve) =>
      child.on("close", (code) => resolve({ code, printed: text })),
    );
    return {
      printed: () => text,
      ended,
      end: () => {
        child.kill("SIGTERM");
        return ended;
      },
    };
  };
  return {
    cloud,
    account,
    async newDatabase(name) {
      const client = new pg.Client({ connectionString: owner });
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      return Object.assign(new URL(owner), { pathname: `/${name}` }).href;
    },
    settings(lines) {
      files++;
      const file = join(folder, `settings-${files}.env`);
      const text = Object.entries(lines).map(([name, value]) => `${name}='${value}'`);
      writeFileSync(file, `${text.join("\n")}\n`);
      return file;
    },
    deploy: (args, shell) => start(args, shell).ended,
    start,
    stop() {
      cloud.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
