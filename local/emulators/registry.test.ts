import { describe, expect, it } from "vitest";
import { CHANNELS } from "../../src/channels/registry.ts";
import { ENRICHERS } from "../../src/enrich/registry.ts";
import { CHANNEL_SETTING_NAMES } from "../../src/settings/settings.ts";
import { SOURCES } from "../../src/sources/registry.ts";
import { EMULATOR_SETTINGS, EMULATORS } from "./registry.ts";

const BASE = "http://emulators.test";
/** The settings of each emulator that hold its address. */
const ADDRESSES = EMULATOR_SETTINGS.flatMap((emulator) =>
  Object.entries(emulator.settings(BASE)).flatMap(([name, value]) =>
    value.includes(BASE) ? [name] : [],
  ),
);
const OWNED = new Set(EMULATOR_SETTINGS.flatMap(({ owned }) => owned));
const isAddress = (name: string) => /_(BASE_URL|TOKEN_URL|URLS|JSON_SOURCES)$/.test(name);
const isKey = (name: string) => /_(TOKEN|KEY|SECRET|SA_JSON)$/.test(name);

const CALLING = [
  ...SOURCES.filter(({ kind }) => kind !== "push").map((each) => ({ ...each, type: "source" })),
  ...ENRICHERS.map((each) => ({ ...each, type: "enricher" })),
];

describe("every plug-in that calls a service", () => {
  it.each(CALLING)("the $type $name has docs and an emulator that leads to itself", (plugin) => {
    expect(plugin.docs.length).toBeGreaterThan(25);
    expect(plugin.settingNames.filter((name) => ADDRESSES.includes(name))).not.toEqual([]);
    for (const name of plugin.settingNames.filter(isAddress)) expect(ADDRESSES).toContain(name);
  });

  it.each(CALLING)("the $type $name never sends a key of the user to an emulator", (plugin) => {
    const names = plugin.settingNames.filter((name) => isAddress(name) || isKey(name));
    for (const name of names) expect(OWNED).toContain(name);
  });

  it("the channels of shared keys are led to emulators", () => {
    const names = CHANNEL_SETTING_NAMES.filter((name) => isAddress(name) || isKey(name));
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) expect(OWNED).toContain(name);
  });
});

/** A channel that names the target itself has an emulator of its name, where a target can lie. */
it.each(CHANNELS.filter(({ example }) => JSON.stringify(example).includes("https://")))(
  "the channel $kind, which posts to an address of the user, has an emulator",
  ({ kind }) => {
    expect(EMULATORS.map(({ name }) => name)).toContain(kind);
  },
);
