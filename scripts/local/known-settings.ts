import { ChannelEnv } from "../../src/channels/env.ts";
import { ENRICHERS } from "../../src/enrich/index.ts";
import { SOURCES } from "../../src/sources/index.ts";
import { Settings } from "../../workers/settings.ts";

/** What rules and the sources of `HTTP_JSON_SOURCES` may read by any name. */
const FREE = /^(RULES|THETA|MARKET_RISK|HTTP_JSON)_/;

/** Every setting that some part of the Worker reads. */
export const KNOWN_SETTINGS: ReadonlySet<string> = new Set([
  ...Object.keys(Settings.shape),
  ...Object.keys(ChannelEnv.in.shape),
  ...[...SOURCES, ...ENRICHERS].flatMap(({ settingNames }) => settingNames),
  "SOURCES_OFF",
]);

/** A sentence for each name that nothing reads: a misspelt setting is one that stays at its default. */
export function unknownSettings(names: Iterable<string>): string[] {
  return [...names]
    .filter((name) => !KNOWN_SETTINGS.has(name) && !FREE.test(name))
    .map((name) => {
      const near = nearest(name);
      return `${name} is not a setting that anything reads${near === undefined ? "" : `; is ${near} meant?`}`;
    });
}

function nearest(name: string): string | undefined {
  const ranked = [...KNOWN_SETTINGS].map((known) => ({ known, edits: edits(name, known) })).sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best !== undefined && best.edits <= Math.max(1, Math.floor(name.length / 4)) ? best.known : undefined;
}

/** Levenshtein's distance. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [line, char] of [...a].entries()) {
    const next = [line + 1];
    for (let column = 1; column <= b.length; column++) {
      const substitute = (row[column - 1] ?? 0) + (b[column - 1] === char ? 0 : 1);
      next.push(Math.min(substitute, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
