import { expect, it } from "vitest";
import { ENRICHERS } from "../src/enrich/registry.ts";
import { localGuard } from "../src/http/local-guard.ts";
import type { OpinionQuestion } from "../src/model/opinion-question.ts";
import { parseSettings } from "../src/settings/parse.ts";
import { KNOWN_SETTINGS, settingProblems } from "../src/settings/registry.ts";
import { CHANNEL_SETTING_NAMES } from "../src/settings/settings.ts";
import { SOURCES } from "../src/sources/registry.ts";
import { EMULATOR_SETTINGS } from "./emulators/registry.ts";
import { inColumns, standInLine, workerSettings } from "./settings.ts";

const PORTS = {
  worker: 1,
  inspector: 2,
  postgres: 3,
  neon: 4,
  redis: 5,
  emulators: 4999,
  analytics: 6,
};
const SECRETS = {
  secretsKey: "s".repeat(32),
  redisToken: "r",
  databaseUrl: "postgresql://app_rw:p@127.0.0.1:3/postgres",
  analyticsToken: null,
};
const EMULATORS = "http://127.0.0.1:4999/";
const read = (user: Record<string, string> = {}, samples = true) =>
  workerSettings(PORTS, "ess_a.b", SECRETS, { variables: user, samples });
const parse = (user: Record<string, string> = {}) => {
  const { ADMIN_KEY: _, ...settings } = read(user);
  return parseSettings(settings);
};
/** Every setting, as a file holds it whose lines nobody has filled in. */
const EMPTY = Object.fromEntries([...KNOWN_SETTINGS].map((name) => [name, ""]));

/** Ports whose calls are recorded and never leave. */
function recorder() {
  const urls: string[] = [];
  const ports = {
    fetch: async (url: string) => {
      urls.push(url);
      return new Response("{}", { status: 404 });
    },
    now: Date.now,
    sleep: async () => undefined,
    guard: localGuard(Date.now),
    tokens: new Map(),
    features: { putFeatures: async () => undefined, features: async () => undefined },
  };
  return { urls, ports };
}

const STARTS = [
  ["no settings", {}],
  ["a file of empty settings", EMPTY],
] as const;
const QUESTION: OpinionQuestion = {
  ...{ evidenceId: "x:1", fingerprint: "f", token: "$DEMO", claim: "listing" },
  text: "$DEMO is listed",
};

for (const [start, user] of STARTS) {
  const { sources, enrichers, channels } = parse(user);

  it.each(SOURCES)(
    `leads the source $name to its emulator with ${start}`,
    async ({ name, kind }) => {
      const state = sources.get(name);
      if (kind === "push") return expect(state).not.toHaveProperty("poll");
      if (state?.kind !== "on") throw new Error(`${name} is off: ${state?.why}`);
      const { urls, ports } = recorder();
      await state.poll?.({ cursor: null, since: null }, ports);
      if (state.stream) urls.push(state.stream.url(null));
      expect(urls).not.toEqual([]);
      for (const url of urls) expect(url).toContain(EMULATORS);
    },
  );

  it.each(ENRICHERS)(`leads the enricher $name to its emulator with ${start}`, async ({ name }) => {
    const state = enrichers.get(name);
    if (state?.kind !== "on") throw new Error(`${name} is off: ${state?.why}`);
    const { urls, ports } = recorder();
    const tokenCa = "0x5b1c2d3e4f5061728394a5b6c7d8e9f0a1b2c3d4";
    await state.ask({ chain: "eth", symbol: "DEMO", tokenCa, confidence: 1 }, ports);
    await state.opinion?.ask(QUESTION, ports);
    if (state.search) urls.push(state.search.baseUrl);
    expect(urls).not.toEqual([]);
    for (const url of urls) expect(url).toContain(EMULATORS);
  });

  it.each(CHANNEL_SETTING_NAMES.filter((name) => name.endsWith("_BASE_URL")))(
    `leads channels to the emulator by %s with ${start}`,
    (name) => {
      expect(channels[name as keyof typeof channels]).toContain(EMULATORS);
    },
  );
}

it.each(
  EMULATOR_SETTINGS.flatMap(({ name, owned, settings }) =>
    owned.map((own) => ({ name, own, settings })),
  ),
)("sends neither key nor call to the emulator $name once the user sets $own", (each) => {
  const settings = read({ [each.own]: "own" });
  for (const [name, value] of Object.entries(each.settings(EMULATORS)))
    if (/_(URLS?|SOURCES|KEY|TOKEN|JSON)$/.test(name) && name !== each.own)
      expect(settings[name], name).not.toBe(value);
  expect(settings[each.own]).toBe("own");
});

it("leaves what the user did not name to the emulators", () => {
  const settings = read({ X_USERS: "vitalik", MAIL_FROM: "me@example.org" });
  expect(settings).toMatchObject({ X_USERS: "vitalik", MAIL_FROM: "me@example.org" });
  expect(settings.X_BASE_URL).toContain("4999/x");
  expect(settings.RESEND_BASE_URL).toContain("4999/resend");
});

it("says in one line which services are local and which are the user's", () => {
  expect(standInLine({ X_BEARER_TOKEN: "", GITHUB_TOKEN: "own" })).toMatch(
    /^emulators stand in for .*\bx, apify\b.*; yours: github$/,
  );
});

it("breaks a long line between words, and loses none", () => {
  const line = standInLine({});
  const shown = inColumns(line, 12);
  expect(shown.split("\n").every((part) => part.length <= 100)).toBe(true);
  expect(shown.split(/\n {12}/).join(" ")).toBe(line);
});

it("starts with settings that nothing complains of", () => {
  const { ADMIN_KEY: _, ...settings } = read();
  expect(settingProblems(settings)).toEqual([]);
});

it("leaves every emulated source off without samples, but for those of the user's own", () => {
  const onWith = (user: Record<string, string>) => {
    const { ADMIN_KEY: _, ...settings } = read(user, false);
    const { sources } = parseSettings(settings);
    return SOURCES.filter(({ name }) => sources.get(name)?.kind === "on").map(({ name }) => name);
  };
  expect(onWith({})).toEqual(["cloudevents"]);
  const own = { FEED_URLS: "https://news.example/rss", X_BEARER_TOKEN: "t", SOURCES_OFF: "x" };
  expect(onWith(own)).toEqual(["feeds", "cloudevents"]);
});
