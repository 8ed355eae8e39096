import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { applyMigrations, makeAppLogin } from "../local/migrate.ts";
import { MIGRATIONS, noteHolder } from "./database.ts";
import { ROOT } from "./environment.ts";
import type { Output } from "./output.ts";
import type { Plan } from "./plan.ts";
import { type Checked, holderOf } from "./preflight.ts";
import { Refusal } from "./refusal.ts";
import { sendRequestsTo } from "./versions.ts";
import { runWrangler } from "./wrangler.ts";

export type Released = { version: string; url: string | undefined };

/** How many steps a release prints. */
export const RELEASE_STEPS = 4;

/** What stands in the list of versions: the commit, and whether files differed from it. */
export async function releaseMessage(): Promise<string> {
  const git = (...args: string[]) =>
    promisify(execFile)("git", args, { cwd: ROOT, timeout: 10_000 }).then(
      ({ stdout }) => stdout.trim(),
      () => "",
    );
  const [commit, changes] = await Promise.all([
    git("log", "-1", "--format=%h %s"),
    git("status", "--porcelain", "--untracked-files=no"),
  ]);
  const text = commit === "" ? "no commit" : commit;
  return `${changes === "" ? "" : "changed since "}${text}`.slice(0, 100);
}

/**
 * Makes what is missing, then what the Worker needs of the database, then the Worker. Each step can
 * be run again: one that fails half-way leaves nothing that the next deployment does not take up.
 */
export async function release(
  checked: Checked,
  plan: Plan,
  percent: number,
  output: Output,
): Promise<Released> {
  const { env, account, state } = checked;
  const { api } = account;
  const root = `/accounts/${account.id}`;
  const namespaceId = await output.step(`queues and namespace of ${env.worker}`, async () => {
    for (const name of plan.queues) await api.call("POST", `${root}/queues`, { queue_name: name });
    if (plan.makesBucket !== undefined)
      await api.call("POST", `${root}/r2/buckets`, { name: plan.makesBucket });
    const there = state.namespaces.get(env.namespace);
    if (there !== undefined) return there;
    const made = await api.call<{ id: string }>("POST", `${root}/storage/kv/namespaces`, {
      title: env.namespace,
    });
    return made.id;
  });
  await output.step("migrations and the Worker's role", () =>
    prepareDatabase(checked, plan.migrations.length > 0),
  );
  const released = await output.step(`${env.worker} is uploaded`, () =>
    upload(checked, namespaceId, percent),
  );
  await output.step(
    plan.stale.length === 0
      ? "no secret is left over"
      : percent < 100
        ? `secrets left over stay until the next whole deployment: ${plan.stale.join(", ")}`
        : `removed ${plan.stale.join(", ")}`,
    async () => {
      if (plan.stale.length > 0 && percent === 100)
        await api.call("PATCH", `${root}/workers/scripts/${env.worker}/secrets-bulk`, {
          secrets: Object.fromEntries(plan.stale.map((name) => [name, null])),
        });
    },
  );
  const address = state.subdomain && `https://${env.worker}.${state.subdomain}.workers.dev`;
  return { ...released, url: released.url ?? address };
}

async function prepareDatabase(
  { env, account, logins, database }: Checked,
  migrates: boolean,
): Promise<void> {
  if (migrates) await applyMigrations(logins.owner, MIGRATIONS);
  if (logins.owner === logins.app) return;
  const { username, password } = new URL(logins.app);
  if (database.makesRoles)
    await makeAppLogin(logins.owner, decodeURIComponent(username), decodeURIComponent(password));
  if (migrates || database.holder === undefined)
    await noteHolder(logins.owner, holderOf(env, account));
}

async function upload(
  { env, account, login, secrets, state, choices }: Checked,
  namespaceId: string,
  percent: number,
): Promise<Released> {
  const config = env.config(namespaceId, choices);
  const message = await releaseMessage();
  const whole = percent === 100;
  const { written } = await runWrangler({
    args: [...(whole ? ["deploy"] : ["versions", "upload"]), "--minify", "--message", message],
    config,
    secrets,
    login,
  });
  const done = written.find(({ type }) => type === (whole ? "deploy" : "version-upload"));
  const version = done?.version_id;
  if (!version) throw new Refusal("wrangler did not say which version it uploaded; try `status`");
  if (!whole) {
    const live = state.worker?.deployments[0]?.shares[0]?.version ?? "";
    await sendRequestsTo(account, env.worker, { [version]: percent, [live]: 100 - percent });
  }
  const url = done.targets?.find((target) => target.startsWith("https://"));
  return { version, url };
}
