import { randomUUID } from "node:crypto";
import type { WorkerScript } from "./account.ts";
import { bodyOf, type CloudCall, type CloudReply, type CloudRoute, done, refuse } from "./reply.ts";
import { scriptOf } from "./versions.ts";

const SCRIPT = "/workers/scripts/:script";
const NO_SCRIPT = refuse(404, 10007, "This Worker does not exist on your account.");
const NO_SERVICE = refuse(404, 10090, "This Worker does not exist on your account.");

const withScript =
  (answer: (script: WorkerScript, call: CloudCall) => CloudReply, missing = NO_SCRIPT) =>
  (call: CloudCall): CloudReply => {
    const script = scriptOf(call);
    return script ? answer(script, call) : missing;
  };

/** Removes the Worker; its objects go with `?force=true` alone. */
function remove(script: WorkerScript, { account, query }: CloudCall): CloudReply {
  const consumed = [...account.queues.values()].some(({ consumers }) =>
    consumers.some((consumer) => consumer.script === script.name),
  );
  if (consumed) return refuse(400, 10064, "script still in use as a consumer for a queue");
  const objects = [...account.objects].filter(([, each]) => each.script === script.name);
  if (objects.length > 0 && query.get("force") !== "true")
    return refuse(400, 10064, "script has Durable Object namespaces; delete it with force");
  for (const [id] of objects) account.objects.delete(id);
  account.scripts.delete(script.name);
  return done();
}

function subdomainOf(script: WorkerScript, { account }: CloudCall): CloudReply {
  const url = `https://${script.name}.${account.subdomain}.workers.dev`;
  return done({ ...script.subdomain, ...(account.subdomain === null ? {} : { url }) });
}

function setSubdomain(script: WorkerScript, call: CloudCall): CloudReply {
  if (call.account.subdomain === null)
    return refuse(404, 10063, "You need a workers.dev subdomain in order to proceed.");
  const { enabled, previews_enabled } = bodyOf(call);
  script.subdomain = {
    enabled: enabled === true,
    previews_enabled: previews_enabled === true,
  };
  return subdomainOf(script, call);
}

function setCrons(script: WorkerScript, { body }: CloudCall): CloudReply {
  const crons = JSON.parse(body.toString("utf8")) as { cron: string }[];
  script.crons = crons.map(({ cron }) => cron);
  return done({ schedules: script.crons.map((cron) => ({ cron })) });
}

/** Beside versions: what `triggers deploy`, `delete`, `tail` and the checks before an upload ask. */
export const SCRIPT_ROUTES: readonly CloudRoute[] = [
  {
    method: "GET",
    path: "/workers/scripts",
    answer: ({ account }) =>
      done(
        [...account.scripts.values()].map(({ name, tag, createdOn, migrationTag }) => ({
          id: name,
          tag,
          created_on: createdOn,
          modified_on: createdOn,
          migration_tag: migrationTag,
        })),
      ),
  },
  {
    method: "GET",
    path: "/workers/services/:script",
    answer: withScript(({ name, tag, migrationTag, settings }) => {
      const script = {
        id: name,
        tag,
        tags: settings.tags ?? null,
        migration_tag: migrationTag,
        last_deployed_from: "wrangler",
      };
      const environment = { environment: "production", script };
      return done({ id: name, default_environment: environment });
    }, NO_SERVICE),
  },
  { method: "DELETE", path: "/workers/services/:script", answer: withScript(remove, NO_SERVICE) },
  {
    method: "GET",
    path: "/workers/workers/:script",
    answer: withScript(({ name, tag, subdomain }) => done({ id: tag, name, subdomain })),
  },
  {
    method: "GET",
    path: `${SCRIPT}/references`,
    answer: withScript(() => done({ services: { incoming: [], outgoing: [] } })),
  },
  { method: "GET", path: "/workers/tails/by-consumer/:script", answer: () => done([]) },
  { method: "GET", path: `${SCRIPT}/subdomain`, answer: withScript(subdomainOf) },
  { method: "POST", path: `${SCRIPT}/subdomain`, answer: withScript(setSubdomain) },
  {
    method: "GET",
    path: `${SCRIPT}/schedules`,
    answer: withScript(({ crons }) => done({ schedules: crons.map((cron) => ({ cron })) })),
  },
  { method: "PUT", path: `${SCRIPT}/schedules`, answer: withScript(setCrons) },
  {
    method: "PATCH",
    path: `${SCRIPT}/script-settings`,
    answer: withScript((script, call) => {
      Object.assign(script.settings, bodyOf(call));
      return done(script.settings);
    }),
  },
  {
    method: "POST",
    path: `${SCRIPT}/tails`,
    answer: withScript((script, { base, now }) => {
      const id = randomUUID();
      script.tails.push(id);
      const url = `${base.replace("http", "ws")}/tails/${id}`;
      return done({ id, url, expires_at: new Date(Date.parse(now) + 3_600_000).toISOString() });
    }),
  },
  {
    method: "DELETE",
    path: `${SCRIPT}/tails/:tail`,
    answer: withScript((script, { params }) => {
      script.tails = script.tails.filter((id) => id !== params.tail);
      return done();
    }),
  },
];
