import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { filledIn, type RawVariables } from "../src/settings/define.ts";
import type { EmulatorSettings } from "./emulators/emulator.ts";
import { EMULATOR_SETTINGS } from "./emulators/registry.ts";

export type Ports = {
  worker: number;
  inspector: number;
  postgres: number;
  neon: number;
  redis: number;
  emulators: number;
  analytics: number;
};

/** What the parts of this stack ask the Worker for. */
export type StackSecrets = {
  redisToken: string;
  databaseUrl: string;
  secretsKey: string;
  /** null: nothing takes the points. */
  analyticsToken: string | null;
};

/** The emulators that stand in, and those services that the user's settings name as their own. */
export function splitEmulators(user: RawVariables): {
  standIn: EmulatorSettings[];
  own: EmulatorSettings[];
} {
  const given = filledIn(user);
  const isOwn = ({ owned }: EmulatorSettings) => owned.some((name) => given[name] !== undefined);
  return {
    standIn: EMULATOR_SETTINGS.filter((each) => !isOwn(each)),
    own: EMULATOR_SETTINGS.filter(isOwn),
  };
}

/** The settings that lead to the emulators of all services but the user's own. */
export const emulatorSettings = (base: string, user: RawVariables = {}): Record<string, string> =>
  Object.assign({}, ...splitEmulators(user).standIn.map(({ settings }) => settings(base)));

/** The sources that would show made-up posts beside the user's own. */
export const madeUpSources = (user: RawVariables): string[] =>
  splitEmulators(user).standIn.flatMap(({ source }) => source ?? []);

/** One line for the start: which services are local, and which are the user's. */
export function standInLine(user: RawVariables): string {
  const names = (emulators: EmulatorSettings[]) => emulators.map(({ name }) => name).join(", ");
  const { standIn, own } = splitEmulators(user);
  return (
    `emulators stand in for ${names(standIn)}; a key or URL of your own switches to the service` +
    (own.length === 0 ? "" : `; yours: ${names(own)}`)
  );
}

const COLUMNS = 100;

/** A long text in lines of a terminal, the later ones `indent` columns in. */
export function inColumns(text: string, indent: number): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line !== "" && indent + line.length + 1 + word.length > COLUMNS) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines.join(`\n${" ".repeat(indent)}`);
}

const readEnv = (file: string) => (existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {});

/** What the user has set: .dev.vars, then the file of `--env`, which wins. */
export const userSettings = (files: string[]): NodeJS.Dict<string> =>
  Object.assign({}, ...files.map(readEnv));

/**
 * Everything the Worker reads on this machine. An empty variable of the user is unset. Database and
 * Redis are always the local ones: a start must never touch production data. Without `samples` no
 * emulated source is polled.
 */
export function workerSettings(
  ports: Ports,
  adminKey: string,
  secrets: StackSecrets,
  {
    variables,
    samples = true,
    traces = false,
  }: { variables: NodeJS.Dict<string>; samples?: boolean; traces?: boolean },
): NodeJS.Dict<string> {
  const user = filledIn(variables) as NodeJS.Dict<string>;
  const off = [user.SOURCES_OFF, ...(samples ? [] : madeUpSources(user))].filter(Boolean);
  const emulators = `127.0.0.1:${ports.emulators}`;
  return {
    PUBLIC_URL: `http://127.0.0.1:${ports.worker}`,
    REQUEUE_AFTER_SECONDS: "30",
    SECRETS_KEY: secrets.secretsKey,
    RATE_FLOORS: "off",
    ...emulatorSettings(`http://${emulators}`, user),
    ...(traces && { OTLP_ENDPOINT: `http://${emulators}/otlp` }),
    ...user,
    ...(off.length > 0 && { SOURCES_OFF: off.join(",") }),
    EGRESS_ALLOW: [user.EGRESS_ALLOW, emulators].filter(Boolean).join(","),
    LOCAL: "1",
    EMULATORS_URL: `http://${emulators}`,
    ADMIN_KEY: adminKey,
    DATABASE_URL: secrets.databaseUrl,
    NEON_FETCH_ENDPOINT: `http://127.0.0.1:${ports.neon}/sql`,
    UPSTASH_REDIS_REST_URL: `http://127.0.0.1:${ports.redis}`,
    UPSTASH_REDIS_REST_TOKEN: secrets.redisToken,
    ...analyticsSettings(ports, secrets),
  };
}

/** The stand-in for Analytics Engine: where points go, and where they are read. */
function analyticsSettings(ports: Ports, { analyticsToken }: StackSecrets): NodeJS.Dict<string> {
  if (analyticsToken === null) return {};
  const base = `http://127.0.0.1:${ports.analytics}`;
  return {
    ANALYTICS_ACCOUNT_ID: "local",
    ANALYTICS_TOKEN: analyticsToken,
    ANALYTICS_BASE_URL: `${base}/client/v4`,
    ANALYTICS_SINK_URL: `${base}/points`,
  };
}
