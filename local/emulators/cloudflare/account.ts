import { randomBytes, randomUUID } from "node:crypto";

/** A binding as it stands in the metadata of an upload; secrets have `type: "secret_text"`. */
export type Binding = { type: string; name: string; [field: string]: unknown };

export type WorkerVersion = {
  id: string;
  number: number;
  createdOn: string;
  annotations: Record<string, string>;
  /** With the values of its secrets, so that a test can read what was uploaded. */
  bindings: Binding[];
  /** Names and bytes of the modules. */
  modules: { name: string; bytes: number; type: string }[];
  etag: string;
  compatibilityDate: string;
  limits: { cpu_ms?: number } | undefined;
  cache: { enabled?: boolean } | undefined;
  placement: Record<string, unknown> | undefined;
  migrationTag: string | undefined;
};

export type WorkerDeployment = {
  id: string;
  createdOn: string;
  annotations: Record<string, string>;
  versions: { version_id: string; percentage: number }[];
};

export type WorkerScript = {
  name: string;
  tag: string;
  createdOn: string;
  migrationTag: string | undefined;
  /** The oldest first. */
  versions: WorkerVersion[];
  deployments: WorkerDeployment[];
  crons: string[];
  subdomain: { enabled: boolean; previews_enabled: boolean };
  settings: Record<string, unknown>;
  tails: string[];
};

export type QueueConsumer = {
  consumer_id: string;
  type: string;
  script: string;
  dead_letter_queue: string | undefined;
  settings: Record<string, unknown>;
};

export type CloudQueue = {
  queue_id: string;
  queue_name: string;
  createdOn: string;
  consumers: QueueConsumer[];
};

/** One account of Cloudflare, as the API shows it. Tests read and change it directly. */
export type CloudAccount = {
  id: string;
  name: string;
  email: string;
  /** What a caller has to send; any other is refused. */
  token: string;
  plan: "free" | "paid";
  /** Whether the token may read the account's subscriptions. */
  readsBilling: boolean;
  analyticsEngine: boolean;
  /** The account's name under workers.dev; null until somebody chose one. */
  subdomain: string | null;
  maxQueues: number;
  queues: Map<string, CloudQueue>;
  /** Titles of the KV namespaces, by id. */
  namespaces: Map<string, string>;
  /** Names of the buckets of R2. */
  buckets: Set<string>;
  /** Configurations of Hyperdrive, by id. */
  hyperdrives: Map<string, object>;
  scripts: Map<string, WorkerScript>;
  /** Durable Object namespaces, by id. */
  objects: Map<string, { script: string; class: string; useSqlite: boolean }>;
  /** Hashes of the static files that were uploaded. */
  assets: Set<string>;
  /** Every call in order, as `METHOD /path`, without the account's own prefix. */
  calls: string[];
};

/** An account on the paid plan on which nothing was made yet. */
export const newAccount = (over: Partial<CloudAccount> = {}): CloudAccount => ({
  id: randomBytes(16).toString("hex"),
  name: "Ada's Account",
  email: "ada@example.org",
  token: `token-${randomBytes(8).toString("hex")}`,
  plan: "paid",
  readsBilling: true,
  analyticsEngine: true,
  subdomain: "ada",
  maxQueues: 10_000,
  queues: new Map(),
  namespaces: new Map(),
  buckets: new Set(),
  hyperdrives: new Map(),
  scripts: new Map(),
  objects: new Map(),
  assets: new Set(),
  calls: [],
  ...over,
});

/** The version that answers (most of) the requests. */
export function liveVersion(script: WorkerScript): WorkerVersion | undefined {
  const shares = script.deployments.at(-1)?.versions ?? [];
  const [most] = shares.toSorted((a, b) => b.percentage - a.percentage);
  return script.versions.find(({ id }) => id === most?.version_id);
}

/** Sends all requests to one version. */
export function deployWhole(script: WorkerScript, version: WorkerVersion, now: string): void {
  script.deployments.push({
    id: randomUUID(),
    createdOn: now,
    annotations: version.annotations,
    versions: [{ version_id: version.id, percentage: 100 }],
  });
}
