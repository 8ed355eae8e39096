import { createInterface } from "node:readline/promises";
import { newAccount } from "../local/emulators/cloudflare/account.ts";
import { serveCloudflare } from "../local/emulators/cloudflare/server.ts";
import { type DeployCommand, readCommandLine, USAGE } from "./command-line.ts";
import { runCommand } from "./commands.ts";
import { environmentOf, PRODUCTION } from "./environment.ts";
import { makeOutput, type Output } from "./output.ts";
import { planOf, printPlan } from "./plan.ts";
import { type Checked, preflight, preview } from "./preflight.ts";
import { Refusal } from "./refusal.ts";
import { RELEASE_STEPS, type Released, release } from "./release.ts";
import { resourcesIn } from "./settings.ts";
import { tryDeployment, untilReady } from "./smoke.ts";
import { sendRequestsTo } from "./versions.ts";
import { findToken } from "./wrangler.ts";

/** How long a new version may take to answer, and a post to be judged. */
const PATIENCE_MS = 60_000;

async function releaseCommand(command: DeployCommand, output: Output): Promise<void> {
  const env = environmentOf(command.env, resourcesIn(command.settingsFile));
  if (command.dryRun) {
    const planned = await preview({ ...command, env }, output);
    printPlan(planned, planOf(planned), command.percent, output);
    return output.line("\nNothing was changed (--dry-run).");
  }
  const checked = await preflight({ ...command, env }, output);
  const plan = planOf(checked);
  printPlan({ ...checked, missing: [] }, plan, command.percent, output);
  output.line("");
  const steps = makeOutput(output.line, RELEASE_STEPS);
  const released = await release(checked, plan, command.percent, steps);
  await tryReleased(command, checked, released, output);
}

/** Waits until it answers, tries it, and offers the way back when something does not work. */
async function tryReleased(
  command: DeployCommand,
  checked: Checked,
  { version, url }: Released,
  output: Output,
): Promise<void> {
  const at = command.url ?? (checked.secrets.PUBLIC_URL?.replace(/\/$/, "") || url);
  output.line(`\nversion ${version}${at === undefined ? "" : ` at ${at}`}`);
  if (at === undefined) return output.note("its address is not known: name it with --url");
  if (!command.smoke) return;
  const trial = {
    url: at,
    headers: { "Cloudflare-Workers-Version-Overrides": `${checked.env.worker}="${version}"` },
    databaseUrl: checked.secrets.DATABASE_URL ?? "",
    patienceMs: PATIENCE_MS,
  };
  try {
    await untilReady(trial);
    output.good("/readyz: migrations are applied and rules are loaded");
    output.good(`smoke test: ${await tryDeployment(trial)}; a log channel took a message`);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    output.bad(`the trial failed: ${error.message}`);
    await offerRollback(command, checked, output);
    throw new Refusal("the new version does not work as it should");
  }
  if (!checked.secrets.PUBLIC_URL)
    output.note(
      `set PUBLIC_URL=${at} in ${command.settingsFile} and deploy again: messages then link ` +
        "to the page, and no hook may lead back here",
    );
}

async function offerRollback(
  { yes, env }: DeployCommand,
  { state, ...checked }: Checked,
  output: Output,
): Promise<void> {
  const [before] = state.worker?.deployments ?? [];
  if (before === undefined) return output.note("this was the first version: there is none before");
  if (!yes && !(await confirmed("Send all requests to the version before? [y/N] ")))
    return output.note(
      `to go back: npm run deploy -- rollback${env === PRODUCTION ? "" : ` --env ${env}`}`,
    );
  const shares = Object.fromEntries(
    before.shares.map(({ version, percentage }) => [version, percentage]),
  );
  await sendRequestsTo(
    checked.account,
    checked.env.worker,
    shares,
    "rollback after a failed trial",
  );
  output.good(`all requests go to ${Object.keys(shares).join(" and ")} again`);
}

/** Asks the person at the terminal; without one the answer is no. */
async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y/i.test(await terminal.question(question));
  } finally {
    terminal.close();
  }
}

/** A dry run without a login is made against an account on this machine on which nothing is. */
async function withEmptyAccount(work: () => Promise<void>, output: Output): Promise<void> {
  const account = newAccount({ name: "an empty account on this machine", readsBilling: false });
  const cloud = await serveCloudflare(account);
  output.note("not logged in: the plan is made for an empty account on this machine");
  const before = { ...process.env };
  process.env.CLOUDFLARE_API_BASE_URL = cloud.url;
  process.env.CLOUDFLARE_API_TOKEN = account.token;
  try {
    await work();
  } finally {
    process.env = before;
    cloud.stop();
  }
}

async function run(command: DeployCommand, output: Output): Promise<void> {
  if (command.command !== "release") {
    const stopping = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      process.once(signal, () => stopping.abort());
    return runCommand(
      command,
      environmentOf(command.env, resourcesIn(command.settingsFile)),
      output,
      stopping.signal,
    );
  }
  if (command.dryRun && (await findToken(process.env.CLOUDFLARE_API_TOKEN)) === undefined)
    return withEmptyAccount(() => releaseCommand(command, output), output);
  return releaseCommand(command, output);
}

/** Answers the exit code: 0 done, 1 refused or failed, 2 wrong usage. */
export async function deployMain(args: string[]): Promise<number> {
  const command = readCommandLine(args);
  if (command === "help") {
    console.log(USAGE);
    return 0;
  }
  if ("problem" in command) {
    console.error(`${command.problem}\n\n${USAGE}`);
    return 2;
  }
  try {
    await run(command, makeOutput(console.log));
    return 0;
  } catch (error) {
    console.error(error instanceof Refusal ? `✗ ${error.message}` : error);
    return 1;
  }
}
