import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { Binding, CloudAccount, WorkerScript, WorkerVersion } from "./account.ts";
import { type CloudCall, type CloudReply, refuse } from "./reply.ts";

type Migrations = { old_tag?: string; new_tag?: string; tag?: string; steps?: MigrationStep[] };
type MigrationStep = { new_classes?: string[]; new_sqlite_classes?: string[] };
type Metadata = {
  main_module?: string;
  bindings?: Binding[];
  keep_bindings?: string[];
  migrations?: Migrations & MigrationStep;
  limits?: { cpu_ms?: number };
  cache_options?: { enabled?: boolean };
  placement?: Record<string, unknown>;
  annotations?: Record<string, string>;
  compatibility_date?: string;
  assets?: { jwt?: string };
};

export type Upload = { metadata: Metadata; version: WorkerVersion };

const MEGABYTE = 1_048_576;
/** https://developers.cloudflare.com/workers/platform/limits/, read in November 2026. */
const LIMITS = {
  free: { variables: 64, bytes: 64 * MEGABYTE },
  paid: { variables: 128, bytes: 64 * MEGABYTE },
};
const VARIABLE_BYTES = 5 * 1024;

/** Reads the form that wrangler sends. A version that breaks a limit or a reference is refused. */
export async function readUpload(
  call: CloudCall,
  script: WorkerScript | undefined,
): Promise<Upload | CloudReply> {
  const { body, contentType } = call;
  const form = await new Response(new Uint8Array(body), {
    headers: { "content-type": contentType },
  }).formData();
  const metadata = JSON.parse(await textOf(form.get("metadata"))) as Metadata;
  const modules = [...form].flatMap(([name, part]) =>
    name === "metadata" || typeof part === "string"
      ? []
      : [{ name: part.name, bytes: part.size, type: part.type }],
  );
  const bindings = mergeBindings(metadata, script?.versions.at(-1));
  const version: WorkerVersion = {
    id: randomUUID(),
    number: (script?.versions.length ?? 0) + 1,
    createdOn: call.now,
    annotations: { "workers/triggered_by": "upload", ...metadata.annotations },
    bindings,
    modules,
    etag: createHash("sha256").update(body).digest("hex"),
    compatibilityDate: metadata.compatibility_date ?? "",
    limits: metadata.limits,
    cache: metadata.cache_options,
    placement: metadata.placement,
    migrationTag: script?.migrationTag,
  };
  return (
    moduleProblem(metadata, version, call.account) ??
    planProblem(metadata, version, call.account) ??
    bindings.map((binding) => bindingProblem(binding, call.account)).find(Boolean) ?? {
      metadata,
      version,
    }
  );
}

const textOf = async (part: File | string | null): Promise<string> =>
  part === null ? "{}" : typeof part === "string" ? part : part.text();

/** `keep_bindings` names the types that are taken over from the version before. */
function mergeBindings(metadata: Metadata, before: WorkerVersion | undefined): Binding[] {
  const given = metadata.bindings ?? [];
  const own = given.flatMap((binding): Binding[] => {
    if (binding.type !== "inherit") return [binding];
    return before?.bindings.filter(({ name }) => name === binding.name) ?? [];
  });
  const kept = (before?.bindings ?? []).filter(
    ({ type, name }) =>
      metadata.keep_bindings?.includes(type) && !given.some((each) => each.name === name),
  );
  return [...own, ...kept];
}

function moduleProblem(
  { main_module: main }: Metadata,
  { modules }: WorkerVersion,
  { plan }: CloudAccount,
): CloudReply | undefined {
  if (!modules.some(({ name }) => name === main))
    return refuse(400, 10021, `No such module "${main}".`);
  const bytes = modules
    .filter(({ type }) => type !== "application/source-map")
    .reduce((sum, each) => sum + each.bytes, 0);
  return bytes > LIMITS[plan].bytes
    ? refuse(400, 10027, "Your Worker exceeded the size limit of 64 MiB.")
    : undefined;
}

function planProblem(
  { limits }: Metadata,
  { bindings }: WorkerVersion,
  { plan, id }: CloudAccount,
): CloudReply | undefined {
  if (plan === "free" && limits?.cpu_ms !== undefined)
    return refuse(
      400,
      100328,
      "CPU limits are not supported for the Free plan. Switch to a paid plan at " +
        `https://dash.cloudflare.com/${id}/workers/plans to set CPU limits.`,
    );
  const variables = bindings.filter(({ type }) => /^(plain_text|secret_text|json)$/.test(type));
  if (variables.length > LIMITS[plan].variables)
    return refuse(
      400,
      10058,
      `A Worker may have at most ${LIMITS[plan].variables} environment variables.`,
    );
  const large = variables.find(
    ({ text }) => typeof text === "string" && Buffer.byteLength(text) > VARIABLE_BYTES,
  );
  return large
    ? refuse(400, 10054, `Environment variable ${large.name} exceeds the limit of 5 KB.`)
    : undefined;
}

function bindingProblem(binding: Binding, account: CloudAccount): CloudReply | undefined {
  const { type, name } = binding;
  if (type === "analytics_engine" && !account.analyticsEngine)
    return refuse(
      400,
      10089,
      "You need to enable Analytics Engine. Head to the Cloudflare Dashboard to enable: " +
        `https://dash.cloudflare.com/${account.id}/workers/analytics-engine`,
    );
  if (type === "queue" && !account.queues.has(String(binding.queue_name)))
    return refuse(400, 11000, `Queue "${binding.queue_name}" of ${name} does not exist.`);
  if (type === "hyperdrive" && !account.hyperdrives.has(String(binding.id)))
    return refuse(400, 10217, `Hyperdrive config ${binding.id} not found`);
  if (type === "kv_namespace" && !account.namespaces.has(String(binding.namespace_id)))
    return refuse(400, 10041, `KV namespace '${binding.namespace_id}' not found.`);
  if (type === "r2_bucket" && !account.buckets.has(String(binding.bucket_name)))
    return refuse(400, 10085, `R2 bucket '${binding.bucket_name}' not found.`);
  return undefined;
}

/** Makes the classes of the Durable Objects that this upload introduces. */
export function migrateObjects(
  account: CloudAccount,
  script: WorkerScript,
  { metadata }: Upload,
): CloudReply | undefined {
  const { migrations } = metadata;
  if (migrations) {
    if (migrations.old_tag !== undefined && migrations.old_tag !== script.migrationTag)
      return refuse(
        400,
        10079,
        `Migration tag precondition failed; the current tag is '${script.migrationTag ?? ""}'.`,
      );
    for (const step of migrations.steps ?? [migrations]) {
      if (account.plan === "free" && (step.new_classes?.length ?? 0) > 0)
        return refuse(
          400,
          10097,
          "In order to use Durable Objects with a free plan, you must create a namespace using a " +
            "`new_sqlite_classes` migration.",
        );
      addClasses(account, script.name, step.new_classes ?? [], false);
      addClasses(account, script.name, step.new_sqlite_classes ?? [], true);
    }
    script.migrationTag = migrations.new_tag ?? migrations.tag;
  }
  return objectProblem(account, script.name, metadata.bindings ?? []);
}

function addClasses(
  { objects }: CloudAccount,
  script: string,
  classes: string[],
  useSqlite: boolean,
): void {
  for (const name of classes)
    objects.set(randomBytes(16).toString("hex"), { script, class: name, useSqlite });
}

function objectProblem(
  { objects }: CloudAccount,
  script: string,
  bindings: Binding[],
): CloudReply | undefined {
  const made = [...objects.values()].filter((each) => each.script === script);
  const missing = bindings.find(
    ({ type, class_name }) =>
      type === "durable_object_namespace" && !made.some((each) => each.class === class_name),
  );
  return missing
    ? refuse(
        400,
        10061,
        `Cannot create binding for class '${missing.class_name}' because it is not currently ` +
          "configured to implement Durable Objects.",
      )
    : undefined;
}
