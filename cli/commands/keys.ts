import { ask } from "../client.ts";
import { type Command, type Io, UsageError } from "../command.ts";
import { parseOptions, span, wholeNumber } from "../options.ts";
import { table } from "../table.ts";
import { byVerb } from "../verbs.ts";

const USAGE = `stream keys create NAME --scope SCOPE[,SCOPE] [--source NAME]... [--expires TIME]
                   [--limit N] [--tenant NAME]
stream keys [list]
stream keys set KEY [--name NAME] [--scope SCOPE[,SCOPE]] [--source NAME]... [--expires TIME]
                [--limit N]
stream keys rotate KEY [--overlap SPAN]
stream keys revoke KEY

KEY is an id, or a name that one key has.

API keys (needs a key with the scope admin). A new key is shown once and stored only as a hash.

  --scope     read (events, signals), operations (channels, outbox, dead letters, rules),
              ingest, write or admin; several with commas
  --source    binds an ingest key to this source: it posts in no other name; several times for
              several. Without it, a key posts as every source that is not polled here
  --expires   when it stops working, e.g. 2027-01-01T00:00:00Z (default never; "never" unsets it)
  --limit     requests a minute (default unlimited; "none" unsets it)
  --tenant    whose rows it reads and changes (default: those of the key that makes it)
  --overlap   how long the old key works beside the new one: 90s, 30m, 24h, 7d (default 24h)

  npm run -s stream -- keys create collector --scope ingest --source telegram --limit 600`;

type Key = {
  id: string;
  tenant: string;
  name: string;
  scopes: string[];
  sources: string[] | null;
  limit_per_minute: number | null;
  expires_at: string | null;
  revoked_at: string | null;
  last_used_at?: string | null;
};

export const keys: Command = {
  name: "keys",
  summary: "create, list, change, rotate and revoke API keys",
  usage: USAGE,
  run: byVerb("keys", { create, list, set, rotate, revoke }, "list"),
};

async function create(args: string[], io: Io): Promise<number> {
  const string = { type: "string" } as const;
  const { values, positionals } = parseOptions(args, {
    scope: string,
    source: { type: "string", multiple: true },
    expires: string,
    limit: string,
    tenant: string,
  });
  const [name] = positionals;
  if (name === undefined || positionals.length > 1) throw new UsageError("a key needs one name");
  if (values.scope === undefined) throw new UsageError("a key needs --scope");
  const body = {
    name,
    scopes: values.scope.split(","),
    ...(values.tenant !== undefined && { tenant: values.tenant }),
    ...(values.source !== undefined && { sources: values.source }),
    ...(values.expires !== undefined && { expires_at: values.expires }),
    ...(values.limit !== undefined && {
      limit_per_minute: wholeNumber("limit", values.limit, 1, 1_000_000),
    }),
  };
  const made = await ask<Key & { key: string }>(io, "/keys", { method: "POST", body });
  io.out(io.json ? JSON.stringify(made) : made.key);
  if (!io.json)
    io.err(`key ${made.id} (${made.scopes.join(", ")}): this is shown only once; keep it now`);
  return 0;
}

async function list(args: string[], io: Io): Promise<number> {
  parseOptions(args, {});
  const { keys } = await ask<{ keys: Key[] }>(io, "/keys");
  const rows = keys.map(
    ({ id, name, tenant, scopes, sources, limit_per_minute: limit, ...times }) => ({
      id,
      name,
      tenant,
      scopes: scopes.join(","),
      sources: sources?.join(",") ?? null,
      "per minute": limit,
      expires: times.expires_at,
      "last used": times.last_used_at,
      revoked: times.revoked_at,
    }),
  );
  for (const line of io.json ? [JSON.stringify(keys)] : table(rows)) io.out(line);
  return 0;
}

async function set(args: string[], io: Io): Promise<number> {
  const string = { type: "string" } as const;
  const { values, positionals } = parseOptions(args, {
    name: string,
    scope: string,
    source: { type: "string", multiple: true },
    expires: string,
    limit: string,
  });
  const { name, scope, source, expires, limit } = values;
  const body = {
    ...(name !== undefined && { name }),
    ...(scope !== undefined && { scopes: scope.split(",") }),
    ...(source !== undefined && { sources: source }),
    ...(expires !== undefined && { expires_at: expires === "never" ? null : expires }),
    ...(limit !== undefined && {
      limit_per_minute: limit === "none" ? null : wholeNumber("limit", limit, 1, 1_000_000),
    }),
  };
  if (Object.keys(body).length === 0) throw new UsageError("name what to change");
  const id = await idOf(positionals, io);
  const changed = await ask<Key>(io, `/keys/${id}`, { method: "PATCH", body });
  io.out(io.json ? JSON.stringify(changed) : `changed ${id}`);
  return 0;
}

async function rotate(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    overlap: { type: "string", default: "24h" },
  });
  const body = { overlap_seconds: Math.round(span("overlap", values.overlap) / 1000) };
  const id = await idOf(positionals, io);
  type Rotated = Key & { key: string; overlap_until: string };
  const made = await ask<Rotated>(io, `/keys/${id}/rotate`, { method: "POST", body });
  io.out(io.json ? JSON.stringify(made) : made.key);
  if (!io.json)
    io.err(
      `key ${made.id} replaces ${id}, which works until ${made.overlap_until}; ` +
        "this is shown only once; keep it now",
    );
  return 0;
}

/** The id of the one key that is meant: by its id, or by a name that is in use once. */
async function idOf(positionals: string[], io: Io): Promise<string> {
  const [given] = positionals;
  if (given === undefined || positionals.length > 1)
    throw new UsageError("name one key by its id or name");
  const { keys } = await ask<{ keys: Key[] }>(io, "/keys");
  if (keys.some(({ id }) => id === given)) return encodeURIComponent(given);
  const usable = ({ revoked_at, expires_at }: Key) =>
    revoked_at === null && (expires_at === null || Date.parse(expires_at) > Date.now());
  const named = keys.filter((key) => key.name === given && usable(key));
  const [only, second] = named;
  if (second !== undefined)
    throw new UsageError(
      `${named.length} keys are called ${given}: name one by its id ` +
        `(${named.map(({ id }) => id).join(", ")})`,
    );
  return encodeURIComponent(only?.id ?? given);
}

async function revoke(args: string[], io: Io): Promise<number> {
  const id = await idOf(parseOptions(args, {}).positionals, io);
  await ask(io, `/keys/${id}`, { method: "DELETE" });
  io.out(io.json ? JSON.stringify({ id, revoked: true }) : `revoked ${id}`);
  return 0;
}
