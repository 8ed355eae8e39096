import type { EnricherSwitch } from "../enrich/enricher.ts";
import { ENRICHERS } from "../enrich/registry.ts";
import { isAllowed } from "../rules/variables.ts";
import { SOURCES } from "../sources/registry.ts";
import type { SourceSwitch } from "../sources/source.ts";
import { type RawVariables, settingsProblem } from "./define.ts";
import { switchesOf } from "./plugin.ts";
import { ChannelEnv, Settings } from "./settings.ts";

/** Every setting, read once: no other part of the product sees a variable. */
export type ParsedSettings = Readonly<{
  core: Settings;
  channels: ChannelEnv;
  /** Each source and enricher by its name: ready to ask, or off and why. */
  sources: ReadonlyMap<string, SourceSwitch>;
  enrichers: ReadonlyMap<string, EnricherSwitch>;
  /** The variables that rules may name: RULES_*, THETA_* and MARKET_RISK_*. */
  rules: Readonly<Record<string, string>>;
}>;

/** The variables that rules may name; keys and all others stay out of their reach. */
export const ruleVariables = (variables: RawVariables): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(variables).filter(
      (entry): entry is [string, string] => isAllowed(entry[0]) && typeof entry[1] === "string",
    ),
  );

/**
 * Throws one error that names every core and channel setting that is wrong. A source or enricher
 * with a wrong setting is off, and says so.
 */
export function parseSettings(variables: RawVariables): ParsedSettings {
  const core = Settings.safeParse(variables);
  const channels = ChannelEnv.safeParse(variables);
  if (!core.success || !channels.success) {
    const wrong = [core, channels].flatMap(({ error }) => (error ? settingsProblem(error) : []));
    throw new Error(`settings: ${wrong.join("; ")}`);
  }
  return Object.freeze({
    core: Object.freeze(core.data),
    channels: Object.freeze(channels.data),
    sources: switchesOf(SOURCES, variables),
    enrichers: switchesOf(ENRICHERS, variables),
    rules: Object.freeze(ruleVariables(variables)),
  });
}
