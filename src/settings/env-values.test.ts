import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ENRICHERS } from "../enrich/registry.ts";
import { SOURCES } from "../sources/registry.ts";
import { settingsProblem } from "./define.ts";
import { ChannelEnv, Settings } from "./settings.ts";

type Expected = "unset" | "refused" | { as: string };
type Case = {
  id: string;
  group: "settings" | "channel" | "source" | "enricher";
  part?: string;
  name: string;
  value: string;
  expect: Expected | Expected[];
};
type Answer = { refused: string } | { value: unknown };

const CASES = readFileSync(join(import.meta.dirname, "../../test/cases/env-values.jsonl"), "utf8")
  .split("\n")
  .filter(Boolean)
  .map((line): Case => JSON.parse(line));
const PLUGINS = [...SOURCES, ...ENRICHERS];

/** What the product reads; of a plug-in its switch, without its functions. */
function read({ group, part, name }: Case, value?: string): Answer {
  const env = { ...(group === "settings" && { DATABASE_URL: "postgresql://a@b/c" }) };
  const given = value === undefined ? env : { ...env, [name]: value };
  if (group === "settings" || group === "channel") {
    const answer = (group === "settings" ? Settings : ChannelEnv).safeParse(given);
    return answer.success ? { value: answer.data } : { refused: settingsProblem(answer.error) };
  }
  const state = PLUGINS.find((plugin) => plugin.name === part)?.configure(given);
  if (state === undefined) throw new Error(`no plug-in ${part}`);
  return state.kind === "off" && state.why.includes(name) && value !== undefined && value !== ""
    ? { refused: state.why }
    : { value: JSON.parse(JSON.stringify(state)) };
}

it.each(CASES)("reads $name=$value as the case $id says", (each) => {
  const answer = read(each, each.value);
  const wanted = [each.expect]
    .flat()
    .map(
      (expected): Answer =>
        expected === "refused"
          ? { refused: expect.stringContaining(each.name) }
          : read(each, expected === "unset" ? undefined : expected.as),
    );
  expect(wanted).toContainEqual(answer);
});

it.each([
  ["english", "en"],
  ["Deutsch", "de"],
  ["eng", "en"],
  ["en-US", "en"],
  ["jp", "ja"],
  ["EN/DE", "en,de"],
])("names the code that LANGUAGES=%s meant", (word, code) => {
  const { error } = Settings.safeParse({ DATABASE_URL: "postgresql://a@b/c", LANGUAGES: word });
  expect(error?.issues.map(({ message }) => message)).toEqual([
    expect.stringContaining(`is ${code} meant?`),
  ]);
});

it.each(["und", "zxx", "xx", "qq"])("refuses LANGUAGES=%s, which no post could match", (word) => {
  expect(Settings.safeParse({ DATABASE_URL: "postgresql://a@b/c", LANGUAGES: word }).success).toBe(
    false,
  );
});
