import { ask } from "../client.ts";
import { type Command, type Io, UsageError } from "../command.ts";
import { parseOptions } from "../options.ts";
import { table } from "../table.ts";
import { byVerb } from "../verbs.ts";

const USAGE = `stream tenants [list]
stream tenants create NAME
stream tenants remove NAME

Groups of people who share this server and see nothing of each other: each has its own keys,
channels, mutes, deliveries, dead letters and audit log. Events, signals, posts, rules and lists are
the same for all (docs/tenants.md). Needs an admin key of the operators. NAME has small letters,
digits and "-". remove revokes its keys and removes its channels; its name is not free again.

  npm run -s stream -- tenants create acme
  npm run -s stream -- keys create boss --scope admin --tenant acme`;

type Tenant = { name: string; created_at: string; channels: number; keys: number };

export const tenants: Command = {
  name: "tenants",
  summary: "list, create and remove tenants",
  usage: USAGE,
  run: byVerb("tenants", { list, create, remove }, "list"),
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
