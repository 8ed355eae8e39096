import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { FACTS } from "../model/facts.ts";
import { loadRules } from "./load.ts";
import { file, problems } from "./samples.ts";

// Files near the limits take long on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

describe("a hostile file", () => {
  const deep = (open: string, close: string, n: number) => open.repeat(n) + close.repeat(n);
  const bomb = `a: &a [x,x]\n${"bcdefghi"
    .split("")
    .map((c, i) => `${c}: &${c} [*${"abcdefgh"[i]},*${"abcdefgh"[i]}]`)
    .join("\n")}`;
  it.each<[string, string]>([
    ["more than 64 KB", `version: "${"x".repeat(70_000)}"`],
    ["aliases", bomb],
    ["__proto__", `${file("mentions > 1")}__proto__: { x: 1 }\n`],
    ["a duplicate key", `version: "1"\nversion: "2"\ngroups: []`],
    ["deep flow", deep("[", "]", 30_000)],
    ["deep blocks", Array.from({ length: 300 }, (_, i) => `${" ".repeat(i)}a:`).join("\n")],
    ["a tag", "version: !!js/function x\ngroups: []"],
    ["deep brackets", file(`${"(".repeat(900)}1 == 1${")".repeat(900)}`)],
    ["many nots", file(`${"not ".repeat(400)}1 == 1`)],
    ["an endless condition", file(`mentions > 1${" or mentions > 1".repeat(200)}`)],
    ["501 rules", file(...Array.from({ length: 501 }, () => "1 == 1"))],
    ["a pattern that backtracks for ever, with look-ahead", file('symbol ~= "(?=(a+)+$)b"')],
    ["a key that is no text", "? [a]\n: b"],
    ["nothing", ""],
    ["a list", "- a"],
    ["a stranger's setting", file("mentions > ${DATABASE_URL:1}")],
  ])("is refused with a place: %s", (_, text) => {
    expect(problems(text)[0]).toMatchObject({
      line: expect.any(Number),
      column: expect.any(Number),
      message: expect.any(String),
    });
  });

  it("cannot rewrite a condition through a setting", () => {
    expect(problems(file("mentions > ${THETA_A:5}"), { THETA_A: "0 or 1 == 1" })[0]?.message).toContain("must be a number");
    expect(
      problems(file('symbol == "${RULES_SYMBOL:ABC}"'), { RULES_SYMBOL: 'X" or 1 == 1 or symbol == "' })[0]?.message,
    ).toContain("letters");
  });
});

describe("a file at the limits", () => {
  const padded = (unit: string, most = 65_000) => unit.repeat(Math.floor(most / unit.length));
  const long = (unit: string) => padded(unit, 1_990);
  const many = (condition: string) => file(...Array.from({ length: 16 }, () => condition));
  const inQuotes = (body: string) => `version: "1"\ngroups: []\nmissing: { dex: "${body}" }`;
  const FILES: Record<string, string> = {
    "500 short rules": file(...Array.from({ length: 500 }, () => "1 == 1")),
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
    "an alias bomb": `a: &a [x,x,x,x,x,x,x,x]\n${Array.from({ length: 2_000 }, (_, i) => `k${i}: [*a,*a]`).join("\n")}`,
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
  };

  /** The better of two, on the processor's clock: the machine has other work, and the first may meet cold code. */
  function loadMs(text: string): number {
    const taken = [0, 1].map(() => {
      const began = process.cpuUsage();
      loadRules(text, {}, FACTS);
      const { user, system } = process.cpuUsage(began);
      return (user + system) / 1_000;
    });
    return Math.min(...taken);
  }

  it("is loaded or refused in a small multiple of what the shipped rules take", () => {
    const shipped = readFileSync(new URL("../../rules/rules.yml", import.meta.url), "utf8");
    const rows = Object.entries(FILES).map(([name, text]) => ({ name, bytes: text.length, ms: loadMs(text) }));
    const yardstick = loadMs(shipped);
    rows.sort((a, b) => b.ms - a.ms);
    console.info(`the shipped rules load in ${yardstick.toFixed(1)} ms; the slowest files:`);
    for (const { name, ms } of rows.slice(0, 12)) console.info(`  ${name}: ${ms.toFixed(1)} ms`);
    expect(rows.filter(({ bytes }) => bytes > 65_536)).toEqual([]);
    expect(rows.filter(({ ms }) => ms > 30 * yardstick)).toEqual([]);
  });
});
