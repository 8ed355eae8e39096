import { CHANNEL_FILTERS, filterOf, settingsOf } from "../channel-options.ts";
import { ask } from "../client.ts";
import { type Command, type Io, UsageError } from "../command.ts";
import { parseOptions } from "../options.ts";
import { table } from "../table.ts";
import { byVerb } from "../verbs.ts";

const USAGE = `stream channels list
stream channels kinds [KIND]
stream channels add KIND NAME [SETTING=VALUE...] [filters] [--at-most-once]
stream channels set ID [SETTING=VALUE...] [filters] [--name NAME] [--rotate-secret]
stream channels test ID
stream channels pause ID | resume ID | mute ID EVENT_KEY | unmute ID EVENT_KEY | remove ID
stream channels encrypt
stream channels preview KIND [SETTING=VALUE...] [--digest]

Channels are the targets of notifications. A value that is valid JSON is read as JSON. Secrets are
stored and never shown again; SETTING=env:NAME takes one from the environment, SETTING=- a line of
stdin, so that it stands in no command. encrypt brings all under the present key.

  --min-score N       only signals of N and above (default: what the rules say)
  --chain, --symbol, --state   only these; several with commas
  --quiet FROM-TO@ZONE         no messages then, e.g. 22:00-07:00@Europe/Berlin; "none" ends it
  --digest-minutes N  one message for all signals of N minutes; 0 sends each at once
  --alerts on|off     whether it is told of alerts on the pipeline itself (docs/alerts.md)
  --at-most-once      never repeat a send whose answer was lost

  npm run -s stream -- channels add telegram team chat_id=-1001234567890 thread_id=7
  npm run -s stream -- channels add webhook backend url=https://example.org/signals
  npm run -s stream -- channels test 1`;

type Channel = {
  id: number;
  kind: string;
  name: string;
  status: string;
  status_reason: string | null;
  off: string | null;
  settings: Record<string, unknown>;
  filter: { muted_events: string[] };
  shown_once?: Record<string, unknown>;
};
type Kind = {
  kind: string;
  title: string;
  docs: string;
  off: string | null;
  settings: { required: string[]; properties: object };
};

const VERBS: Readonly<Record<string, Command["run"]>> = {
  list,
  kinds,
  add,
  set,
  test,
  preview,
  pause: (args, io) => change(args, io, () => ({ status: "paused" })),
  resume: (args, io) => change(args, io, () => ({ status: "active" })),
  mute: (args, io) =>
    change(args, io, (channel) => mutes([...channel.filter.muted_events, eventIn(args)])),
  unmute: (args, io) =>
    change(args, io, (channel) =>
      mutes(channel.filter.muted_events.filter((key) => key !== eventIn(args))),
    ),
  remove,
  encrypt,
};

export const channels: Command = {
  name: "channels",
  summary: "add, test, mute and remove the channels that get notifications",
  usage: USAGE,
  run: byVerb("channels", VERBS, "list"),
};

const mutes = (muted_events: string[]) => ({ filter: { muted_events } });

function eventIn([, eventKey]: string[]): string {
  if (eventKey === undefined) throw new UsageError("name the event by its EVENT_KEY (see events)");
  return eventKey;
}

const read = (io: Io) => ask<{ channels: Channel[]; kinds: Kind[] }>(io, "/channels");
const print = (io: Io, value: unknown, lines: string[]): number => {
  for (const line of io.json ? [JSON.stringify(value)] : lines) io.out(line);
  return 0;
};

async function list(args: string[], io: Io): Promise<number> {
  parseOptions(args, {});
  const { channels } = await read(io);
  const rows = channels.map(({ id, kind, name, status, status_reason, off }) => ({
    id,
    kind,
    name,
    status,
    why: status_reason ?? off,
  }));
  return print(io, channels, table(rows));
}

async function kinds(args: string[], io: Io): Promise<number> {
  const [wanted] = parseOptions(args, {}).positionals;
  const { kinds } = await read(io);
  const found = kinds.filter(({ kind }) => wanted === undefined || kind === wanted);
  if (found.length === 0)
    throw new UsageError(
      `there is no kind ${wanted}; the kinds are ${kinds.map(({ kind }) => kind).join(", ")}`,
    );
  const describe = ({ kind, docs, off, settings }: Kind) => [
    `${kind}${off === null ? "" : ` (off: ${off})`}`,
    ...docs.split("\n").map((line) => `  ${line}`),
    `  settings: ${
      Object.keys(settings.properties)
        .map((name) => (settings.required.includes(name) ? `${name} (needed)` : name))
        .join(", ") || "none"
    }`,
  ];
  return print(io, found, found.flatMap(describe));
}

async function add(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    ...CHANNEL_FILTERS,
    "at-most-once": { type: "boolean", default: false },
  });
  const [kind, name, ...pairs] = positionals;
  if (kind === undefined || name === undefined)
    throw new UsageError("name the KIND of the channel and give it a NAME");
  const body = {
    kind,
    name,
    settings: await settingsOf(pairs, io),
    filter: filterOf(values),
    at_most_once: values["at-most-once"],
  };
  return saved(await ask<Channel>(io, "/channels", { method: "POST", body }), "added", io);
}

async function set(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    ...CHANNEL_FILTERS,
    name: { type: "string" },
    "rotate-secret": { type: "boolean", default: false },
  });
  const [id, ...pairs] = positionals;
  const body = {
    settings: await settingsOf(pairs, io),
    filter: filterOf(values),
    ...(values.name !== undefined && { name: values.name }),
    ...(values["rotate-secret"] && { rotate_secret: true }),
  };
  return saved(await ask<Channel>(io, pathOf(id), { method: "PATCH", body }), "saved", io);
}

function saved(channel: Channel, what: string, io: Io): number {
  const secrets = Object.entries(channel.shown_once ?? {}).map(
    ([name, value]) => `${name}: ${[value].flat().join(", ")}`,
  );
  if (!io.json && secrets.length > 0) io.err("this is shown only once; keep it now:");
  const off = channel.off === null ? [] : [`it is off: ${channel.off}`];
  return print(io, channel, [
    `${what} channel ${channel.id} (${channel.kind}, ${channel.name})`,
    ...secrets,
    ...off,
  ]);
}

function pathOf(id: string | undefined): string {
  if (id === undefined || !/^\d+$/.test(id))
    throw new UsageError("name one channel by its id (see channels list)");
  return `/channels/${id}`;
}

async function change(
  args: string[],
  io: Io,
  patch: (channel: Channel) => object,
): Promise<number> {
  const [id] = parseOptions(args, {}).positionals;
  const path = pathOf(id);
  const channel = (await read(io)).channels.find((known) => known.id === Number(id));
  if (!channel) throw new UsageError(`there is no channel ${id}`);
  return saved(
    await ask<Channel>(io, path, { method: "PATCH", body: patch(channel) }),
    "saved",
    io,
  );
}

async function remove(args: string[], io: Io): Promise<number> {
  const [id] = parseOptions(args, {}).positionals;
  await ask(io, pathOf(id), { method: "DELETE" });
  return print(io, { id: Number(id), removed: true }, [`removed channel ${id}`]);
}

type SealingReport = {
  sealed: string[];
  unchanged: string[];
  locked: { name: string; reason: string }[];
};

/** Exit 1 when a channel's secrets cannot be opened. */
async function encrypt(args: string[], io: Io): Promise<number> {
  parseOptions(args, {});
  const path = "/channels/encrypt";
  const report = await ask<SealingReport>(io, path, { method: "POST", body: {} });
  const { sealed, unchanged, locked } = report;
  print(io, report, [
    ...sealed.map((name) => `encrypted the secrets of ${name}`),
    ...locked.map(({ name, reason }) => `left ${name}: ${reason}`),
    `${sealed.length} encrypted, ${unchanged.length} were already, ${locked.length} locked`,
  ]);
  return locked.length === 0 ? 0 : 1;
}

/** Exit 1 when the channel did not accept the message. */
async function test(args: string[], io: Io): Promise<number> {
  const [id] = parseOptions(args, {}).positionals;
  const result = await ask<{ ok: boolean; result: string; reason: string; ms?: number }>(
    io,
    `${pathOf(id)}/test`,
    {
      method: "POST",
    },
  );
  print(io, result, [
    result.ok ? `sent in ${result.ms} ms` : `not sent (${result.result}): ${result.reason}`,
  ]);
  return result.ok ? 0 : 1;
}

async function preview(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    digest: { type: "boolean", default: false },
  });
  const [kind, ...pairs] = positionals;
  if (kind === undefined) throw new UsageError("name the KIND of the channel");
  const body = { kind, settings: await settingsOf(pairs, io), digest: values.digest };
  const { previews } = await ask<{ previews: { states: string[]; message: unknown }[] }>(
    io,
    "/channels/preview",
    {
      method: "POST",
      body,
    },
  );
  const lines = previews.flatMap(({ states, message }) => [
    `--- ${states.join(", ")}`,
    JSON.stringify(message, null, 2),
  ]);
  return print(io, previews, lines);
}
