/**
 * Writes src/text/entities/top-level-domains.ts from the lists inside the twitter-text package, so that links are cut where Twitter cuts them.
 *
 *   node models/train/top-level-domains.ts
 */
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const names = ["validGTLD", "validCCTLD"].flatMap((file) => {
  const list: RegExp | { default: RegExp } = require(`twitter-text/dist/regexp/${file}.js`);
  const { source } = list instanceof RegExp ? list : list.default;
  return source.slice(source.indexOf("(?:(?:") + 6, source.indexOf(")(?=")).split("|");
});
const ascii = names.filter((name) => /^[a-z]+$/.test(name)).sort();
const others = names.filter((name) => !/^[a-z]+$/.test(name)).sort();

writeFileSync(
  new URL("../../src/text/entities/top-level-domains.ts", import.meta.url),
  `/** Written by models/train/top-level-domains.ts. Those in Latin letters, then the others. */
export const TOP_LEVEL_DOMAINS: ReadonlySet<string> = new Set(
  "${ascii.join(" ")}".split(" "),
);

export const FOREIGN_TOP_LEVEL_DOMAINS: readonly string[] = "${others.join(" ")}".split(" ");
`,
);
