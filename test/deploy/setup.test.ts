import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newAccount } from "../../local/emulators/cloudflare/account.ts";
import { type CloudEmulator, serveCloudflare } from "../../local/emulators/cloudflare/server.ts";
import { serveEmulators } from "../../local/emulators/server.ts";
import { freePorts } from "../../local/supervisor/ports.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";

/** The setup as a person goes through it, with a line typed for each question. */
const ROOT = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "setup-"));
let postgres: TestPostgres;
let cloud: CloudEmulator;
let emulators: string;
let stopEmulators: () => void;
beforeAll(async () => {
  const [port = 0] = await freePorts(1);
  emulators = `http://127.0.0.1:${port}`;
  stopEmulators = await serveEmulators({ port, requestsDir: folder });
  [postgres, cloud] = await Promise.all([startPostgres(), serveCloudflare(newAccount())]);
}, 180_000);
afterAll(async () => {
  cloud.stop();
  stopEmulators();
  await postgres.stop();
  rmSync(folder, { recursive: true });
});

async function setup(file: string, typed: string[]): Promise<{ code: number; printed: string }> {
  const child = spawn(process.execPath, [join(ROOT, "scripts/setup.ts"), "--settings", file], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      CLOUDFLARE_API_BASE_URL: cloud.url,
      CLOUDFLARE_API_TOKEN: cloud.account.token,
      TELEGRAM_BASE_URL: `${emulators}/telegram`,
    },
  });
  child.stdin.end(`${typed.join("\n")}\n`);
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      printed += chunk;
    });
  const code = await new Promise<number>((resolve) => child.on("close", resolve));
  return { code, printed };
}

const wrong = () => Object.assign(new URL(postgres.url), { password: "wrong" }).href;

it("asks again after a wrong answer, skips what is left empty, and finds out the rest", async () => {
  const file = join(folder, "fresh.env");
  const { code, printed } = await setup(file, [
    "mysql://nothing",
    wrong(),
    postgres.url,
    "",
    "12345:token",
    "a$bearer",
    ...["", "", "", ""],
  ]);
  expect(code, printed).toBe(0);
  expect(printed).toContain("✗ it begins with postgresql://");
  expect(printed).toMatch(/✗ the database at .* does not let postgres in/);
  expect(printed).toContain("✓ the bot is @local_bot");
  const text = readFileSync(file, "utf8");
  expect(parseEnv(text)).toEqual({
    DATABASE_URL: postgres.url,
    TELEGRAM_BOT_TOKEN: "12345:token",
    X_BEARER_TOKEN: "a$bearer",
    SECRETS_KEY: expect.stringMatching(/^[\w-]{43}$/),
    PUBLIC_URL: "https://event-stream-starter.ada.workers.dev",
    ADMIN_KEY: expect.stringMatching(/^ess_first\.[0-9a-f]{48}$/),
  });
  expect(text).toContain("# The bot that Telegram channels send by\nTELEGRAM_BOT_TOKEN=");
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it("keeps what a file holds, and asks for the rest alone", async () => {
  const file = join(folder, "older.env");
  const older = `# mine\nDATABASE_URL='${postgres.url}'\nTELEGRAM_BOT_TOKEN=1:mine\n`;
  writeFileSync(file, older);
  const { code, printed } = await setup(file, ["", ...["", "", "", "", ""]]);
  expect(code, printed).toBe(0);
  expect(printed).not.toContain("connection string");
  const text = readFileSync(file, "utf8");
  expect(text.startsWith(older.trimEnd())).toBe(true);
  expect(Object.keys(parseEnv(text)).sort()).toEqual([
    "DATABASE_URL",
    "PUBLIC_URL",
    "SECRETS_KEY",
    "TELEGRAM_BOT_TOKEN",
  ]);
});

it("writes nothing without a database", async () => {
  const file = join(folder, "none.env");
  const { code, printed } = await setup(file, [""]);
  expect(code).toBe(1);
  expect(printed).toContain("without a database there is nothing to deploy");
  expect(() => statSync(file)).toThrow();
});
