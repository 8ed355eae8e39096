import { ENRICHERS } from "../enrich/registry.ts";
import { nearestName } from "../kit/nearest-name.ts";
import { SOURCES } from "../sources/registry.ts";
import { filledIn, type RawVariables, wordList } from "./define.ts";
import {
  CHANNEL_SETTING_NAMES,
  ChannelEnv,
  CORE_SETTING_NAMES,
  DEPLOY_SETTING_NAMES,
  Settings,
} from "./settings.ts";

/** What rules and the sources of `HTTP_JSON_SOURCES` may read by any name. */
const FREE = /^(RULES|THETA|MARKET_RISK|HTTP_JSON)_/;

/** Every setting that some part of the Worker, or its deployment, reads. */
export const KNOWN_SETTINGS: ReadonlySet<string> = new Set([
  ...CORE_SETTING_NAMES,
  ...CHANNEL_SETTING_NAMES,
  ...DEPLOY_SETTING_NAMES,
  ...[...SOURCES, ...ENRICHERS].flatMap(({ settingNames }) => settingNames),
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

/**
 * A sentence for each setting with a wrong value. A source or enricher without what it needs is
 * merely off; with a wrong value it is one that somebody wanted.
 */
export function settingProblems(variables: RawVariables): string[] {
  const given = filledIn(variables);
  const shared = [Settings.safeParse(given), ChannelEnv.safeParse(given)].flatMap((read) =>
    read.success
      ? []
      : read.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`),
  );
  const plugins = [...SOURCES, ...ENRICHERS].flatMap(({ name, settingNames, configure }) => {
    const state = configure(given);
    if (state.kind === "on") return [];
    const words = new Set(state.why.split(/[^A-Z0-9_]+/));
    const isWrong = settingNames.some((each) => given[each] !== undefined && words.has(each));
    return isWrong ? [`${name}: ${state.why}`] : [];
  });
  return [...shared, ...unknownSources(given.SOURCES_OFF), ...plugins];
}

const SOURCE_NAMES: ReadonlySet<string> = new Set(SOURCES.map(({ name }) => name));

/** A misspelt name in SOURCES_OFF would leave its source on. */
function unknownSources(sourcesOff: unknown): string[] {
  const names = wordList.safeParse(sourcesOff).data ?? [];
  return names
    .filter((name) => !SOURCE_NAMES.has(name))
    .map((name) => {
      const near = nearestName(name, SOURCE_NAMES);
      const advice =
        near === undefined
          ? `the sources are ${[...SOURCE_NAMES].join(", ")}`
          : `is ${near} meant?`;
      return `SOURCES_OFF holds "${name}", which is no source; ${advice}`;
    });
}
