import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { expect, it } from "vitest";
import { envExample, settingsMarkdown } from "../scripts/settings-docs.ts";
import { INTERNAL_SETTINGS } from "../src/settings/catalogue.ts";
import { KNOWN_SETTINGS } from "../src/settings/registry.ts";

const file = (name: string) => readFileSync(join(import.meta.dirname, "..", name), "utf8");

it.each([
  ["docs/settings.md", settingsMarkdown],
  [".env.example", envExample],
])("%s is what npm run -s settings:docs writes", (name, generated) => {
  expect(file(name)).toBe(generated());
});

it("offers every setting of a user in .env.example, and sets none", () => {
  const offered = parseEnv(file(".env.example"));
  expect(Object.keys(offered).toSorted()).toEqual(
    [...KNOWN_SETTINGS].filter((name) => !INTERNAL_SETTINGS.has(name)).toSorted(),
  );
  expect(new Set(Object.values(offered))).toEqual(new Set([""]));
});
