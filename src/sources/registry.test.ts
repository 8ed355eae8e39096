import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ENRICHERS } from "../enrich/registry.ts";
import { SOURCES } from "./registry.ts";

const here = import.meta.dirname;
const isPlugin = (file: string, call: RegExp) =>
  file.endsWith(".ts") && !file.endsWith(".test.ts") && call.test(readFileSync(file, "utf8"));

/** The files of a folder and of its plug-ins' own folders that make a plug-in. */
const plugins = (folder: string, call: RegExp) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    isPlugin(join(folder, file), call),
  );

it("lists every source and every enricher of its folder", () => {
  for (const [folder, call, listed] of [
    [here, /= source\(\{/, SOURCES],
    [join(here, "..", "enrich"), /= enricher\(\{/, ENRICHERS],
  ] as const) {
    const registry = readFileSync(join(folder, "registry.ts"), "utf8");
    const files = plugins(folder, call);
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) expect(registry).toContain(`from "./${file}"`);
    expect(files).toHaveLength(listed.length);
  }
});

it("needs no key for the first deploy, and says what the others lack", () => {
  const state = Object.fromEntries(
    SOURCES.map((source) => [source.name, source.configure({ X_BEARER_TOKEN: "" })]),
  );
  const on = Object.keys(state).filter((name) => state[name]?.kind === "on");
  expect(on.toSorted()).toEqual([
    "cloudevents",
    "dex-pools",
    "feeds",
    "github",
    "hackernews",
    "jetstream",
  ]);
  expect(state.x).toEqual({ kind: "off", why: "X_BEARER_TOKEN is not set" });
  expect(state.webhook).toEqual({ kind: "off", why: "WEBHOOK_SECRETS is not set" });
});

it("leaves off what SOURCES_OFF names", () => {
  const feeds = SOURCES.find(({ name }) => name === "feeds");
  expect(feeds?.configure({ SOURCES_OFF: "x, feeds" })).toEqual({
    kind: "off",
    why: "named in SOURCES_OFF",
  });
});
