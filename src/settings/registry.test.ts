import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { KNOWN_SETTINGS, unknownSettings } from "./registry.ts";

const DOCS = join(import.meta.dirname, "../../docs");
const docs = readdirSync(DOCS)
  .filter((file) => file.endsWith(".md"))
  .map((file) => readFileSync(join(DOCS, file), "utf8"))
  .join("\n");
/** What `npm start` sets itself, and no user. */
const INTERNAL = new Set(["NEON_FETCH_ENDPOINT", "LOCAL", "EMULATORS_URL"]);

it("names the setting that was meant", () => {
  expect(
    unknownSettings(["TELEGRAM_BOT_TOKN", "LANGAUGES", "SPAM_FROM", "THETA_LIQ", "FOO"]),
  ).toEqual([
    "TELEGRAM_BOT_TOKN is not a setting that anything reads; is TELEGRAM_BOT_TOKEN meant?",
    "LANGAUGES is not a setting that anything reads; is LANGUAGES meant?",
    "FOO is not a setting that anything reads",
  ]);
});

it("finds every setting in the documentation", () => {
  const documented = (name: string) => name.endsWith("_BASE_URL") || docs.includes(`\`${name}\``);
  expect([...KNOWN_SETTINGS].filter((name) => !INTERNAL.has(name) && !documented(name))).toEqual(
    [],
  );
});

it("knows every setting that the tables of the documentation name", () => {
  const cells = docs
    .split("\n")
    .flatMap((line) => /^\| (`[A-Z][A-Z0-9_]{3,}`[^|]*)\|/.exec(line)?.[1] ?? []);
  const names = cells.flatMap((cell) =>
    [...cell.matchAll(/`([A-Z][A-Z0-9_]{3,})`/g)].map(([, name = ""]) => name),
  );
  expect(names.length).toBeGreaterThan(30);
  expect(unknownSettings(names)).toEqual([]);
});
