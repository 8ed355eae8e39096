import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { applyMigrations } from "../local/migrate.ts";
import { FACTS } from "../src/model/facts.ts";
import { loadRules } from "../src/rules/load.ts";
import { readDeploySettings, withSecretsFile } from "./deploy-settings.ts";

const USAGE = `npm run deploy -- [--env FILE] [--dry-run]

Checks the rules and the settings, builds the Worker, creates missing queues on the account, applies
the migrations to DATABASE_URL, uploads Worker and secrets in one step (which creates the KV
namespace), and waits until the deployment is ready.

  --env FILE   the settings and secrets, one NAME=value a line (default .env.production)
  --dry-run    run the checks and the build, print the steps; needs no account and no database

The account is the one of "npx wrangler login" or CLOUDFLARE_API_TOKEN.`;

const ROOT = join(import.meta.dirname, "..");
const QUEUES = ["posts", "mentions", "deliveries", "dead-letters"];
const READY_TRIES = 30;

const step = (text: string): void => console.log(`\u2713 ${text}`);
class Refusal extends Error {}

/** Runs a bin of ours; what it printed, or a Refusal with its last words. */
function run(file: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(ROOT, "node_modules/.bin", file), args, {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => (printed += chunk));
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0
        ? resolve(printed)
        : reject(
            new Refusal(`${file} ${args.slice(0, 3).join(" ")} failed:\n${printed.slice(-2_000)}`),
          ),
    );
  });
}

function checkRules(variables: Record<string, string>): void {
  const loaded = loadRules(readFileSync(join(ROOT, "rules/rules.yml"), "utf8"), variables, FACTS);
  if (loaded.kind === "rejected") {
    const lines = loaded.problems.map(
      ({ line, column, message }) => `rules/rules.yml:${line}:${column} ${message}`,
    );
    throw new Refusal(lines.join("\n"));
  }
  step(`rules/rules.yml: ${loaded.rules.rules.length} rules, sha ${loaded.rules.sha.slice(0, 12)}`);
}

/**
 * Everything in the file is uploaded as a secret, so that no setting of the deployment lives in two
 * places.
 */
function readSettings(file: string, dryRun: boolean): Record<string, string> {
  if (!existsSync(file)) {
    if (dryRun) {
      step(
        `${file}: not there yet; it needs DATABASE_URL, and what you want of docs/operations.md`,
      );
      return {};
    }
    throw new Refusal(
      `${file} is missing. Write DATABASE_URL=postgresql://... into it (docs/operations.md lists ` +
        `the rest), or name another with --env.`,
    );
  }
  const { variables, problems, warnings } = readDeploySettings(readFileSync(file, "utf8"));
  if (problems.length > 0) throw new Refusal(`${file}:\n${problems.join("\n")}`);
  step(`${file}: ${Object.keys(variables).length} settings`);
  for (const warning of warnings) console.log(`! ${file}: ${warning}`);
  return variables;
}

async function build(): Promise<void> {
  const printed = await run("wrangler", [
    "deploy",
    "--dry-run",
    "--minify",
    "--outdir",
    ".wrangler/dry-run",
  ]);
  step(`the Worker builds: ${/Total Upload: .*/.exec(printed)?.[0] ?? "size unknown"}`);
}

async function createQueues(): Promise<void> {
  const there = await run("wrangler", ["queues", "list"]);
  for (const queue of QUEUES) {
    const known = new RegExp(`(^|[^\\w-])${queue}($|[^\\w-])`, "m").test(there);
    if (!known) await run("wrangler", ["queues", "create", queue]);
    step(`queue ${queue}${known ? "" : " (created)"}`);
  }
}

async function untilReady(url: string): Promise<void> {
  for (let attempt = 1; attempt <= READY_TRIES; attempt++) {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(10_000) }).catch(
      () => undefined,
    );
    if (answer?.ok) return step(`${url} is ready`);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
  throw new Refusal(
    `${url}/readyz does not answer 200; look at "npx wrangler tail" and ${url}/healthz`,
  );
}

async function deploy(envFile: string): Promise<void> {
  const variables = readSettings(envFile, false);
  checkRules(variables);
  await build();
  await createQueues();
  await applyMigrations(variables.DATABASE_URL ?? "", join(ROOT, "migrations"));
  step("migrations are applied");
  const printed = await withSecretsFile(variables, (file) =>
    run("wrangler", ["deploy", "--minify", "--secrets-file", file]),
  );
  step("uploaded");
  const url = /https:\/\/\S+\.workers\.dev/.exec(printed)?.[0];
  if (url) await untilReady(url);
  if (url && !variables.PUBLIC_URL)
    console.log(
      `Set PUBLIC_URL=${url} in ${envFile} and deploy again: messages then link to the page, and no
        hook may lead back here.`,
    );
}

async function dryRun(envFile: string): Promise<void> {
  checkRules(readSettings(envFile, true));
  await build();
  console.log(
    `\nA deployment would then: create the queues ${QUEUES.join(", ")} where missing, apply ` +
      `migrations/, upload Worker and secrets, wait for /readyz.`,
  );
}

try {
  const { values } = parseArgs({
    options: {
      env: { type: "string", default: ".env.production" },
      "dry-run": { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) console.log(USAGE);
  else await (values["dry-run"] ? dryRun : deploy)(values.env);
} catch (error) {
  const wrongUsage =
    error instanceof TypeError &&
    "code" in error &&
    String(error.code).startsWith("ERR_PARSE_ARGS");
  console.error(
    wrongUsage
      ? `${error.message}\n\n${USAGE}`
      : error instanceof Refusal
        ? `\u2717 ${error.message}`
        : error,
  );
  process.exitCode = wrongUsage ? 2 : 1;
}
