import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { nearestName } from "../src/kit/nearest-name.ts";
import { ServerError } from "./client.ts";
import { type Command, type Io, UsageError } from "./command.ts";
import { alerts } from "./commands/alerts.ts";
import { archive } from "./commands/archive.ts";
import { audit } from "./commands/audit.ts";
import { auditLog } from "./commands/audit-log.ts";
import { backup } from "./commands/backup.ts";
import { channels } from "./commands/channels.ts";
import { checkKeys } from "./commands/check-keys.ts";
import { cost } from "./commands/cost.ts";
import { dead } from "./commands/dead.ts";
import { events } from "./commands/events.ts";
import { keys } from "./commands/keys.ts";
import { label } from "./commands/label.ts";
import { mutes } from "./commands/mutes.ts";
import { outbox } from "./commands/outbox.ts";
import { post } from "./commands/post.ts";
import { restore } from "./commands/restore.ts";
import { routes } from "./commands/routes.ts";
import { rules } from "./commands/rules.ts";
import { run } from "./commands/run.ts";
import { signals } from "./commands/signals.ts";
import { providers, sources, trigger } from "./commands/sources.ts";
import { tail } from "./commands/tail.ts";
import { telegram } from "./commands/telegram.ts";
import { tenants } from "./commands/tenants.ts";

const COMMANDS: Command[] = [
  run,
  post,
  events,
  signals,
  tail,
  rules,
  routes,
  channels,
  mutes,
  outbox,
  dead,
  alerts,
  audit,
  auditLog,
  archive,
  keys,
  tenants,
  label,
  sources,
  providers,
  trigger,
  telegram,
  checkKeys,
  cost,
  backup,
  restore,
];
const LOCAL_URL = "http://127.0.0.1:8787";
const STACK_FILE = join(import.meta.dirname, "..", ".local", "stack.json");

const USAGE = `npm run -s stream -- COMMAND [options]

${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`).join("\n")}

  --url URL   the server (default: STREAM_URL, else the one that "npm start" runs here)
  --key KEY   its key (default: STREAM_KEY, else the local admin key)
  --json      machine-readable output where a command prints tables
  --help      this text, or that of a command

Exit code: 0 ok, 1 the check failed or the server refused, 2 wrong usage.`;

type CommandLine = {
  command: string | undefined;
  args: string[];
  url?: string;
  key?: string;
  json: boolean;
  help: boolean;
};

/** Takes out the options that every command has; the rest belongs to the command. */
function parseCommandLine(argv: string[]): CommandLine {
  const rest: string[] = [];
  const found: CommandLine = { command: undefined, args: rest, json: false, help: false };
  for (let at = 0; at < argv.length; at++) {
    const [word = "", inline] = (argv[at] ?? "").split(/=(.*)/s);
    if (word === "--json") found.json = true;
    else if (word === "--help" || word === "-h") found.help = true;
    else if (word === "--url" || word === "--key") {
      const value = inline ?? argv[++at];
      if (value === undefined) throw new UsageError(`${word} needs a value`);
      found[word === "--url" ? "url" : "key"] = value;
    } else if (found.command === undefined && !word.startsWith("-")) found.command = word;
    else rest.push(argv[at] ?? "");
  }
  // "stream help rules", as many tools have it.
  return found.command === "help" ? { ...found, command: rest[0], help: true } : found;
}

const Stack = z.object({ url: z.string(), adminKey: z.string() });

/** The server to call. The key of the local stack is sent to no other server. */
function chooseServer({ url, key }: CommandLine): { url: string; key: string | null } {
  const local = existsSync(STACK_FILE)
    ? Stack.safeParse(JSON.parse(readFileSync(STACK_FILE, "utf8"))).data
    : undefined;
  const chosen = url ?? process.env.STREAM_URL ?? local?.url ?? LOCAL_URL;
  if (!URL.canParse(chosen)) throw new UsageError(`--url is not an address: ${chosen}`);
  const isLocal = local !== undefined && new URL(chosen).origin === new URL(local.url).origin;
  return { url: chosen, key: key ?? process.env.STREAM_KEY ?? (isLocal ? local.adminKey : null) };
}

async function dispatch(argv: string[]): Promise<number> {
  const asked = parseCommandLine(argv);
  const command = COMMANDS.find(({ name }) => name === asked.command);
  const out = (line: string) => void process.stdout.write(`${line}\n`);
  if (asked.command === undefined) {
    (asked.help ? out : console.error)(USAGE);
    return asked.help ? 0 : 2;
  }
  if (command === undefined) {
    const near = nearestName(
      asked.command ?? "",
      COMMANDS.map(({ name }) => name),
    );
    const hint = near ? `did you mean ${near}?` : "--help lists them";
    throw new UsageError(`there is no command "${asked.command}"; ${hint}`);
  }
  if (asked.help) {
    out(command.usage);
    return 0;
  }
  process.stdin.setEncoding("utf8");
  const io: Io = {
    ...chooseServer(asked),
    json: asked.json,
    out,
    err: console.error,
    stdin: process.stdin as AsyncIterable<string>,
    env: process.env,
    fetch,
  };
  return command.run(asked.args, io);
}

/**
 * Runs one command and answers its exit code: 0 ok, 1 the check failed or the server refused, 2
 * wrong usage.
 */
export async function main(argv: string[]): Promise<number> {
  try {
    return await dispatch(argv);
  } catch (error) {
    const expected = error instanceof UsageError || error instanceof ServerError;
    console.error(expected ? `stream: ${error.message}` : error);
    return error instanceof UsageError ? 2 : 1;
  }
}
