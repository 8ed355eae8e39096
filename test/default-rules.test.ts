import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { emulatorSettings } from "../local/settings.ts";
import { layeredCache } from "../src/concurrency/layered-cache.ts";
import { memoryRedis } from "../src/concurrency/memory-redis.ts";
import { singleFlight } from "../src/concurrency/single-flight.ts";

import { type EnrichPorts, groupsOf, searchOf } from "../src/enrich/enrich.ts";
import { mergeFacts } from "../src/enrich/facts.ts";
import { ENRICHERS, VOCABULARY } from "../src/enrich/registry.ts";
import { gather, NOTHING } from "../src/events/gather.ts";
import { summarise } from "../src/events/summarise.ts";
import { parseBlacklist } from "../src/filter/blacklist.ts";
import { localGuard } from "../src/http/local-guard.ts";
import type { FactValues } from "../src/model/facts.ts";
import type { Mention, TokenRef } from "../src/model/mention.ts";
import { PostInput } from "../src/model/raw-post.ts";
import { enrich, judge } from "../src/pipeline.ts";
import { parseCoins } from "../src/refine/coins.ts";
import { loadRules } from "../src/rules/load.ts";
import { scoreRules } from "../src/rules/score.ts";
import { switchesOf } from "../src/settings/plugin.ts";
import { isNearDuplicate } from "../src/text/near-duplicate/fingerprint.ts";
import { type Emulators, startEmulators } from "./support/outside.ts";

/** Shortly after the last of the sample posts. */
const NOW = Date.parse("2026-11-20T12:00:00Z");
/** So that no provider is asked faster than it allows. */
const BETWEEN_EVENTS_MS = 10_000;
const ROOT = new URL("../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");

/** The shipped list holds examples: whom to listen to is for each user to say. */
const LISTED = new Map([
  ["nonce_sense", 1],
  ["umbra_notes", 0.5],
]);
/** The samples hold no attack that three authors report each in their own words. */
const ALARMS = [
  [
    "ada_onchain",
    "Security alert: the $EMBER staking contract was exploited, funds are being drained.",
  ],
  [
    "bob_blocks",
    "$EMBER hacked. An attacker drained the pool minutes ago, revoke your approvals now.",
  ],
  [
    "cyd_custody",
    "Confirmed exploit of $EMBER: about 900k stolen through the bridge, it is paused.",
  ],
  ["dan_defi", "The $EMBER exploit is real, the attacker drained 400 ETH from the vault."],
].map(([author, text], n) => ({
  id: `alarm-${n}`,
  source: "x",
  author,
  text,
  posted_at: `2026-11-20T11:0${n}:00Z`,
}));

const loadedList = <T>(list: { kind: "loaded"; value: T } | { kind: "refused" | string }): T => {
  if (!("value" in list)) throw new Error("a list in rules/ cannot be read");
  return list.value;
};

/** What the shipped lists and the default settings make of the sample posts, by event. */
function mentionsByEvent(): Map<string, Mention[]> {
  const settings = {
    filter: {
      languages: ["en"],
      spamFrom: 0.5,
      blacklist: loadedList(parseBlacklist(read("rules/blacklist.yml"))),
    },
    refine: {
      windowMinutes: 60,
      authors: LISTED,
      coins: loadedList(parseCoins(read("rules/coins.yml"))),
    },
  };
  const posts = read("samples/posts.jsonl")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const mentions = [...posts, ...ALARMS].flatMap((post) => {
    const judged = judge(PostInput.parse(post), settings);
    return judged.kind === "keep" ? judged.post.mentions : [];
  });
  return Map.groupBy(mentions, ({ eventKey }) => eventKey);
}

function enrichPorts(base: string, now: () => number): EnrichPorts {
  const switches = switchesOf(ENRICHERS, emulatorSettings(base));
  return {
    fetch: (url, init) => fetch(url, init),
    now,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    guard: localGuard(now),
    tokens: new Map(),
    features: { putFeatures: async () => undefined, features: async () => undefined },
    groups: groupsOf(ENRICHERS, switches),
    cache: layeredCache(memoryRedis(now), now),
    flight: singleFlight(),
    defer: () => undefined,
    search: searchOf(switches),
  };
}

let emulators: Emulators;
/** The facts of every event of the samples, as the emulated providers complete them. */
const events: FactValues[] = [];

beforeAll(async () => {
  emulators = await startEmulators(() => NOW);
  let now = NOW;
  const ports = enrichPorts(emulators.base, () => now);
  for (const mentions of mentionsByEvent().values()) {
    now += BETWEEN_EVENTS_MS;
    const [first] = mentions;
    const token = first?.token as TokenRef;
    const { facts } = summarise(gather(NOTHING, mentions, isNearDuplicate).gathered);
    const answers = await enrich(token, ports);
    events.push(mergeFacts(facts, answers, new Date(NOW).toISOString()).values);
  }
}, 60_000);
afterAll(() => emulators.stop());

/** A rule that fires on more events than this says nothing about any of them. */
const NEARLY_ALL = 0.6;

it("fires each shipped rule on some events, and none on nearly all", () => {
  const loaded = loadRules(read("rules/rules.yml"), {}, VOCABULARY);
  if (loaded.kind === "rejected") throw new Error(JSON.stringify(loaded.problems));
  const { rules } = loaded;
  const fired = events.flatMap((facts) => {
    const { reasons, shadow } = scoreRules(rules, facts);
    return [...reasons, ...shadow].map(({ rule }) => rule);
  });
  const shareOf = (rule: string) => fired.filter((each) => each === rule).length / events.length;
  const keys = rules.rules.map(({ key }) => key);
  expect(keys.filter((key) => shareOf(key) === 0)).toEqual([]);
  expect(keys.filter((key) => shareOf(key) > NEARLY_ALL)).toEqual([]);
});

it("makes opportunities of a few, and calls for caution with a few", () => {
  const loaded = loadRules(read("rules/rules.yml"), {}, VOCABULARY);
  if (loaded.kind === "rejected") throw new Error(JSON.stringify(loaded.problems));
  const levels = events.map((facts) => scoreRules(loaded.rules, facts).level);
  const share = (level: string) => levels.filter((each) => each === level).length / levels.length;
  expect(share("opportunity")).toBeGreaterThan(0.05);
  expect(share("opportunity")).toBeLessThan(0.4);
  expect(share("caution")).toBeGreaterThan(0.05);
  expect(share("caution")).toBeLessThan(0.4);
});
