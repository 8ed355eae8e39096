import type { Account, AccountState } from "./account.ts";
import type { Environment } from "./environment.ts";
import type { Output } from "./output.ts";

/** Workers limits, read in November 2026: variables of a Worker by plan, and bytes of each. */
const MAX_VARIABLES = { free: 64, paid: 128, unknown: 128 };
const MAX_VARIABLE_BYTES = 5 * 1024;
/** Queues of an account, read in November 2026. */
const MAX_QUEUES = 10_000;

/** Plan, Analytics Engine, and where the Worker will answer. */
export function checkPlan(
  env: Environment,
  { id }: Account,
  { plan, analyticsEngine, subdomain }: AccountState,
  found: Output,
): void {
  const page = (name: string) => `https://dash.cloudflare.com/${id}/workers/${name}`;
  if (plan === "paid") found.good("plan: Workers Paid");
  if (plan === "unknown")
    found.note("plan: this login may not look; Workers Paid is needed (docs/cost.md)");
  if (plan === "free" && env.limitsCpu)
    found.bad(
      "plan: the free plan takes no limit of CPU and allows 50 calls an invocation: change it at " +
        `${page("plans")}, or remove [limits] from wrangler.toml (docs/cost.md says what fits)`,
    );
  if (analyticsEngine === "on") found.good("Analytics Engine is on");
  else
    found.note(
      "Analytics Engine: off, or this login may not look; when it never was used, switch it on " +
        `first: ${page("analytics-engine")}`,
    );
  const answersAt = subdomain === undefined ? undefined : `${env.worker}.${subdomain}.workers.dev`;
  if (answersAt !== undefined) found.good(`address: https://${answersAt}`);
  else if (env.routes) found.good("address: the routes of wrangler.toml");
  else
    found.bad(
      `the account has no name under workers.dev, and wrangler.toml no route: choose one at ` +
        page("onboarding"),
    );
}

/** A queue has one consumer, and an account an end of queues. */
export function checkQueues(env: Environment, { queues }: AccountState, found: Output): void {
  const missing = [...env.queues.values()].filter((name) => !queues.has(name));
  if (queues.size + missing.length > MAX_QUEUES)
    found.bad(`${missing.length} more queues would be over the account's limit: delete some`);
  for (const name of env.queues.values()) {
    const reader = queues.get(name)?.consumers.find(({ script }) => script !== env.worker);
    if (reader)
      found.bad(
        `queue ${name} is consumed by the Worker ${reader.script}: give this one another name in ` +
          "wrangler.toml",
      );
  }
}

/** Whether two versions may share the requests. */
export function checkWorker(
  env: Environment,
  { worker }: AccountState,
  percent: number,
  found: Output,
): void {
  if (percent === 100) return;
  if (worker === undefined)
    found.bad("--percent needs a version that is live: deploy once without it");
  else if (worker.migrationTag !== env.migrationTag)
    found.bad(
      "this release brings a migration of Durable Objects, which cannot share requests with the " +
        "version before: deploy it without --percent",
    );
  else if ((worker.deployments[0]?.shares.length ?? 0) > 1)
    found.bad("a rollout is under way: end it with `rollout` or `rollback` before the next one");
}

/** How many settings a Worker may have, and how long each. */
export function checkLimits(
  { plan }: AccountState,
  names: readonly string[],
  variables: Record<string, string>,
  found: Output,
): void {
  if (names.length > MAX_VARIABLES[plan])
    found.bad(`${names.length} settings are more than the ${MAX_VARIABLES[plan]} of the plan`);
  for (const [name, value] of Object.entries(variables)) {
    const bytes = Buffer.byteLength(value);
    if (bytes > MAX_VARIABLE_BYTES)
      found.bad(`${name} has ${bytes} bytes; a Worker takes ${MAX_VARIABLE_BYTES} at most`);
  }
}
