import { ask } from "../client.ts";
import { type Command, type Io, UsageError } from "../command.ts";
import { parseOptions, wholeNumber } from "../options.ts";
import { table } from "../table.ts";

const USAGE = `stream keys create NAME --scope SCOPE[,SCOPE] [--source NAME]... [--expires TIME]
                   [--limit N]
stream keys list
stream keys revoke ID

API keys (needs a key with the scope admin). A new key is shown once and stored only as a hash.

  --scope     read (events, signals), operations (channels, outbox, dead letters, rules),
              ingest, write or admin; several with commas
  --source    binds an ingest key to this source: it posts in no other name; several times for
              several. Without it, a key posts as every source that is not polled here
  --expires   when it stops working, e.g. 2027-01-01T00:00:00Z (default never)
  --limit     requests a minute (default unlimited)

  npm run -s stream -- keys create collector --scope ingest --source telegram --limit 600`;

type Key = {
  id: string;
  name: string;
  scopes: string[];
  sources: string[] | null;
  limit_per_minute: number | null;
  expires_at: string | null;
  revoked_at: string | null;
};

export const keys: Command = {
  name: "keys",
  summary: "create, list and revoke API keys",
  usage: USAGE,
  async run([verb, ...args], io) {
    if (verb === "create") return create(args, io);
    if (verb === "list") return list(args, io);
    if (verb === "revoke") return revoke(args, io);
    throw new UsageError(
      verb === undefined ? "use create, list or revoke" : `there is no "keys ${verb}"`,
    );
  },
};

async function create(args: string[], io: Io): Promise<number> {
  const string = { type: "string" } as const;
  const { values, positionals } = parseOptions(args, {
    scope: string,
    source: { type: "string", multiple: true },
    expires: string,
    limit: string,
  });
  const [name] = positionals;
  if (name === undefined || positionals.length > 1) throw new UsageError("a key needs one name");
  if (values.scope === undefined) throw new UsageError("a key needs --scope");
  const body = {
    name,
    scopes: values.scope.split(","),
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
    ({ id, name, scopes, sources, limit_per_minute, expires_at, revoked_at }) => ({
      id,
      name,
      scopes: scopes.join(","),
      sources: sources?.join(",") ?? null,
      "per minute": limit_per_minute,
      expires: expires_at,
      revoked: revoked_at,
    }),
  );
  for (const line of io.json ? [JSON.stringify(keys)] : table(rows)) io.out(line);
  return 0;
}

async function revoke(args: string[], io: Io): Promise<number> {
  const { positionals } = parseOptions(args, {});
  const [id] = positionals;
  if (id === undefined || positionals.length > 1) throw new UsageError("name one key by its id");
  await ask(io, `/keys/${encodeURIComponent(id)}`, { method: "DELETE" });
  io.out(io.json ? JSON.stringify({ id, revoked: true }) : `revoked ${id}`);
  return 0;
}
