import { describe, expect, it } from "vitest";
import { CHANNELS } from "../../src/channels/registry.ts";
import { ENRICHERS } from "../../src/enrich/registry.ts";
import { SOURCES } from "../../src/sources/registry.ts";
import { EMULATORS } from "./registry.ts";

/** The emulators of plug-ins whose emulator has another name. */
const OTHER_NAMES: Record<string, readonly string[]> = {
  "source bigquery": ["google", "bigquery"],
  "source dex-pools": ["geckoterminal"],
  "source hackernews": ["hn"],
  "source http-json": ["generic"],
  "enricher bigquery": ["google", "bigquery"],
  "channel email": ["resend", "postmark"],
};

/** Plug-ins without an emulator, with the reason. */
const WITHOUT: Record<string, string> = {
  "source jetstream": "a WebSocket, which services/jetstream.ts serves beside the emulators",
  "source cloudevents": "receives posts and calls no service",
  "source webhook": "receives posts and calls no service",
  "channel log": "writes to our own log and calls no service",
};

const PLUGINS = [
  ...SOURCES.map(({ name, docs }) => ({ key: `source ${name}`, name, docs })),
  ...ENRICHERS.map(({ name, docs }) => ({ key: `enricher ${name}`, name, docs })),
  ...CHANNELS.map(({ kind, docs }) => ({ key: `channel ${kind}`, name: kind, docs })),
];

describe("every plug-in", () => {
  it.each(PLUGINS)("$key has docs, and an emulator or a reason for none", ({ key, name, docs }) => {
    expect(docs.length).toBeGreaterThan(25);
    const known = EMULATORS.map((emulator) => emulator.name);
    const emulators = OTHER_NAMES[key] ?? [name];
    if (WITHOUT[key] === undefined) expect(known).toEqual(expect.arrayContaining([...emulators]));
  });

  it("is named in the exceptions only while it exists", () => {
    const keys = PLUGINS.map(({ key }) => key);
    expect(keys).toEqual(
      expect.arrayContaining([...Object.keys(OTHER_NAMES), ...Object.keys(WITHOUT)]),
    );
  });
});
