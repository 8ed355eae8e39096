import { readFileSync } from "node:fs";
import { join } from "node:path";
import { table } from "../cli/table.ts";
import type { Emulator, EmulatorReply } from "../local/emulators/emulator.ts";
import {
  type Fault,
  type FaultSource,
  faultSource,
  mistype,
  refusal,
} from "../local/emulators/faults.ts";
import { EMULATORS } from "../local/emulators/registry.ts";
import { type LayeredCache, layeredCache } from "../src/concurrency/layered-cache.ts";
import { memoryRedis } from "../src/concurrency/memory-redis.ts";
import { sharedFlight } from "../src/concurrency/shared-flight.ts";
import { type EnrichPorts, enrich, groupsOf } from "../src/enrich/enrich.ts";
import { ENRICHERS } from "../src/enrich/registry.ts";
import { EMPTY_BLACKLIST } from "../src/filter/blacklist.ts";
import { localGuard } from "../src/http/local-guard.ts";
import type { TokenRef } from "../src/model/mention.ts";
import { PostInput } from "../src/model/raw-post.ts";
import { judge } from "../src/pipeline.ts";
import { switchesOf } from "../src/settings/plugin.ts";

const FILE =
  process.env.BENCH_POSTS_FILE ?? join(import.meta.dirname, "..", "samples", "posts.jsonl");
const POSTS = 2_000;
/** Posts come so far apart; each mention of a token is one look. */
const EVERY_MS = 500;
const FAULTS: Fault[] = ["latency", "429", "500", "timeout", "cut", "html", "types", "empty"];
const FAULT_SETTINGS = {
  fault: FAULTS,
  rate: 0.25,
  ms: 2_000,
  headerStyle: "retry-after",
  retryAfterSeconds: 5,
  seed: 1,
} as const;
/** An answer takes as long as one from a real service, drawn evenly. */
const LATENCY_MS = [60, 350] as const;
const PACES: Record<string, number> = { goplus: 25, dexscreener: 120, geckoterminal: 12 };

/**
 * Time that passes only when everybody waits: a run takes as long as its work, and says the same on
 * every machine.
 */
function virtualTime(start: number) {
  let now = start;
  const waiting: { at: number; wake: () => void }[] = [];
  const sleep = (ms: number) =>
    new Promise<void>((wake) => void waiting.push({ at: now + ms, wake }));
  async function run(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      waiting.sort((a, b) => a.at - b.at);
      const next = waiting.shift();
      if (next === undefined) return;
      now = next.at;
      next.wake();
    }
  }
  return { now: () => now, sleep, run };
}

const noCache: LayeredCache = {
  get: async () => null,
  getAll: async (keys) => keys.map(() => null),
  put: async () => undefined,
};

function mentioned(): TokenRef[] {
  const lines = readFileSync(FILE, "utf8").split("\n").filter(Boolean);
  const settings = {
    filter: { languages: [], blacklist: EMPTY_BLACKLIST },
    refine: { windowMinutes: 60, authors: new Map() },
  };
  return Array.from({ length: POSTS }, (_, i) => {
    const post = PostInput.parse(JSON.parse(lines[i % lines.length] ?? ""));
    const judged = judge(post, settings);
    return judged.kind === "keep" ? judged.post.mentions.map(({ token }) => token) : [];
  }).flat();
}

type Clock = ReturnType<typeof virtualTime>;

/** The emulators without the network between, each with a quarter of its calls failing. */
function outside(clock: Clock) {
  const calls = new Map<string, number[]>();
  const faultsOf = new Map(
    EMULATORS.map((emulator): [string, FaultSource] => [
      emulator.name,
      faultSource(emulator.name, { ...FAULT_SETTINGS, fault: FAULTS }),
    ]),
  );
  const latency = faultSource("latency", { ...FAULT_SETTINGS, fault: FAULTS, rate: 1 });
  const lateness = () =>
    LATENCY_MS[0] +
    ((FAULTS.indexOf(latency.next() ?? "500") + 0.5) / FAULTS.length) *
      (LATENCY_MS[1] - LATENCY_MS[0]);
  const fetch = async (address: string, init: RequestInit): Promise<Response> => {
    const url = new URL(address);
    const [, name = ""] = url.pathname.split("/");
    const emulator = EMULATORS.find((each) => each.name === name);
    if (emulator === undefined) throw new Error(`no emulator ${name}`);
    calls.set(name, [...(calls.get(name) ?? []), clock.now()]);
    await clock.sleep(lateness());
    return answered(emulator, url, String(init.body ?? ""), faultsOf.get(name)?.next());
  };
  async function answered(
    emulator: Emulator,
    url: URL,
    text: string,
    fault: Fault | undefined,
  ): Promise<Response> {
    const path = url.pathname.slice(emulator.name.length + 1);
    const call = {
      method: "GET",
      path,
      query: url.searchParams,
      headers: {},
      text,
      json: undefined,
      now: clock.now(),
      base: url.origin,
    };
    const refused =
      fault && refusal(fault, { ...FAULT_SETTINGS, fault: FAULTS }, emulator.refusals, clock.now());
    if (refused) return response(refused);
    if (fault === "latency" || fault === "timeout") await clock.sleep(FAULT_SETTINGS.ms);
    if (fault === "timeout" || fault === "cut") throw new TypeError("connection lost");
    const reply = emulator.answer(call);
    return response(fault === "types" ? { ...reply, body: mistype(reply.body) } : reply);
  }
  return { fetch, calls };
}

const response = ({ status, headers, body }: EmulatorReply): Response =>
  new Response(typeof body === "string" ? body : JSON.stringify(body), {
    status,
    headers: headers ?? {},
  });

const quantile = (values: number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? 0;
const busiest = (times: number[]): number =>
  Math.max(
    0,
    ...times.map((from) => times.filter((at) => at >= from && at < from + 60_000).length),
  );

async function run(tokens: TokenRef[], cached: boolean) {
  const clock = virtualTime(Date.UTC(2026, 10, 20, 10));
  const { fetch, calls } = outside(clock);
  const redis = memoryRedis(clock.now);
  const base = "http://emulators.test";
  const urls = {
    GOPLUS_BASE_URL: `${base}/goplus`,
    DEXSCREENER_BASE_URL: `${base}/dexscreener`,
    GECKOTERMINAL_BASE_URL: `${base}/geckoterminal`,
  };
  const ports: EnrichPorts = {
    fetch,
    now: clock.now,
    sleep: clock.sleep,
    guard: localGuard(clock.now),
    tokens: new Map(),
    defer: () => undefined,
    features: { putFeatures: async () => undefined, features: async () => undefined },
    groups: groupsOf(ENRICHERS, switchesOf(ENRICHERS, urls)),
    cache: cached ? layeredCache(redis, clock.now) : noCache,
    flight: cached
      ? sharedFlight({
          ...clock,
          redis,
          underway: new Map(),
          holder: "bench",
          defer: () => undefined,
        })
      : (_, task) => task(),
    search: { baseUrl: urls.DEXSCREENER_BASE_URL },
  };
  const spent: number[] = [];
  const statuses = new Map<string, number>();
  const looks = tokens.map(async (token, i) => {
    await clock.sleep(i * EVERY_MS);
    const began = clock.now();
    const answers = await enrich(token, ports);
    spent.push(clock.now() - began);
    for (const { provider, status } of answers)
      statuses.set(`${provider} ${status}`, (statuses.get(`${provider} ${status}`) ?? 0) + 1);
  });
  await Promise.all([clock.run(), ...looks]);
  return { spent, calls, statuses, redisCommands: redis.commands };
}

export async function bench(): Promise<void> {
  const tokens = mentioned();
  const without = await run(tokens, false);
  const withCache = await run(tokens, true);
  const distinct = new Set(
    tokens.map(({ chain, symbol, tokenCa }) => `${chain}:${tokenCa ?? symbol}`),
  ).size;
  console.log(
    `enrichment: ${POSTS} posts, ${tokens.length} looks at ${distinct} tokens, a quarter of all ` +
      `calls fail (${FAULTS.join(" ")})`,
  );
  const per1000 = (result: typeof withCache, name: string) =>
    Math.round(((result.calls.get(name)?.length ?? 0) * 1_000) / POSTS);
  const rows = Object.entries(PACES).map(([provider, pace]) => ({
    provider,
    "calls/1000 posts": per1000(withCache, provider),
    "without cache": per1000(without, provider),
    pace,
    "busiest minute": Math.max(
      busiest(withCache.calls.get(provider) ?? []),
      busiest(without.calls.get(provider) ?? []),
    ),
  }));
  for (const line of table(rows)) console.log(line);
  console.log(
    `Redis: ${Math.round((withCache.redisCommands * 1_000) / POSTS)} commands/1000 posts`,
  );
  for (const [name, { spent, statuses }] of Object.entries({
    "with cache": withCache,
    "without cache": without,
  })) {
    const said = [...statuses].sort().map(([status, count]) => `${status} ${count}`);
    console.log(
      `${name}: p50 ${quantile(spent, 0.5)} ms, p95 ${quantile(spent, 0.95)} ms, most ` +
        `${Math.max(...spent)} ms; ${said.join(", ")}`,
    );
  }
}
