import { ApiRefusal, apiBase, type CloudflareApi, cloudflareApi } from "./api.ts";
import type { Environment } from "./environment.ts";
import { Refusal } from "./refusal.ts";

export type Login = { token: string; accountId: string | undefined };

export type Account = { id: string; name: string; api: CloudflareApi };

type Named = { id: string; name: string };

/** The account of a login. Throws a Refusal when it has none, or several and names none. */
export async function findAccount({ token, accountId }: Login): Promise<Account> {
  const options = { base: apiBase(), token, account: accountId ?? "ACCOUNT" };
  const accounts = await cloudflareApi(options).list<Named>("/accounts");
  const names = accounts.map(({ name, id }) => `${name} (${id})`).join(", ");
  if (accounts.length === 0) throw new Refusal("this login has no account of Cloudflare");
  const wanted = accountId === undefined ? accounts : accounts.filter(({ id }) => id === accountId);
  const [found, another] = wanted;
  if (found === undefined)
    throw new Refusal(`CLOUDFLARE_ACCOUNT_ID=${accountId} is none of yours: ${names}`);
  if (another !== undefined)
    throw new Refusal(`this login has several accounts; set CLOUDFLARE_ACCOUNT_ID: ${names}`);
  return { ...found, api: cloudflareApi({ ...options, account: found.id }) };
}

/** What an account has that a deployment builds on. */
export type AccountState = {
  /** unknown: the token may not see it. */
  plan: "paid" | "free" | "unknown";
  /** unknown: it is off, or the login may not look. The API does not tell these apart. */
  analyticsEngine: "on" | "unknown";
  subdomain: string | undefined;
  queues: ReadonlyMap<string, { id: string; consumers: readonly QueueReader[] }>;
  /** Ids of the KV namespaces, by title. */
  namespaces: ReadonlyMap<string, string>;
  /** The archive's bucket is there. */
  bucketThere: boolean;
  /** Undefined before the first deployment. */
  worker: WorkerState | undefined;
};

export type QueueReader = { id: string; script: string };

export type VersionShare = { version: string; percentage: number };

export type WorkerState = {
  migrationTag: string | undefined;
  /** Names of the secrets of the latest version. */
  secrets: readonly string[];
  /** The newest first. */
  versions: readonly { id: string; number: number; createdOn: string; message: string }[];
  /** The newest first. */
  deployments: readonly { createdOn: string; shares: readonly VersionShare[] }[];
};

const NOT_FOUND = [10007, 10090];
const NO_BUCKET = 10006;

/** The answer, or `otherwise` when the API refuses with one of the codes. */
async function unless<T>(codes: number[], ask: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await ask;
  } catch (error) {
    if (error instanceof ApiRefusal && codes.includes(error.code)) return otherwise;
    throw error;
  }
}

export async function readAccount({ api, id }: Account, env: Environment): Promise<AccountState> {
  const root = `/accounts/${id}`;
  type Subscription = { rate_plan: { id: string } };
  type Queue = {
    queue_id: string;
    queue_name: string;
    consumers?: { consumer_id: string; script?: string; script_name?: string; service?: string }[];
  };
  const [plans, analytics, subdomain, queues, namespaces, bucketThere, worker] = await Promise.all([
    unless<Subscription[] | undefined>(
      [10000, 9109],
      api.call("GET", `${root}/subscriptions`),
      undefined,
    ),
    api.queries(`${root}/analytics_engine/sql`, "SHOW TABLES FORMAT JSON"),
    unless(
      NOT_FOUND,
      api
        .call<{ subdomain: string }>("GET", `${root}/workers/subdomain`)
        .then(({ subdomain }): string | undefined => subdomain),
      undefined,
    ),
    api.list<Queue>(`${root}/queues`),
    api.list<{ id: string; title: string }>(`${root}/storage/kv/namespaces`),
    env.bucket !== undefined &&
      unless(
        [NO_BUCKET],
        api.call("GET", `${root}/r2/buckets/${env.bucket}`).then(() => true),
        false,
      ),
    readWorker(api, root, env.worker),
  ]);
  const isPaid = plans?.some(({ rate_plan }) => rate_plan.id.startsWith("workers_paid"));
  return {
    plan: isPaid === undefined ? "unknown" : isPaid ? "paid" : "free",
    analyticsEngine: analytics ? "on" : "unknown",
    subdomain,
    queues: new Map(
      queues.map(({ queue_id, queue_name, consumers = [] }) => [
        queue_name,
        {
          id: queue_id,
          consumers: consumers.map((each) => ({
            id: each.consumer_id,
            script: each.script ?? each.script_name ?? each.service ?? "",
          })),
        },
      ]),
    ),
    namespaces: new Map(namespaces.map(({ title, id }) => [title, id])),
    bucketThere,
    worker,
  };
}

async function readWorker(
  api: CloudflareApi,
  root: string,
  name: string,
): Promise<WorkerState | undefined> {
  type Service = { default_environment: { script: { migration_tag?: string } } };
  type Version = {
    id: string;
    number: number;
    metadata: { created_on: string };
    annotations?: Record<string, string>;
  };
  type Deployment = {
    created_on: string;
    versions: { version_id: string; percentage: number }[];
  };
  const service = await unless<Service | undefined>(
    NOT_FOUND,
    api.call("GET", `${root}/workers/services/${name}`),
    undefined,
  );
  if (!service) return undefined;
  const script = `${root}/workers/scripts/${name}`;
  const [secrets, { items }, { deployments }] = await Promise.all([
    api.call<{ name: string }[]>("GET", `${script}/secrets`),
    api.call<{ items: Version[] }>("GET", `${script}/versions`),
    api.call<{ deployments: Deployment[] }>("GET", `${script}/deployments`),
  ]);
  return {
    migrationTag: service.default_environment.script.migration_tag,
    secrets: secrets.map((each) => each.name),
    versions: items.map(({ id, number, metadata, annotations = {} }) => ({
      id,
      number,
      createdOn: metadata.created_on,
      message: annotations["workers/message"] ?? annotations["workers/triggered_by"] ?? "",
    })),
    deployments: deployments.map(({ created_on, versions }) => ({
      createdOn: created_on,
      shares: versions.map(({ version_id, percentage }) => ({ version: version_id, percentage })),
    })),
  };
}
