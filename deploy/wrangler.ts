import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import * as z from "zod";
import { ROOT } from "./environment.ts";
import { adviceFor, printedCode, Refusal } from "./refusal.ts";

const CLI = join(
  dirname(createRequire(import.meta.url).resolve("wrangler/package.json")),
  "wrangler-dist/cli.js",
);

/** What of a failed run is shown: its last words say why. */
const LAST_CHARACTERS = 2_000;

export type WranglerRun = {
  args: readonly string[];
  /** wrangler's configuration as JSON; without it wrangler.toml counts. */
  config?: string;
  /** Uploaded as they stand: a JSON file is not expanded, and no variable of the shell wins. */
  secrets?: Record<string, string>;
  /** For CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID. */
  login?: { token: string; accountId: string };
  /** Ends the run. */
  signal?: AbortSignal;
  /** Shows what it prints at once instead of keeping it. */
  attached?: boolean;
};

/** What wrangler writes for programs: a JSON line for each thing done. */
const Written = z.looseObject({
  type: z.string(),
  version_id: z.string().nullish(),
  targets: z.array(z.string()).nullish(),
});

export type WranglerResult = { printed: string; written: readonly z.infer<typeof Written>[] };

/** The shell's variables without its settings: what is uploaded is what the file says. */
function environmentFor(login: WranglerRun["login"], output: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    CI: "1",
    NO_COLOR: "1",
    FORCE_COLOR: "0",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_OUTPUT_FILE_PATH: output,
    CLOUDFLARE_INCLUDE_PROCESS_ENV: "false",
    ...(login && {
      CLOUDFLARE_API_TOKEN: login.token,
      CLOUDFLARE_ACCOUNT_ID: login.accountId,
    }),
  };
}

/**
 * Runs wrangler. Its configuration and the secrets stand in a folder that only this user can read
 * and that does not stay. Throws a Refusal with the advice for its error.
 */
export async function runWrangler(run: WranglerRun): Promise<WranglerResult> {
  const folder = mkdtempSync(join(tmpdir(), "deploy-"));
  const put = (name: string, text: string) => {
    const file = join(folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  try {
    const output = join(folder, "output.ndjson");
    const args = [
      ...run.args,
      ...(run.config === undefined ? [] : ["--config", put("wrangler.json", run.config)]),
      ...(run.secrets === undefined
        ? []
        : ["--secrets-file", put("secrets.json", JSON.stringify(run.secrets))]),
    ];
    const printed = await spawned(args, environmentFor(run.login, output), run);
    return { printed, written: readWritten(output) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readWritten(file: string): WranglerResult["written"] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => Written.parse(JSON.parse(line)));
}

function spawned(args: string[], env: NodeJS.ProcessEnv, run: WranglerRun): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(process.execPath, ["--no-warnings", CLI, ...args], {
    cwd: ROOT,
    env,
    stdio: run.attached ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
  });
  const end = () => child.kill("SIGTERM");
  run.signal?.addEventListener("abort", end, { once: true });
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk) => {
      printed += chunk;
    });
  child.on("error", reject);
  child.on("exit", (code) => {
    run.signal?.removeEventListener("abort", end);
    const text = stripVTControlCharacters(printed);
    if (code === 0 || run.signal?.aborted) resolve(text);
    else reject(failure(args, text, run.login?.accountId ?? "ACCOUNT"));
  });
  return promise;
}

function failure(args: string[], printed: string, account: string): Refusal {
  const code = printedCode(printed);
  const advice = code === undefined ? undefined : adviceFor(code, account);
  const words = `wrangler ${args.slice(0, 2).join(" ")} failed`;
  return new Refusal(
    `${advice === undefined ? words : `${advice} (${words}, code ${code})`}:\n` +
      printed.trim().slice(-LAST_CHARACTERS),
  );
}

const TokenAnswer = z.object({ token: z.string() });

/**
 * The login: CLOUDFLARE_API_TOKEN of the settings file or the shell, else that of `wrangler login`.
 * Undefined when there is none.
 */
export async function findToken(given: string | undefined): Promise<string | undefined> {
  if (given) return given;
  try {
    const { printed } = await runWrangler({ args: ["auth", "token", "--json"] });
    return TokenAnswer.parse(JSON.parse(printed.slice(printed.indexOf("{")))).token;
  } catch {
    return undefined;
  }
}
