import { randomUUID } from "node:crypto";
import {
  type CloudAccount,
  deployWhole,
  type WorkerScript,
  type WorkerVersion,
} from "./account.ts";
import {
  bodyOf,
  type CloudCall,
  type CloudReply,
  type CloudRoute,
  done,
  page,
  refuse,
} from "./reply.ts";
import { migrateObjects, readUpload } from "./upload.ts";

const SCRIPT = "/workers/scripts/:script";
const NO_SCRIPT = refuse(404, 10007, "This Worker does not exist on your account.");

export const scriptOf = ({ account, params }: CloudCall): WorkerScript | undefined =>
  account.scripts.get(params.script ?? "");

/** A version as the API shows it: never the value of a secret. */
function shown(version: WorkerVersion, account: CloudAccount) {
  const bindings = version.bindings.map(({ type, name, text, ...rest }) =>
    type === "secret_text" ? { type, name } : { type, name, ...(text ? { text } : {}), ...rest },
  );
  return {
    id: version.id,
    number: version.number,
    metadata: {
      created_on: version.createdOn,
      modified_on: version.createdOn,
      source: "wrangler",
      author_email: account.email,
      author_id: "ada",
    },
    annotations: version.annotations,
    resources: {
      bindings,
      script: { etag: version.etag, handlers: ["fetch", "scheduled", "queue"] },
      script_runtime: {
        compatibility_date: version.compatibilityDate,
        usage_model: "standard",
        limits: version.limits,
        migration_tag: version.migrationTag,
      },
    },
    startup_time_ms: 60,
  };
}

function newScript(name: string, now: string): WorkerScript {
  return {
    name,
    tag: randomUUID().replaceAll("-", ""),
    createdOn: now,
    migrationTag: undefined,
    versions: [],
    deployments: [],
    crons: [],
    subdomain: { enabled: false, previews_enabled: false },
    settings: {},
    tails: [],
  };
}

/** PUT of a script: a new version that is live at once, with its migrations. */
async function putScript(call: CloudCall): Promise<CloudReply> {
  const { account, now } = call;
  const upload = await readUpload(call, scriptOf(call));
  if (!("version" in upload)) return upload;
  const script = scriptOf(call) ?? newScript(call.params.script ?? "", now);
  const refused = migrateObjects(account, script, upload);
  if (refused) return refused;
  const { version } = upload;
  version.migrationTag = script.migrationTag;
  account.scripts.set(script.name, script);
  script.versions.push(version);
  deployWhole(script, version, now);
  return done({
    id: script.name,
    tag: script.tag,
    etag: version.etag,
    deployment_id: version.id.replaceAll("-", ""),
    startup_time_ms: 60,
    available_on_subdomain: script.subdomain.enabled,
  });
}

/** POST of a version: kept beside the live one; it may not bring a migration of objects. */
async function postVersion(call: CloudCall): Promise<CloudReply> {
  const script = scriptOf(call);
  if (!script) return NO_SCRIPT;
  const upload = await readUpload(call, script);
  if (!("version" in upload)) return upload;
  if (upload.metadata.migrations)
    return refuse(
      400,
      10211,
      "Versions that contain Durable Object migrations cannot be uploaded; use `wrangler deploy`.",
    );
  const refused = migrateObjects(call.account, script, upload);
  if (refused) return refused;
  script.versions.push(upload.version);
  return done(shown(upload.version, call.account));
}

type Share = { version_id: string; percentage: number };

function postDeployment(call: CloudCall): CloudReply {
  const script = scriptOf(call);
  if (!script) return NO_SCRIPT;
  const { versions, annotations } = bodyOf(call) as {
    versions: Share[];
    annotations?: Record<string, string>;
  };
  const known = versions.every(({ version_id }) =>
    script.versions.some(({ id }) => id === version_id),
  );
  if (!known) return refuse(400, 10203, "Version does not exist.");
  const sum = versions.reduce((total, { percentage }) => total + percentage, 0);
  if (versions.length > 2 || sum !== 100)
    return refuse(400, 10206, "One or two versions share 100 percent.");
  const deployment = {
    id: randomUUID(),
    createdOn: call.now,
    annotations: { "workers/triggered_by": "deployment", ...annotations },
    versions,
  };
  script.deployments.push(deployment);
  return done({ id: deployment.id });
}

const deploymentShown = (account: CloudAccount) => (each: WorkerScript["deployments"][number]) => ({
  id: each.id,
  source: "wrangler",
  strategy: "percentage",
  author_email: account.email,
  annotations: each.annotations,
  versions: each.versions,
  created_on: each.createdOn,
});

/** A change of secrets makes a version, which goes live at once when the latest one is live. */
function patchSecrets(call: CloudCall): CloudReply {
  const script = scriptOf(call);
  const before = script?.versions.at(-1);
  if (!script || !before) return NO_SCRIPT;
  const live = script.deployments.at(-1)?.versions ?? [];
  if (live.length !== 1 || live[0]?.version_id !== before.id)
    return refuse(400, 10215, "The latest version of your Worker isn't currently deployed.");
  const { secrets } = bodyOf(call) as { secrets: Record<string, { text: string } | null> };
  const kept = before.bindings.filter(({ name }) => !(name in secrets));
  const fresh = Object.entries(secrets).flatMap(([name, secret]) =>
    secret === null ? [] : [{ type: "secret_text", name, text: secret.text }],
  );
  const version: WorkerVersion = {
    ...before,
    id: randomUUID(),
    number: before.number + 1,
    createdOn: call.now,
    annotations: { "workers/triggered_by": "secret" },
    bindings: [...kept, ...fresh],
  };
  script.versions.push(version);
  deployWhole(script, version, call.now);
  return done(fresh.map(({ name, type }) => ({ name, type })));
}

const withScript =
  (answer: (script: WorkerScript, call: CloudCall) => CloudReply) =>
  (call: CloudCall): CloudReply => {
    const script = scriptOf(call);
    return script ? answer(script, call) : NO_SCRIPT;
  };

export const VERSION_ROUTES: readonly CloudRoute[] = [
  { method: "PUT", path: SCRIPT, answer: putScript },
  { method: "POST", path: `${SCRIPT}/versions`, answer: postVersion },
  {
    method: "GET",
    path: `${SCRIPT}/versions`,
    answer: withScript(({ versions }, { account, query }) => {
      const listed = page(
        versions.toReversed().map((version) => shown(version, account)),
        query,
      );
      return { ...listed, result: { items: listed.result } };
    }),
  },
  {
    method: "GET",
    path: `${SCRIPT}/versions/:version`,
    answer: withScript(({ versions }, { account, params }) => {
      const found = versions.find(({ id }) => id === params.version);
      return found ? done(shown(found, account)) : refuse(404, 10203, "Version does not exist.");
    }),
  },
  {
    method: "GET",
    path: `${SCRIPT}/deployments`,
    answer: withScript(({ deployments }, { account }) =>
      done({ deployments: deployments.toReversed().map(deploymentShown(account)) }),
    ),
  },
  { method: "POST", path: `${SCRIPT}/deployments`, answer: postDeployment },
  {
    method: "GET",
    path: `${SCRIPT}/secrets`,
    answer: withScript(({ versions }) =>
      done(
        (versions.at(-1)?.bindings ?? [])
          .filter(({ type }) => type === "secret_text")
          .map(({ name, type }) => ({ name, type })),
      ),
    ),
  },
  { method: "PATCH", path: `${SCRIPT}/secrets-bulk`, answer: patchSecrets },
  {
    method: "GET",
    path: `${SCRIPT}/settings`,
    answer: withScript((script, { account }) => {
      const { resources } = shown(script.versions.at(-1) as WorkerVersion, account);
      return done({ bindings: resources.bindings, ...resources.script_runtime });
    }),
  },
];
