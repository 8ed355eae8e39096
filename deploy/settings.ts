import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import * as z from "zod";
import { readResources } from "../local/resources.ts";
import { KNOWN_SETTINGS, settingProblems, unknownSettings } from "../src/settings/registry.ts";
import { CoreShape, DeployShape, SECRETS_IN_CLEAR } from "../src/settings/settings.ts";
import type { DeployChoices } from "./environment.ts";
import { placementOf } from "./placement.ts";

/** Only this tool reads them: they say who deploys, and never become secrets of the Worker. */
type Deployer = Partial<Record<keyof typeof DeployShape, string>>;

/** What of a twin on one machine must not reach a deployment, and why. */
const LOCAL_ONLY: Record<string, string> = {
  LOCAL: "it opens the Worker to everyone on its machine",
  EMULATORS_URL: "a deployment has no emulators",
  AI_BASE_URL: "a deployment calls its model by the AI binding",
  EGRESS_ALLOW: "hooks could reach addresses inside the network",
  NEON_FETCH_ENDPOINT: "statements would go to another place than the database",
};

/** What a deployment would upload, why it must not, and what it probably does not mean. */
export type DeploySettings = {
  traces: DeployChoices["traces"];
  placement: DeployChoices["placement"];
  /** What the Worker gets, by name; empty lines are unset and stay away. */
  variables: Record<string, string>;
  deployer: Deployer;
  problems: string[];
  warnings: string[];
};

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0|.*\.localhost)$/i;

const isAddressHere = (value: string): boolean =>
  URL.canParse(value) && LOOPBACK.test(new URL(value).hostname);

function localProblems(variables: Record<string, string>, emulated: boolean): string[] {
  return Object.entries(variables).flatMap(([name, value]) => {
    const why = LOCAL_ONLY[name];
    if (why !== undefined) return [`${name} is for npm start alone (${why}): remove it`];
    return !emulated && isAddressHere(value)
      ? [`${name} leads to this machine, which a deployment cannot reach: ${new URL(value).host}`]
      : [];
  });
}

/** What the settings file adds to wrangler.toml; what is wrong in it is a problem of preflight. */
export const resourcesIn = (settingsFile: string) =>
  readResources(existsSync(settingsFile) ? parseEnv(readFileSync(settingsFile, "utf8")) : {});

/** A ratio that is none is a problem of the settings, which names it. */
function tracesOf(given: Record<string, string>): DeployChoices["traces"] {
  const destinations = DeployShape.TRACE_DESTINATIONS.parse(given.TRACE_DESTINATIONS);
  const ratio = CoreShape.TRACE_RATIO.safeParse(given.TRACE_RATIO).data ?? 1;
  return destinations.length === 0 ? undefined : { destinations, ratio };
}

const problemsOf = (deployer: Deployer): string[] =>
  (z.object(DeployShape).safeParse(deployer).error?.issues ?? []).map(
    ({ path, message }) => `${path.join(".")} ${message}`,
  );

/**
 * Reads the NAME=value lines of a settings file. `shell` are the variables of the terminal: none of
 * them counts, and those that say something else are named. `emulated`: the account is one on this
 * machine, where an address of this machine is none of a mistake.
 */
export function readDeploySettings(
  text: string,
  { shell = {}, emulated = false }: { shell?: NodeJS.ProcessEnv; emulated?: boolean } = {},
): DeploySettings {
  const given = Object.entries(parseEnv(text)).filter(
    (entry): entry is [string, string] => (entry[1] ?? "").trim() !== "",
  );
  const isDeployer = (name: string) => name in DeployShape;
  const variables = Object.fromEntries(given.filter(([name]) => !isDeployer(name)));
  const ignored = Object.keys(shell).filter(
    (name) =>
      KNOWN_SETTINGS.has(name) &&
      !isDeployer(name) &&
      shell[name] !== variables[name] &&
      shell[name] !== "",
  );
  const deployer: Deployer = Object.fromEntries(given.filter(([name]) => isDeployer(name)));
  const placement = DeployShape.PLACEMENT.safeParse(deployer.PLACEMENT);
  return {
    variables,
    deployer,
    traces: tracesOf(Object.fromEntries(given)),
    placement: placement.success ? placementOf(placement.data, variables.DATABASE_URL) : undefined,
    problems: [
      ...settingProblems(variables),
      ...problemsOf(deployer),
      ...localProblems(variables, emulated),
    ],
    warnings: [
      ...unknownSettings(Object.keys(variables)),
      ...(variables.SECRETS_KEY ? [] : [SECRETS_IN_CLEAR]),
      ...ignored.map((name) => `${name} of the shell is ignored: the settings file alone counts`),
    ],
  };
}
