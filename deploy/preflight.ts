import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runTests } from "../cli/commands/rules/test.ts";
import { VOCABULARY } from "../src/enrich/registry.ts";
import { loadRules } from "../src/rules/load.ts";
import { ruleVariables } from "../src/settings/parse.ts";
import { type Account, type AccountState, findAccount, readAccount } from "./account.ts";
import { checkLimits, checkPlan, checkQueues, checkWorker } from "./account-checks.ts";
import { isEmulated } from "./api.ts";
import {
  type DatabaseLogins,
  type DatabaseState,
  databaseLogins,
  mayDoTooMuch,
  readDatabase,
  workerLogins,
} from "./database.ts";
import { type DeployChoices, type Environment, ROOT } from "./environment.ts";
import { checkHyperdrive } from "./hyperdrive.ts";
import type { Output } from "./output.ts";
import { Refusal } from "./refusal.ts";
import { type DeploySettings, readDeploySettings } from "./settings.ts";
import { findToken, runWrangler } from "./wrangler.ts";

export type Login = { token: string; accountId: string };

/** Everything that was looked at, and is to be uploaded as it was looked at. */
export type Checked = {
  env: Environment;
  login: Login;
  account: Account;
  state: AccountState;
  /** The settings with the Worker's own login to the database. */
  secrets: Record<string, string>;
  choices: DeployChoices;
  logins: DatabaseLogins;
  database: DatabaseState;
};

/**
 * What a plan is made of. Where no settings name a database, `missing` says so, and the plan is
 * that of a new one.
 */
export type Planned = Omit<Checked, "logins" | "database"> &
  Partial<Pick<Checked, "logins" | "database">> & { missing: string[] };

export type PreflightInput = { env: Environment; settingsFile: string; percent: number };

/** Collects refusals, so that one look names all that has to be mended. */
type Finder = Output & { refused: number };

const finder = (output: Output): Finder => {
  const found: Finder = {
    ...output,
    refused: 0,
    bad(text) {
      found.refused++;
      output.bad(text);
    },
  };
  return found;
};

/** The result of a look; a Refusal is noted and answers undefined. */
async function look<T>(found: Finder, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    found.bad(error.message);
    return undefined;
  }
}

/**
 * Looks at everything that a deployment depends on and changes nothing. Throws a Refusal when
 * something has to be mended first; each has been printed with what to do.
 */
export async function preflight(input: PreflightInput, output: Output): Promise<Checked> {
  const { logins, database, missing: _, ...looked } = await lookAround(input, output, true);
  if (!logins || !database) throw new Refusal("nothing was changed: no database is named");
  return { ...looked, logins, database };
}

/** As preflight, for a plan alone: settings that are not there yet are no refusal. */
export const preview = (input: PreflightInput, output: Output): Promise<Planned> =>
  lookAround(input, output, false);

async function lookAround(
  input: PreflightInput,
  output: Output,
  needsSettings: boolean,
): Promise<Planned> {
  const found = finder(output);
  const { missing, ...settings } = readSettings(input, found);
  if (needsSettings) for (const text of missing) found.bad(text);
  const { variables, deployer } = settings;
  await checkRules(variables, found);
  const [account, database] = await Promise.all([
    look(found, checkAccount(input, deployer, variables, found)),
    variables.DATABASE_URL ? look(found, checkDatabase(input.env, settings, found)) : undefined,
  ]);
  const hyperdriveId = deployer.HYPERDRIVE_ID;
  if (account && database && hyperdriveId !== undefined)
    await look(found, checkHyperdrive(account.account, hyperdriveId, database.logins, found));
  if (account && database) checkHolder(input.env, account.account, database.database, found);
  // It takes longest, so it is not tried while something quick has to be mended.
  const choices = {
    ...{ hyperdriveId, placement: settings.placement, traces: settings.traces },
    bindsAi: variables.AI_MODEL !== undefined,
  };
  if (found.refused === 0) await look(found, checkBuild(input.env, choices, found));
  if (found.refused > 0 || !account)
    throw new Refusal(`nothing was changed: ${count(found.refused)} to be mended first`);
  const secrets = { ...variables, ...(database && workerLogins(variables, database.logins)) };
  return { env: input.env, ...account, ...database, secrets, choices, missing };
}

const count = (refused: number) => (refused === 1 ? "one thing has" : `${refused} things have`);

function readSettings({ settingsFile }: PreflightInput, found: Finder) {
  const isThere = existsSync(settingsFile);
  const read = readDeploySettings(isThere ? readFileSync(settingsFile, "utf8") : "", {
    shell: process.env,
    emulated: isEmulated(),
  });
  const missing = read.variables.DATABASE_URL
    ? []
    : [
        `${settingsFile} ${isThere ? "names no database" : "is missing"}: \`npm run setup\` ` +
          "writes it, or write DATABASE_URL=postgresql://... into it (docs/settings.md lists the " +
          "rest)",
      ];
  const problems = read.problems.filter(
    (problem) => missing.length === 0 || !problem.startsWith("DATABASE_URL "),
  );
  for (const problem of problems) found.bad(`${settingsFile}: ${problem}`);
  for (const warning of isThere ? read.warnings : []) found.note(`${settingsFile}: ${warning}`);
  if (isThere && problems.length === 0)
    found.good(`${settingsFile}: ${Object.keys(read.variables).length} settings`);
  return { ...read, missing };
}

async function checkRules(variables: Record<string, string>, found: Finder): Promise<void> {
  const text = readFileSync(join(ROOT, "rules/rules.yml"), "utf8");
  const loaded = loadRules(text, ruleVariables(variables), VOCABULARY);
  if (loaded.kind === "rejected") {
    for (const { line, column, message } of loaded.problems)
      found.bad(`rules/rules.yml:${line}:${column} ${message}`);
    return;
  }
  const printed: string[] = [];
  const io = { json: false, out: (line: string) => printed.push(line), stdin: none(), err() {} };
  const failed = await runTests(
    loaded.rules,
    join(ROOT, "rules/tests"),
    { ...io, err: io.out, url: "", key: null, env: {}, fetch },
    "brief",
  );
  if (failed > 0)
    found.bad(`rules/tests: ${failed} fail; \`npm run -s stream -- rules test\` shows them`);
  else
    found.good(
      `rules/rules.yml: ${loaded.rules.rules.length} rules (${loaded.rules.sha.slice(0, 12)}), ` +
        "their tests pass",
    );
}

async function* none(): AsyncGenerator<string> {}

async function checkAccount(
  { env, percent }: PreflightInput,
  deployer: { CLOUDFLARE_API_TOKEN?: string; CLOUDFLARE_ACCOUNT_ID?: string },
  variables: Record<string, string>,
  found: Finder,
) {
  const token = await findToken(deployer.CLOUDFLARE_API_TOKEN ?? process.env.CLOUDFLARE_API_TOKEN);
  if (token === undefined)
    throw new Refusal(
      "not logged in: run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN to a token made from " +
        'the template "Edit Cloudflare Workers" with Queues added',
    );
  const wanted = deployer.CLOUDFLARE_ACCOUNT_ID ?? process.env.CLOUDFLARE_ACCOUNT_ID;
  const account = await findAccount({ token, accountId: wanted });
  const state = await readAccount(account, env);
  found.good(`account ${account.name} (${account.id})`);
  checkPlan(env, account, state, found);
  checkQueues(env, state, found);
  checkWorker(env, state, percent, found);
  checkLimits(state, [...new Set([...env.vars, ...Object.keys(variables)])], variables, found);
  return { login: { token, accountId: account.id }, account, state };
}

async function checkDatabase(
  env: Environment,
  settings: Pick<DeploySettings, "variables" | "deployer">,
  found: Finder,
) {
  const logins = databaseLogins(
    settings.variables.DATABASE_URL ?? "",
    settings.deployer.MIGRATIONS_DATABASE_URL,
    env.worker,
  );
  const database = await readDatabase(logins.owner);
  const host = new URL(logins.owner).hostname;
  found.good(`database ${host}: PostgreSQL ${database.server}, as ${database.role}`);
  if (logins.owner === logins.app && database.pending.length > 0 && !database.makesRoles)
    found.bad(
      `${database.role} may not change tables, and ${database.pending.length} migrations wait: ` +
        "set MIGRATIONS_DATABASE_URL to the owner's connection string",
    );
  if (logins.derived && !database.makesRoles)
    found.bad(
      `${database.role} may not make the Worker's role: let an administrator make one, and set ` +
        "DATABASE_URL to its login and MIGRATIONS_DATABASE_URL to the owner's (docs/deploy.md)",
    );
  if (!logins.derived && logins.owner !== logins.app && (await appDoesTooMuch(logins.app)))
    found.bad(
      "DATABASE_URL is the login of an owner of tables or of a superuser: the Worker needs less. " +
        "Leave out MIGRATIONS_DATABASE_URL, and a role is made for it",
    );
  const role = new URL(logins.app).username;
  found.good(
    logins.derived
      ? `role ${role}: made for the Worker, reads and writes rows alone`
      : `role ${role}`,
  );
  return { logins, database };
}

/** A login that is yet to be made by this deployment does nothing too much. */
const appDoesTooMuch = (url: string): Promise<boolean> =>
  mayDoTooMuch(url).catch((error) => {
    if (error instanceof Refusal) return false;
    throw error;
  });

async function checkBuild(env: Environment, choices: DeployChoices, found: Finder) {
  const { printed } = await runWrangler({
    args: ["deploy", "--dry-run", "--minify", "--outdir", join(ROOT, ".wrangler/dry-run")],
    config: env.config(undefined, { traces: choices.traces, bindsAi: choices.bindsAi ?? false }),
  });
  found.good(`the Worker builds: ${/Total Upload: .*/.exec(printed)?.[0] ?? "size unknown"}`);
}

export const holderOf = (env: Environment, account: Pick<Account, "id">): string =>
  `${env.worker} in ${account.id}`;

function checkHolder(
  env: Environment,
  account: Account,
  { holder }: DatabaseState,
  found: Finder,
): void {
  if (holder !== undefined && holder !== holderOf(env, account))
    found.bad(
      `the database belongs to the Worker ${holder}: give this environment one of its own. ` +
        "If you moved it, run `comment on schema drizzle is null` there",
    );
}
