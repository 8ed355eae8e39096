import { existsSync, readFileSync } from "node:fs";
import { table } from "../cli/table.ts";
import { type Account, type AccountState, findAccount, readAccount } from "./account.ts";
import type { DeployCommand } from "./command-line.ts";
import { databaseLogins, readDatabase } from "./database.ts";
import type { Environment } from "./environment.ts";
import type { Output } from "./output.ts";
import { Refusal } from "./refusal.ts";
import { type DeploySettings, readDeploySettings } from "./settings.ts";
import { rollbackTarget, rolloutShares, sendRequestsTo } from "./versions.ts";
import { findToken, runWrangler } from "./wrangler.ts";

/** What the commands after a release know. */
type At = {
  env: Environment;
  account: Account;
  token: string;
  state: AccountState;
  settings: DeploySettings | undefined;
};

const SHOWN_VERSIONS = 10;

async function lookAt(env: Environment, settingsFile: string): Promise<At> {
  const settings = existsSync(settingsFile)
    ? readDeploySettings(readFileSync(settingsFile, "utf8"))
    : undefined;
  const { CLOUDFLARE_API_TOKEN, CLOUDFLARE_ACCOUNT_ID } = { ...process.env, ...settings?.deployer };
  const token = await findToken(CLOUDFLARE_API_TOKEN);
  if (token === undefined)
    throw new Refusal("not logged in: run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN");
  const account = await findAccount({ token, accountId: CLOUDFLARE_ACCOUNT_ID });
  return { env, account, token, state: await readAccount(account, env), settings };
}

function workerIn({ env, state: { worker } }: At) {
  if (worker === undefined) throw new Refusal(`there is no Worker ${env.worker} in this account`);
  return worker;
}

async function status(at: At, output: Output): Promise<void> {
  const { env, account, state, settings } = at;
  const worker = workerIn(at);
  output.line(`${env.worker} in ${account.name} (${account.id})`);
  if (state.subdomain) output.line(`https://${env.worker}.${state.subdomain}.workers.dev`);
  const shares = new Map(
    worker.deployments[0]?.shares.map(({ version, percentage }) => [version, percentage]),
  );
  const rows = worker.versions.slice(0, SHOWN_VERSIONS).map(({ id, number, ...rest }) => ({
    number,
    version: id,
    requests: shares.has(id) ? `${shares.get(id)} %` : "",
    made: rest.createdOn,
    message: rest.message,
  }));
  for (const line of table(rows)) output.line(line);
  output.line(`\nsecrets: ${worker.secrets.join(", ")}`);
  for (const name of env.queues.values()) {
    const reader = state.queues.get(name)?.consumers[0]?.script;
    if (reader === env.worker) output.good(`queue ${name}`);
    else output.bad(`queue ${name}: ${state.queues.has(name) ? "nobody consumes it" : "missing"}`);
  }
  const url = settings?.variables.DATABASE_URL;
  if (url === undefined) return output.note("database: no settings file here");
  const { owner } = databaseLogins(url, settings?.deployer.MIGRATIONS_DATABASE_URL, env.worker);
  const { pending, server } = await readDatabase(owner);
  if (pending.length === 0) output.good(`database: PostgreSQL ${server}, all migrations applied`);
  else output.note(`database: not applied yet: ${pending.join(", ")}`);
}

/** Sends all requests to an earlier version; the database keeps its tables, which it can read. */
async function rollback(at: At, { version }: DeployCommand, output: Output): Promise<void> {
  const target = rollbackTarget(workerIn(at), version);
  await sendRequestsTo(at.account, at.env.worker, { [target]: 100 }, "rollback");
  output.good(`all requests go to ${target}`);
}

async function rollout(at: At, { percent }: DeployCommand, output: Output): Promise<void> {
  const shares = rolloutShares(workerIn(at), percent);
  await sendRequestsTo(at.account, at.env.worker, shares);
  for (const [version, share] of Object.entries(shares)) output.good(`${version}: ${share} %`);
}

async function secrets(at: At, output: Output): Promise<void> {
  const there = new Set(at.state.worker?.secrets);
  const wanted = new Set(Object.keys(at.settings?.variables ?? {}));
  const names = [...new Set([...there, ...wanted])].sort();
  const mark = (set: Set<string>, name: string) => (set.has(name) ? "yes" : "");
  const rows = names.map((name) => ({
    secret: name,
    on_worker: mark(there, name),
    in_file: mark(wanted, name),
  }));
  for (const line of table(rows)) output.line(line);
}

async function destroy(at: At, command: DeployCommand, output: Output): Promise<void> {
  const { env, account, state } = at;
  if (!command.named || !command.yes)
    throw new Refusal(
      `this deletes ${env.worker}, its Durable Objects, its queues ` +
        `(${[...env.queues.values()].join(", ")}) and ${env.namespace}. ` +
        `If you mean it: npm run deploy -- destroy --env ${env.name} --yes`,
    );
  const root = `/accounts/${account.id}`;
  const own = [...env.queues.values()].flatMap((name) => {
    const queue = state.queues.get(name);
    return queue ? [{ name, ...queue }] : [];
  });
  for (const { id, consumers } of own)
    for (const consumer of consumers.filter(({ script }) => script === env.worker))
      await account.api.call("DELETE", `${root}/queues/${id}/consumers/${consumer.id}`);
  if (state.worker) {
    await account.api.call("DELETE", `${root}/workers/services/${env.worker}?force=true`);
    output.good(`deleted the Worker ${env.worker} with its Durable Objects`);
  }
  for (const { id, name } of own) {
    await account.api.call("DELETE", `${root}/queues/${id}`);
    output.good(`deleted the queue ${name}`);
  }
  const namespace = state.namespaces.get(env.namespace);
  if (namespace !== undefined) {
    await account.api.call("DELETE", `${root}/storage/kv/namespaces/${namespace}`);
    output.good(`deleted the namespace ${env.namespace}`);
  }
  if (env.bucket !== undefined)
    output.note(`the bucket ${env.bucket} is as it was, with the files of the archive`);
  output.note(
    "the database is as it was; so are the points in Analytics Engine, which go after three months",
  );
}

async function logs({ env, account, token }: At, signal: AbortSignal): Promise<void> {
  await runWrangler({
    args: ["tail", env.worker, "--format", "pretty"],
    login: { token, accountId: account.id },
    attached: true,
    signal,
  });
}

/** Runs a command that looks at or changes what is deployed. */
export async function runCommand(
  command: DeployCommand,
  env: Environment,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const at = await lookAt(env, command.settingsFile);
  if (command.command === "status") await status(at, output);
  if (command.command === "rollback") await rollback(at, command, output);
  if (command.command === "rollout") await rollout(at, command, output);
  if (command.command === "secrets") await secrets(at, output);
  if (command.command === "destroy") await destroy(at, command, output);
  if (command.command === "logs") await logs(at, signal);
}
