/**
 * Writes src/text/entities/top-level-domains.ts from the lists inside the twitter-text package, so
 * that links are cut where Twitter cuts them.
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

const MAX_COLUMNS = 100;

/** The names as the lines of a template, each as long as a line of code may be. */
function wrapped(list: readonly string[]): string {
  const lines = [""];
  for (const name of list) {
    const last = lines.at(-1) ?? "";
    if (last.length + name.length + 3 > MAX_COLUMNS) lines.push(` ${name}`);
    else lines[lines.length - 1] = `${last} ${name}`;
  }
  return lines.map((line) => ` ${line}`).join("\n");
}

writeFileSync(
  new URL("../../src/text/entities/top-level-domains.ts", import.meta.url),
  `/** Written by models/train/top-level-domains.ts. Those in Latin letters, then the others. */
const listed = (names: string) => names.trim().split(/\\s+/);

export const TOP_LEVEL_DOMAINS: ReadonlySet<string> = new Set(
  listed(\`
${wrapped(ascii)}
\`),
);

export const FOREIGN_TOP_LEVEL_DOMAINS: readonly string[] = listed(\`
${wrapped(others)}
\`);
`,
);
