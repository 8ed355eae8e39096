import { type Io, UsageError } from "./command.ts";
import { wholeNumber } from "./options.ts";

const string = { type: "string" } as const;
/** Options that make a channel's filter. */
export const CHANNEL_FILTERS = {
  "min-score": string,
  chain: string,
  symbol: string,
  state: string,
  quiet: string,
  "digest-minutes": string,
  alerts: string,
};

/**
 * `url=https://x` and `thread_id=7`, as settings. A secret need not stand in the command, which
 * other users of the machine can see: `token=env:NAME` takes it from the environment, `token=-` the
 * next line of stdin.
 */
export async function settingsOf(
  pairs: string[],
  { stdin, env }: Pick<Io, "stdin" | "env">,
): Promise<Record<string, unknown>> {
  const named = pairs.map((pair) => {
    const at = pair.indexOf("=");
    if (at < 1) throw new UsageError(`${JSON.stringify(pair)} is no SETTING=VALUE`);
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  const lines = named.some(([, value]) => value === "-") ? await linesOf(stdin) : [];
  return Object.fromEntries(
    named.map(([name, value]) => [name, settingValue(secretOf(name, value, lines, env))]),
  );
}

const FROM_ENV = /^env:([A-Za-z_]\w*)$/;

function secretOf(name: string, value: string, lines: string[], env: Io["env"]): string {
  const variable = FROM_ENV.exec(value)?.[1];
  if (variable === undefined && value !== "-") return value;
  const found = variable === undefined ? lines.shift() : env[variable];
  if (found) return found;
  throw new UsageError(
    variable === undefined ? `stdin holds no line for ${name}` : `${variable} is not set`,
  );
}

async function linesOf(stdin: AsyncIterable<string>): Promise<string[]> {
  let text = "";
  for await (const part of stdin) text += part;
  return text.split(/\r?\n/);
}

/** A long number is an id, which JSON would round. */
function settingValue(text: string): unknown {
  if (/^-?\d{16,}$/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

type FilterOptions = { [name in keyof typeof CHANNEL_FILTERS]?: string | undefined };

export function filterOf(values: FilterOptions): Record<string, unknown> {
  const names = (text: string | undefined) => text?.split(",").filter((name) => name !== "");
  const score = values["min-score"];
  if (score !== undefined && !Number.isFinite(Number(score)))
    throw new UsageError("--min-score must be a number");
  const digest = values["digest-minutes"];
  const { alerts } = values;
  if (alerts !== undefined && alerts !== "on" && alerts !== "off")
    throw new UsageError("--alerts is on or off");
  const all = {
    min_score: score === undefined ? undefined : Number(score),
    chains: names(values.chain),
    symbols: names(values.symbol),
    states: names(values.state),
    alerts: alerts === undefined ? undefined : alerts === "on",
    quiet_hours: values.quiet === undefined ? undefined : quietOf(values.quiet),
    digest_minutes:
      digest === undefined ? undefined : wholeNumber("digest-minutes", digest, 0, 1440),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function quietOf(text: string): { from: string; to: string; zone: string } | null {
  if (text === "none") return null;
  const [, from, to, zone = "UTC"] = /^([\d:]+)-([\d:]+)(?:@(.+))?$/.exec(text) ?? [];
  if (from === undefined || to === undefined)
    throw new UsageError("--quiet is FROM-TO@ZONE, e.g. 22:00-07:00@Europe/Berlin");
  return { from, to, zone };
}
