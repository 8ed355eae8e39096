import type { Account, WorkerState } from "./account.ts";
import { Refusal } from "./refusal.ts";

/** Shares of the requests in percent, by version. */
export type Shares = Readonly<Record<string, number>>;

export async function sendRequestsTo(
  { api, id }: Account,
  worker: string,
  shares: Shares,
  message = "",
): Promise<void> {
  await api.call("POST", `/accounts/${id}/workers/scripts/${worker}/deployments`, {
    strategy: "percentage",
    versions: Object.entries(shares).map(([version_id, percentage]) => ({
      version_id,
      percentage,
    })),
    annotations: message === "" ? {} : { "workers/message": message },
  });
}

/**
 * Where a rollback leads: during a rollout back to the version that the others had before it, else
 * to the last one that answered all requests before the live one did. Throws a Refusal when there
 * is none, or `wanted` is not one.
 */
export function rollbackTarget(worker: WorkerState, wanted: string | undefined): string {
  if (wanted !== undefined) {
    const found = worker.versions.filter(({ id }) => id.startsWith(wanted));
    const [version, another] = found;
    if (version && !another) return version.id;
    throw new Refusal(
      version
        ? `${wanted} begins several versions: write more of it`
        : `there is no version ${wanted}; \`npm run deploy -- status\` lists them`,
    );
  }
  const [now, ...before] = worker.deployments;
  const newest = Math.max(...worker.versions.map(({ number }) => number));
  const numberOf = (id: string) => worker.versions.find((each) => each.id === id)?.number ?? 0;
  if ((now?.shares.length ?? 0) > 1) {
    const older = now?.shares.find(({ version }) => numberOf(version) !== newest);
    if (older) return older.version;
  }
  const live = now?.shares[0]?.version;
  const earlier = before.find(({ shares: [only, more] }) => !more && only?.version !== live);
  const target = earlier?.shares[0]?.version;
  if (target === undefined) throw new Refusal("no version was live before this one");
  return target;
}

/**
 * The shares that move a rollout on: `percent` to the newest of the two versions that are live.
 * Throws a Refusal when no rollout is under way.
 */
export function rolloutShares(worker: WorkerState, percent: number): Shares {
  const shares = worker.deployments[0]?.shares ?? [];
  const numberOf = (id: string) => worker.versions.find((each) => each.id === id)?.number ?? 0;
  const [newer, older] = shares.toSorted((a, b) => numberOf(b.version) - numberOf(a.version));
  if (newer === undefined || older === undefined)
    throw new Refusal("no rollout is under way: one version answers all requests");
  return percent === 100
    ? { [newer.version]: 100 }
    : { [newer.version]: percent, [older.version]: 100 - percent };
}
