import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "smol-toml";
import * as z from "zod";
import { archiveBinding, QueueConfig, shardedConfig } from "../local/queue-shards.ts";
import { type Resources, readResources } from "../local/resources.ts";
import type { Placement } from "./placement.ts";
import { Refusal } from "./refusal.ts";

export const ROOT = join(import.meta.dirname, "..");
export const PRODUCTION = "production";

/** What of wrangler.toml a deployment renames; everything else is passed on as it is. */
const WranglerConfig = z.looseObject({
  name: z.string(),
  main: z.string(),
  assets: z.looseObject({ directory: z.string() }),
  queues: QueueConfig,
  kv_namespaces: z.array(z.looseObject({ binding: z.string(), id: z.string().optional() })),
  analytics_engine_datasets: z.array(z.looseObject({ binding: z.string(), dataset: z.string() })),
  migrations: z.array(z.looseObject({ tag: z.string() })).default([]),
  triggers: z.looseObject({ crons: z.array(z.string()) }),
  limits: z.looseObject({ cpu_ms: z.number() }).optional(),
  observability: z.looseObject({}).optional(),
  routes: z.array(z.unknown()).default([]),
  vars: z.record(z.string(), z.string()).default({}),
});
type WranglerConfig = z.infer<typeof WranglerConfig>;

/** One deployment in an account, and what it calls its own there. */
export type Environment = {
  name: string;
  worker: string;
  /** The queues by their names in wrangler.toml. */
  queues: ReadonlyMap<string, string>;
  /** The title of the KV namespace. */
  namespace: string;
  dataset: string;
  /** The archive's bucket; undefined: none is wanted. */
  bucket: string | undefined;
  crons: readonly string[];
  /** The tag of the last migration of Durable Objects. */
  migrationTag: string | undefined;
  limitsCpu: boolean;
  routes: boolean;
  /** Names of plain variables that wrangler.toml sets. */
  vars: readonly string[];
  /** wrangler's configuration for this environment, as JSON, with the id of the namespace. */
  config(namespaceId: string | undefined, choices?: DeployChoices): string;
};

/** What the settings file adds to wrangler.toml. */
export type DeployChoices = {
  hyperdriveId?: string | undefined;
  placement?: Placement | undefined;
  /** Whether the Worker calls a model of Workers AI. */
  bindsAi?: boolean;
  /** Where the platform exports traces to; to none when left out. */
  traces?: { destinations: string[]; ratio: number } | undefined;
};

/**
 * Every resource carries the Worker's name, and that carries the environment's: two environments in
 * one account, or two products made of this one, never share a queue, a namespace or a dataset.
 */
export function environmentOf(
  name: string,
  { queueShards, archiveBucket }: Resources = readResources({}),
): Environment {
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(name))
    throw new Refusal(
      `--env ${name}: an environment's name has up to 20 small letters, digits and dashes`,
    );
  const toml = readFileSync(join(ROOT, "wrangler.toml"), "utf8");
  const read = WranglerConfig.parse(parse(shardedConfig(toml, queueShards)));
  const worker = name === PRODUCTION ? read.name : `${read.name}-${name}`;
  const own = (resource: string) => `${worker}-${resource}`;
  const names = new Set([
    ...read.queues.producers.map(({ queue }) => queue),
    ...read.queues.consumers.map(({ queue }) => queue),
  ]);
  const queues = new Map([...names].map((queue) => [queue, own(queue)]));
  const bucket = archiveBucket && own(archiveBucket);
  const dataset = own(read.analytics_engine_datasets[0]?.dataset ?? "").replaceAll("-", "_");
  return {
    name,
    worker,
    queues,
    namespace: own("rules"),
    dataset,
    bucket,
    crons: read.triggers.crons,
    migrationTag: read.migrations.at(-1)?.tag,
    limitsCpu: read.limits !== undefined,
    routes: read.routes.length > 0,
    vars: Object.keys(read.vars),
    config: (namespaceId, choices = {}) =>
      JSON.stringify(
        renamed(read, { worker, queues, dataset, bucket, namespaceId, ...choices }),
        null,
        2,
      ),
  };
}

type Names = Pick<Environment, "worker" | "queues" | "dataset" | "bucket"> &
  DeployChoices & { namespaceId: string | undefined };

/** The destinations take the traces; the account's own store would bill them once more. */
const tracesOf = ({ destinations, ratio }: NonNullable<DeployChoices["traces"]>) => ({
  enabled: true,
  destinations,
  head_sampling_rate: ratio,
  persist: false,
});

/** A route belongs to production alone: another environment answers under workers.dev. */
function renamed(
  read: WranglerConfig,
  { worker, queues, dataset, bucket, namespaceId, ...choices }: Names,
): object {
  const queueOf = (name: string) => queues.get(name) ?? name;
  const { routes, ...rest } = read;
  const { hyperdriveId, placement, traces, bindsAi } = choices;
  return {
    ...rest,
    ...(worker === read.name && routes.length > 0 ? { routes } : {}),
    name: worker,
    main: resolve(ROOT, read.main),
    assets: { ...read.assets, directory: resolve(ROOT, read.assets.directory) },
    queues: {
      producers: read.queues.producers.map((each) => ({ ...each, queue: queueOf(each.queue) })),
      consumers: read.queues.consumers.map((each) => ({
        ...each,
        queue: queueOf(each.queue),
        ...(each.dead_letter_queue && { dead_letter_queue: queueOf(each.dead_letter_queue) }),
      })),
    },
    kv_namespaces: read.kv_namespaces.map((each) => ({
      ...each,
      ...(namespaceId && { id: namespaceId }),
    })),
    ...(traces && { observability: { ...read.observability, traces: tracesOf(traces) } }),
    ...(bindsAi && { ai: { binding: "AI" } }),
    ...(placement && { placement }),
    ...(bucket && { r2_buckets: [archiveBinding(bucket)] }),
    ...(hyperdriveId && { hyperdrive: [{ binding: "HYPERDRIVE", id: hyperdriveId }] }),
    analytics_engine_datasets: read.analytics_engine_datasets.map((each) => ({
      ...each,
      dataset,
    })),
  };
}
