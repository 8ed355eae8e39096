import { expect, it } from "vitest";
import { ENRICHERS } from "../src/enrich/registry.ts";
import { CHANNEL_SETTING_NAMES } from "../src/settings/settings.ts";
import { SOURCES } from "../src/sources/registry.ts";
import { workerSettings } from "./settings.ts";

const PORTS = { worker: 1, inspector: 2, postgres: 3, neon: 4, redis: 5, emulators: 4999 };
const read = (user: Record<string, string>) => workerSettings(PORTS, "key", user);
const isAddress = (name: string) => /_(BASE|TOKEN)_URL$/.test(name) || name === "FEED_URLS";

/** Plug-ins that call no service which we could name, with the reason. */
const WITHOUT: Record<string, string> = {
  cloudevents: "receives posts",
  webhook: "receives posts",
  "http-json": "calls only the addresses that the user wrote into HTTP_JSON_SOURCES",
};

it.each([...SOURCES, ...ENRICHERS])("leads $name to its emulator under npm start", (plugin) => {
  const addresses = plugin.settingNames.filter(isAddress);
  if (WITHOUT[plugin.name] === undefined) expect(addresses).not.toEqual([]);
  for (const name of addresses) expect(read({})[name]).toMatch(/^http:\/\/127\.0\.0\.1:4999\//);
});

it.each(CHANNEL_SETTING_NAMES.filter(isAddress))("leads channels to the emulator by %s", (name) => {
  expect(read({})[name]).toMatch(/^http:\/\/127\.0\.0\.1:4999\//);
});

it("leaves a provider alone whose key the user has set", () => {
  expect(read({ X_BEARER_TOKEN: "own" }).X_BASE_URL).toBeUndefined();
});
