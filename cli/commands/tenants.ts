import { snakeCase } from "../../src/kit/case.ts";
import { nearestName } from "../../src/kit/nearest-name.ts";
import { QUOTA_NAMES } from "../../src/model/tenant.ts";
import { ask } from "../client.ts";
import { type Command, type Io, UsageError } from "../command.ts";
import { parseOptions, wholeNumber } from "../options.ts";
import { table } from "../table.ts";
import { byVerb } from "../verbs.ts";

const NAMES = QUOTA_NAMES.map(snakeCase);

const USAGE = `stream tenants [list]
stream tenants create NAME
stream tenants show NAME
stream tenants set NAME --quota QUOTA=NUMBER [--quota ...]
stream tenants remove NAME

Groups of people who share this server and see nothing of each other: each has its own keys,
channels, routes, mutes, deliveries, dead letters and audit log. Events, signals, posts, rules and
lists are the same for all (docs/tenants.md). Needs an admin key of the operators. NAME has small
letters, digits and "-". remove revokes its keys and removes its channels; its name is not free
again. show says what it may use, and has used. QUOTA is one of ${NAMES.join(", ")};
the number none takes a limit away.

  npm run -s stream -- tenants create acme
  npm run -s stream -- keys create boss --scope admin --tenant acme
  npm run -s stream -- tenants set acme --quota channels=20 --quota notifications_per_day=1000`;

type Quota = { name: string; limit: number | null; used: number | null; resets_at: string | null };
type Tenant = { name: string; created_at: string; channels: number; keys: number };

export const tenants: Command = {
  name: "tenants",
  summary: "list, create and remove tenants, and say what they may use",
  usage: USAGE,
  run: byVerb("tenants", { list, create, show, set, remove }, "list"),
};

async function list(args: string[], io: Io): Promise<number> {
  parseOptions(args, {});
  const { tenants: found } = await ask<{ tenants: Tenant[] }>(io, "/tenants");
  const rows = found.map(({ name, created_at, channels, keys }) => ({
    ...{ name, created: created_at, channels, keys },
  }));
  for (const line of io.json ? [JSON.stringify(found)] : table(rows)) io.out(line);
  return 0;
}

async function create(args: string[], io: Io): Promise<number> {
  const name = nameIn(args);
  const made = await ask<object>(io, "/tenants", { method: "POST", body: { name } });
  io.out(io.json ? JSON.stringify(made) : `created ${name}`);
  return 0;
}

async function show(args: string[], io: Io): Promise<number> {
  const path = `/tenants/${encodeURIComponent(nameIn(args))}`;
  write(await ask<{ quotas: Quota[] }>(io, path), io);
  return 0;
}

async function set(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    quota: { type: "string", multiple: true, default: [] },
  });
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0) throw new UsageError("name one tenant");
  if (values.quota.length === 0) throw new UsageError("give a --quota, such as channels=20");
  const body = Object.fromEntries(values.quota.map(quotaIn));
  const path = `/tenants/${encodeURIComponent(name)}/quota`;
  write(await ask<{ quotas: Quota[] }>(io, path, { method: "PATCH", body }), io);
  return 0;
}

/** `channels=20`, or `channels=none`. */
function quotaIn(text: string): [name: string, limit: number | null] {
  const [, name = "", limit = ""] = /^([^=]*)=(.*)$/.exec(text) ?? [];
  if (!NAMES.includes(name)) {
    const near = nearestName(name, NAMES);
    const hint = near ? `did you mean ${near}?` : `there are ${NAMES.join(", ")}`;
    throw new UsageError(`there is no quota ${JSON.stringify(name || text)}; ${hint}`);
  }
  return [name, limit === "none" ? null : wholeNumber(`quota ${name}`, limit, 0, 100_000_000)];
}

function write(shown: { quotas: Quota[] }, io: Io): void {
  const rows = shown.quotas.map(({ name, limit, used, resets_at }) => ({
    ...{ quota: name, limit: limit ?? "none", used, resets: resets_at },
  }));
  for (const line of io.json ? [JSON.stringify(shown)] : table(rows)) io.out(line);
}

async function remove(args: string[], io: Io): Promise<number> {
  const name = nameIn(args);
  await ask(io, `/tenants/${encodeURIComponent(name)}`, { method: "DELETE" });
  io.out(io.json ? JSON.stringify({ name, removed: true }) : `removed ${name}`);
  return 0;
}

function nameIn(args: string[]): string {
  const [name, ...more] = parseOptions(args, {}).positionals;
  if (name === undefined || more.length > 0) throw new UsageError("name one tenant");
  return name;
}
