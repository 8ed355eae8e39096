import { ChannelEnv } from "../src/channels/env.ts";
import { ENRICHERS } from "../src/enrich/registry.ts";
import { nearestName } from "../src/kit/nearest-name.ts";
import { SOURCES } from "../src/sources/registry.ts";
import { Settings } from "../workers/settings.ts";

/** What rules and the sources of `HTTP_JSON_SOURCES` may read by any name. */
const FREE = /^(RULES|THETA|MARKET_RISK|HTTP_JSON)_/;

/** Every setting that some part of the Worker reads. */
export const KNOWN_SETTINGS: ReadonlySet<string> = new Set([
  ...Object.keys(Settings.shape),
  ...Object.keys(ChannelEnv.in.shape),
  ...[...SOURCES, ...ENRICHERS].flatMap(({ settingNames }) => settingNames),
  "SOURCES_OFF",
]);

/**
 * A sentence for each name that nothing reads: a misspelt setting is one that stays at its default.
 */
export function unknownSettings(names: Iterable<string>): string[] {
  return [...names]
    .filter((name) => !KNOWN_SETTINGS.has(name) && !FREE.test(name))
    .map((name) => {
      const near = nearestName(name, KNOWN_SETTINGS);
      return (
        `${name} is not a setting that anything ` +
        `reads${near === undefined ? "" : `; is ${near} meant?`}`
      );
    });
}
