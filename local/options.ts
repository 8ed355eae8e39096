import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { optionProblem } from "../cli/options.ts";
import { ROOT } from "./services/worker.ts";

export type StartOptions = {
  port: number;
  dataDir: string;
  fresh: boolean;
  samples: boolean;
  /** Installs ClickHouse, when it is not there, for the analytics. */
  analytics: boolean;
  /** The spans of posts go to a stand-in for a collector, which shows them. */
  traces: boolean;
  /** A new admin key in place of the one that is kept. */
  renewKey: boolean;
  /** Whether the page opens in a browser; undefined: where somebody would see it. */
  open?: boolean;
  postsFile?: string;
  envFile?: string;
};

export const USAGE = `usage: npm start -- [options]

  --port N        the product's port (8787)
  --data DIR      where everything is kept (.local)
  --fresh         begin with empty data
  --no-samples    no made-up posts: the sample source and all emulated sources are off
  --analytics     installs ClickHouse once (550 MB) for charts of points over time
  --traces        exports the spans of posts by OTLP to a stand-in that shows each trace
  --posts FILE    feed posts from a JSON Lines file and print how they ended
  --env FILE      settings, as NAME=value lines; they win over .dev.vars
  --renew-key     a new admin key; the one before stops working
  --open          opens the page in a browser, also without a display; --no-open: never
  --help          this text`;

/** The options, or what is wrong with them. `home` is the folder the user typed the command in. */
export function readOptions(
  args: string[],
  home: string,
): StartOptions | "help" | { problem: string } {
  let values: ReturnType<typeof parse>["values"];
  try {
    ({ values } = parse(args));
  } catch (error) {
    return { problem: optionProblem(error, Object.keys(OPTIONS)) };
  }
  if (values.help) return "help";
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    return { problem: `--port must be 1 to 65535, not ${values.port}` };
  return {
    port,
    dataDir: values.data === undefined ? join(ROOT, ".local") : resolve(home, values.data),
    fresh: values.fresh,
    samples: !values["no-samples"],
    analytics: values.analytics,
    traces: values.traces,
    renewKey: values["renew-key"],
    ...(values["no-open"] ? { open: false } : values.open ? { open: true } : {}),
    ...(values.posts === undefined ? {} : { postsFile: resolve(home, values.posts) }),
    ...(values.env === undefined ? {} : { envFile: resolve(home, values.env) }),
  };
}

const OPTIONS = {
  port: { type: "string", default: "8787" },
  data: { type: "string" },
  fresh: { type: "boolean", default: false },
  "no-samples": { type: "boolean", default: false },
  analytics: { type: "boolean", default: false },
  traces: { type: "boolean", default: false },
  posts: { type: "string" },
  env: { type: "string" },
  "renew-key": { type: "boolean", default: false },
  open: { type: "boolean", default: false },
  "no-open": { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

const parse = (args: string[]) => parseArgs({ args, options: OPTIONS });
