import { parseArgs } from "node:util";
import { optionProblem } from "../cli/options.ts";
import { PRODUCTION } from "./environment.ts";

export const USAGE = `npm run deploy -- [COMMAND] [options]

Without a command: looks at everything first (login, account, plan, Analytics Engine, workers.dev,
database, roles, settings, rules and their tests, the build), prints the plan, makes what is
missing, applies the migrations, uploads Worker and secrets, and tries the result with a post of
its own. Nothing is changed while anything is refused.

  status               what runs: versions and their share, queues, secrets, database
  rollout              ends a rollout, or with --percent N moves it on
  rollback [VERSION]   sends all requests to VERSION, or to the version that was live before
  destroy              deletes the Worker, its objects, queues and namespace (needs --env and --yes)
  secrets              names in the settings file beside those on the Worker
  logs                 the Worker's log as it is written

  --env NAME        an environment beside production: every resource carries its name
  --settings FILE   NAME=value lines (default .env.NAME, so .env.production)
  --dry-run         prints the plan and changes nothing; without a login, against an empty account
                    on this machine
  --percent N       N percent of the requests to the new version, the rest to the one that is live
  --url URL         where the deployment answers (default PUBLIC_URL, else its workers.dev address)
  --no-smoke        uploads without trying the result
  --yes             asks nothing: destroys, and rolls back when the trial fails

The account is that of CLOUDFLARE_API_TOKEN (file or shell), else of "npx wrangler login".
Exit code: 0 done, 1 refused or failed, 2 wrong usage.`;

const COMMANDS = [
  "release",
  "status",
  "rollout",
  "rollback",
  "destroy",
  "secrets",
  "logs",
] as const;

export type DeployCommand = {
  command: (typeof COMMANDS)[number];
  env: string;
  /** The user named the environment. */
  named: boolean;
  settingsFile: string;
  dryRun: boolean;
  percent: number;
  version: string | undefined;
  url: string | undefined;
  smoke: boolean;
  yes: boolean;
};

const OPTIONS = {
  env: { type: "string" },
  settings: { type: "string" },
  "dry-run": { type: "boolean", default: false },
  percent: { type: "string", default: "100" },
  url: { type: "string" },
  "no-smoke": { type: "boolean", default: false },
  yes: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

const parse = (args: string[]) => parseArgs({ args, allowPositionals: true, options: OPTIONS });

const isCommand = (word: string): word is DeployCommand["command"] =>
  (COMMANDS as readonly string[]).includes(word);

/** What is asked for, or what is wrong with it. */
export function readCommandLine(args: string[]): DeployCommand | "help" | { problem: string } {
  let read: ReturnType<typeof parse>;
  try {
    read = parse(args);
  } catch (error) {
    return { problem: optionProblem(error, Object.keys(OPTIONS)) };
  }
  const { values, positionals } = read;
  if (values.help) return "help";
  const [command = "release", version] = positionals;
  const percent = Number(values.percent);
  const problem = !isCommand(command)
    ? `there is no "${command}"; the commands are ${COMMANDS.slice(1).join(", ")}`
    : positionals.length > (command === "rollback" ? 2 : 1)
      ? `${command} does not take "${positionals.at(-1)}"`
      : !Number.isInteger(percent) || percent < 1 || percent > 100
        ? `--percent must be a whole number from 1 to 100, not ${values.percent}`
        : /[./\\]/.test(values.env ?? "")
          ? `--env names an environment; the file is named by --settings ${values.env}`
          : values.url !== undefined && !URL.canParse(values.url)
            ? `--url is not an address: ${values.url}`
            : undefined;
  if (problem !== undefined || !isCommand(command)) return { problem: problem ?? "" };
  const env = values.env ?? PRODUCTION;
  return {
    command,
    env,
    named: values.env !== undefined,
    settingsFile: values.settings ?? `.env.${env}`,
    dryRun: values["dry-run"],
    percent,
    version,
    url: values.url?.replace(/\/$/, ""),
    smoke: !values["no-smoke"],
    yes: values.yes,
  };
}
