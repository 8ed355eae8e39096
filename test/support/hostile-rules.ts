import { sampleFile } from "../../src/rules/samples.ts";

const missingDex = (text: string): string =>
  `version: "1"\ngroups: []\nmissing: { dex: "${text}" }`;

const padded = (unit: string, most = 65_000) => unit.repeat(Math.floor(most / unit.length));
const long = (unit: string) => padded(unit, 1_990);
const many = (condition: string) => sampleFile(...Array.from({ length: 16 }, () => condition));
const inQuotes = (body: string) => `version: "1"\ngroups: []\nmissing: { dex: "${body}" }`;
/**
 * Files that are large, odd or made to cost: all within the size that is read, but for those that
 * say so.
 */
export const HOSTILE: Record<string, string> = {
  "500 short rules": sampleFile(...Array.from({ length: 500 }, () => "1 == 1")),
  "long chains": many(`mentions > 1${long(" or mentions > 1")}`.slice(0, 1_996)),
  "chains of another shape": many(`copies > mentions${padded(" or mentions > 1", 1_900)}`),
  "64 brackets": many(`${padded("(", 63)}mentions > 1${padded(")", 63)}`),
  "calls in calls": many(`${"abs(".repeat(60)}mentions${")".repeat(60)} > 1`),
  "lists of numbers": many(`mentions in (1${long(", 1")})`.slice(0, 1_999)),
  "patterns that repeat": many(`symbol ~= "${"(a{9}){9}".repeat(6)}"`),
  "patterns of brackets": many(`symbol ~= "${"(".repeat(900)}${")".repeat(900)}"`),
  "patterns of alternatives": many(`symbol ~= "${long("a|")}"`),
  "unknown facts": many(`sentimnt > 1${padded(" or sentimnt > 1", 1_900)}`),
  "an endless name": many(long("a")),
  "names with points": many(`${long("a.")} is null`),
  "wrong operators": many(`mentions${long(" = 1")}`),
  spaces: many(`mentions${long(" ")}> 1 && ! copies`),
  "single quotes": many(`symbol == ${long("'a' ")}`),
  "null after null": many(`x == null${padded(" and x == null", 1_900)}`),
  settings: `version: "1"\ngroups: []\nmissing: { dex: ${padded("${THETA_A:1}", 60_000)} }`,
  "a list on one line": `version: [${padded("a,")}]`,
  "many keys": padded("k: v\n")
    .replace(/k/g, (_k, at: number) => `k${at}`)
    .slice(0, 60_000),
  "the same key": padded("k: v\n"),
  "empty items": padded("- "),
  anchors: padded("&a "),
  "an alias bomb": [
    "a: &a [x,x,x,x,x,x,x,x]",
    ...Array.from({ length: 2_000 }, (_, i) => `k${i}: [*a,*a]`),
  ].join("\n"),
  colons: padded(": "),
  questions: padded("? "),
  tags: padded("!!str "),
  "percent signs": padded("%YAML 1.2\n---\n"),
  comments: padded("#\n", 12_000),
  NUL: inQuotes(padded("\0", 60_000)),
  escapes: inQuotes(padded("\\u0041", 60_000)),
  unicode: inQuotes(padded("\u{1f4a5}\u202e\u0301", 60_000)),
  "carriage returns": padded("\r", 60_000),
  tabs: padded("\t"),
  "an unclosed quote": `version: "${padded("x ", 60_000)}`,
  prototypes: padded("constructor: { prototype: 1 }\n"),
  "500 rules of 2 KB": sampleFile(
    ...Array.from({ length: 500 }, () => `mentions > 1${" or mentions > 1".repeat(120)}`),
  ),
  "500 rules as long as they may be": sampleFile(
    ...Array.from({ length: 500 }, (_, i) =>
      `mentions > ${i} and copies < ${i}.5 or a`.slice(0, 38),
    ),
  ),
  "a fact with thousands of values": many(
    `mentions in (${Array.from({ length: 280 }, (_, i) => 1_000 + i)})`,
  ),
  "values that no two rules share": sampleFile(
    ...Array.from({ length: 400 }, (_, i) => `mentions > ${i}.${i} or copies > ${i}.5`),
  ),
  "clauses that multiply": many(`${"(mentions > 1 or copies > 1) and ".repeat(58)}1 == 1`),
  "a pattern of 60 KB": sampleFile(`symbol ~= "${"a".repeat(60_000)}"`),
  "patterns within patterns": many(`symbol ~= "${"(".repeat(60)}a${")+".repeat(60)}"`),
  "numbers of 1,900 digits": many(`mentions > ${"9".repeat(1_900)}`),
  "numbers after the point": many(`mentions > 0.${"1".repeat(1_900)}`),
  "a weight of 60,000 digits": sampleFile("1 == 1").replace(
    "score: 1",
    `score: ${"9".repeat(60_000)}`,
  ),
  "settings in settings": missingDex(padded("${THETA_A:${THETA_B:", 60_000)),
  "unclosed settings": missingDex(padded("${THETA_A:", 60_000)),
  "a byte order mark": `\uFEFF${sampleFile("mentions > 1")}`,
  "lone surrogates": inQuotes(padded("\ud800", 20_000)),
  "a lone surrogate in a name": sampleFile("mentions > 1").replace("r0", "\udc00"),
  "NUL in a condition": sampleFile("mentions > 1\0"),
  "words from right to left": many(long("\u202e\u2066 \u200b")),
  "deep blocks": Array.from({ length: 350 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"),
  "deep brackets": `[${"[".repeat(190)}${"]".repeat(190)}]`,
  "merge keys": padded("<<: { a: 1 }\n", 30_000),
  "many documents": padded("---\na: 1\n", 40_000),
  "block scalars": padded("a: |\n x\n", 40_000),
  "folded lines": `version: >\n${padded(" x\n\n", 20_000)}`,
  "keys of a kilobyte": padded(`${"k".repeat(1_000)}: 1\n`, 60_000),
};
