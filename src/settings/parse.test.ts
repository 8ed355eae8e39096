import { expect, it } from "vitest";
import { searchOf } from "../enrich/enrich.ts";
import { parseSettings } from "./parse.ts";

const DATABASE_URL = "postgresql://a@b/c";

it("reads core, channels, sources and enrichers at once, and cannot be changed", () => {
  const settings = parseSettings({ DATABASE_URL, X_BEARER_TOKEN: "key", LANGUAGES: "EN" });
  expect(settings.core.LANGUAGES).toEqual(["en"]);
  expect(settings.channels.TELEGRAM_BASE_URL).toBe("https://api.telegram.org");
  expect(settings.sources.get("x")?.kind).toBe("on");
  expect(settings.enrichers.get("bigquery")).toEqual({
    kind: "off",
    why: "GCP_SA_JSON is not set",
  });
  for (const part of [settings, settings.core, settings.channels, settings.rules])
    expect(Object.isFrozen(part)).toBe(true);
});

it("names every core and channel setting that is wrong in one error", () => {
  expect(() => parseSettings({ SPAM_FROM: "2", TELEGRAM_BASE_URL: "telegram" })).toThrow(
    /^settings: (?=.*DATABASE_URL)(?=.*SPAM_FROM)(?=.*TELEGRAM_BASE_URL)/,
  );
});

it.each([
  ["", "https://api.dexscreener.com"],
  ["http://127.0.0.1:1/dexscreener", "http://127.0.0.1:1/dexscreener"],
])("searches symbols at DEXSCREENER_BASE_URL=%s where the enricher asks", (given, baseUrl) => {
  const { enrichers } = parseSettings({ DATABASE_URL, DEXSCREENER_BASE_URL: given });
  expect(searchOf(enrichers)).toEqual({ baseUrl });
});

it("lets rules read their own variables alone", () => {
  const { rules } = parseSettings({ DATABASE_URL, THETA_PUSH: "5", X_BEARER_TOKEN: "key" });
  expect(rules).toEqual({ THETA_PUSH: "5" });
});
