import { billFor, PRICES_READ } from "../cli/cost/bill.ts";
import { pendingAfter } from "./database.ts";
import type { Output } from "./output.ts";
import { placementText } from "./placement.ts";
import type { Planned } from "./preflight.ts";

export type Plan = {
  queues: readonly string[];
  /** The KV namespace is not there yet. */
  makesNamespace: boolean;
  /** The archive's bucket, where it is wanted and not there yet. */
  makesBucket: string | undefined;
  migrations: readonly string[];
  /** Secrets of the Worker that the settings no longer name. */
  stale: readonly string[];
  /** A Worker's first upload, or one that migrates Durable Objects, cannot be a version beside. */
  first: boolean;
};

export function planOf({ env, state, secrets, database }: Omit<Planned, "missing">): Plan {
  return {
    queues: [...env.queues.values()].filter((name) => !state.queues.has(name)),
    makesNamespace: !state.namespaces.has(env.namespace),
    makesBucket: state.bucketThere ? undefined : env.bucket,
    migrations: database?.pending ?? pendingAfter(0),
    stale: (state.worker?.secrets ?? []).filter((name) => !(name in secrets)),
    first: state.worker === undefined,
  };
}

const list = (names: readonly string[]) => names.join(", ");

/** Every resource and secret by its name, and never a value. */
export function printPlan(checked: Planned, plan: Plan, percent: number, output: Output): void {
  const { env, secrets, state, choices, missing } = checked;
  const row = (title: string, text: string) => output.line(`  ${title.padEnd(12)} ${text}`);
  output.line(`\nThe plan for ${env.name}:`);
  row("queues", plan.queues.length > 0 ? `make ${list(plan.queues)}` : "all there");
  row("namespace", plan.makesNamespace ? `make ${env.namespace}` : `${env.namespace} is there`);
  if (env.bucket !== undefined)
    row("bucket", plan.makesBucket ? `make ${env.bucket}` : `${env.bucket} is there`);
  row("dataset", `${env.dataset} (made by its first point)`);
  row("role", roleOf(checked));
  const { hyperdriveId, traces, bindsAi } = choices;
  if (hyperdriveId !== undefined) row("database", `through Hyperdrive ${hyperdriveId}`);
  if (bindsAi) row("model", `${secrets.AI_MODEL} of Workers AI, on a binding`);
  if (traces) row("traces", `${traces.ratio * 100} % to ${traces.destinations.join(", ")}`);
  row("migrations", plan.migrations.length > 0 ? list(plan.migrations) : "none");
  row("Worker", `${env.worker}: ${plan.first ? "make" : "a new version"}${share(percent)}`);
  row("runs", placementText(choices.placement));
  row("crons", list(env.crons));
  row("secrets", list(Object.keys(secrets).sort()) || "none yet");
  if (plan.stale.length > 0) row("", `remove ${list(plan.stale)}, which the settings leave out`);
  row("cost", costOf());
  for (const text of missing) row("missing", text);
  const old = [...env.queues.keys()].filter((name) =>
    state.queues.get(name)?.consumers.some(({ script }) => script === env.worker),
  );
  if (old.length > 0)
    output.note(
      `queues ${list(old)} are from before queues carried the Worker's name: what they hold is ` +
        "still consumed; delete them once they are empty",
    );
}

function roleOf({ logins }: Planned): string {
  if (logins === undefined) return "made for the Worker, once a database is named";
  return `${new URL(logins.app).username}${logins.derived ? ": made, with its grants" : ""}`;
}

/** Of a whole deployment, by what it is given to do. */
function costOf(): string {
  const bills = [1_000, 10_000, 100_000].map((posts) => {
    const { dollars } = billFor(posts);
    return `$${dollars.toFixed(0)} for ${posts.toLocaleString("en-US")}`;
  });
  return `a month: ${bills.join(", ")} posts a day (prices of ${PRICES_READ}, docs/cost.md)`;
}

const share = (percent: number) => (percent === 100 ? "" : ` for ${percent} % of the requests`);
