import type { CacheEntry } from "../concurrency/layered-cache.ts";
import type { Verdict } from "../http/verdict.ts";
import type { SleepFor } from "../kit/time.ts";
import { iso } from "../kit/time.ts";
import { ProviderFacts } from "../model/facts.ts";
import { canonicalAddress, type TokenRef } from "../model/mention.ts";
import type {
  AskPorts,
  Enricher,
  EnricherAnswer,
  EnricherSwitch,
  KnownToken,
  TokenSearch,
} from "./enricher.ts";
import { lookUp, needsLookup, type ResolvePorts, type TokenLookup } from "./resolve.ts";

/** Providers of the same facts, in the order in which they are asked. */
export type EnricherGroup = {
  name: string;
  members: (Pick<Enricher, "name" | "supports" | "keepSeconds"> &
    Extract<EnricherSwitch, { kind: "on" }>)[];
};

export type EnrichPorts = AskPorts &
  ResolvePorts & {
    groups: readonly EnricherGroup[];
    /** A look into the cache of a group's facts. */
    onCache?(provider: string, result: "hit" | "stale" | "miss"): void;
    /** Keeps the isolate alive until a late answer has reached the cache (waitUntil). */
    defer(work: Promise<unknown>): void;
  };

/** The enrichers that have what they need, by group in the order of the registry. */
export function groupsOf(
  enrichers: readonly Enricher[],
  switches: ReadonlyMap<string, EnricherSwitch>,
): EnricherGroup[] {
  const groups = new Map<string, EnricherGroup>();
  for (const { name, group, supports, keepSeconds } of enrichers) {
    const switched = switches.get(name);
    if (switched?.kind !== "on" || switched.opinion !== undefined) continue;
    const members = groups.get(group)?.members ?? [];
    groups.set(group, {
      name: group,
      members: [...members, { name, supports, keepSeconds, ...switched }],
    });
  }
  return [...groups.values()];
}

/** The search of the first enricher that has one and is on. */
export function searchOf(switches: ReadonlyMap<string, EnricherSwitch>): TokenSearch | null {
  for (const state of switches.values())
    if (state.kind === "on" && state.search !== undefined) return state.search;
  return null;
}

const BUDGET_MS = 800;

const failed = (provider: string, error: string): ProviderFacts => ({
  provider,
  via: null,
  status: "missing",
  asOf: null,
  values: {},
  notes: [],
  error,
});

const classOf = (verdict: Verdict): string => `${verdict.kind}: ${verdict.reason}`;
const isKnown = (token: TokenRef): token is KnownToken => token.tokenCa !== null;
const read = (stored: unknown): ProviderFacts | undefined => ProviderFacts.safeParse(stored).data;
const fresh = (held: CacheEntry<ProviderFacts> | null, now: number): ProviderFacts | null =>
  held !== null && held.freshUntil > now ? held.value : null;
const stale = (old: CacheEntry<ProviderFacts>, error: string): ProviderFacts => ({
  ...old.value,
  status: "stale",
  error,
});

function factsOf(
  group: EnricherGroup,
  via: string,
  asked: EnricherAnswer,
  now: number,
): ProviderFacts {
  const { verdict, values, notes } = asked;
  const status = verdict.kind === "ok" ? "fresh" : verdict.kind === "partial" ? "partial" : "empty";
  const error = status === "partial" ? classOf(verdict) : null;
  return { provider: group.name, via, status, asOf: asked.asOf ?? iso(now), values, notes, error };
}

const usable = (asked: EnricherAnswer): boolean =>
  asked.verdict.kind === "ok" || asked.verdict.kind === "partial";

/**
 * Asks the members in turn until one has facts. One member's "nothing known" counts only when no
 * other member has facts.
 */
async function fill(
  group: EnricherGroup,
  token: KnownToken,
  key: string,
  old: CacheEntry<ProviderFacts> | null,
  ports: EnrichPorts,
) {
  let fallback: ProviderFacts | null = null;
  let error = "no provider covers this chain";
  for (const member of group.members.filter((each) => each.supports(token))) {
    const asked = await member.ask(token, ports);
    if (!usable(asked) && asked.verdict.kind !== "empty") {
      error = `${member.name} ${classOf(asked.verdict)}`;
      continue;
    }
    const facts = factsOf(group, member.name, asked, ports.now());
    if (usable(asked)) {
      await ports.cache.put(key, facts, asked.freshSeconds, member.keepSeconds);
      return facts;
    }
    fallback ??= facts;
  }
  if (old !== null && fallback === null) return stale(old, error);
  if (fallback !== null) await ports.cache.put(key, fallback, 300, 300);
  return fallback ?? failed(group.name, error);
}

const cacheKey = ({ name }: EnricherGroup, { chain, tokenCa }: KnownToken): string =>
  `cache:${name}:${chain}:${canonicalAddress(tokenCa)}`;

/** Answers that `fill` has put into the cache. */
const isCached = ({ status }: ProviderFacts): boolean =>
  status === "fresh" || status === "partial" || status === "empty";

async function askGroup(
  group: EnricherGroup,
  token: KnownToken,
  old: CacheEntry<ProviderFacts> | null,
  ports: EnrichPorts,
) {
  const key = cacheKey(group, token);
  const hit = fresh(old, ports.now());
  ports.onCache?.(group.name, hit !== null ? "hit" : old !== null ? "stale" : "miss");
  if (hit !== null) return hit;
  return ports.flight(
    key,
    () => fill(group, token, key, old, ports),
    async () => fresh(await ports.cache.get(key, read), ports.now()),
    isCached,
  );
}

const unasked = (group: EnricherGroup): ProviderFacts => ({
  ...failed(group.name, ""),
  status: "empty",
  error: "no contract address known",
});

/** Under this name stands what the search found out about the token itself. */
const LOOKUP = "token";

function lookupNote(stated: TokenRef, found: KnownToken): string {
  const name = found.symbol ?? "token";
  if (stated.tokenCa === null)
    return (
      `${name} taken to be ${found.tokenCa} on ${found.chain}, ` +
      `${Math.round(found.confidence * 100)} % sure`
    );
  return canonicalAddress(stated.tokenCa) === found.tokenCa
    ? `${found.tokenCa} is traded on ${found.chain}`
    : `the pool ${stated.tokenCa} trades ${name}, ${found.tokenCa} on ${found.chain}`;
}

const lookupFacts = (stated: TokenRef, found: KnownToken, now: number): ProviderFacts => ({
  provider: LOOKUP,
  via: "dexscreener",
  status: "fresh",
  asOf: iso(now),
  values: {
    contract: `${found.chain}:${found.tokenCa}`,
    contract_symbol: found.symbol?.toUpperCase() ?? null,
  },
  notes: [lookupNote(stated, found)],
  error: null,
});

/**
 * The facts that providers know about a token, within 800 ms in all: what a search found out about
 * it, where that was needed, and one answer of every group that covers its chain. A late answer is
 * "missing" (or "stale", with the cached values), and is cached for the next call. Never throws.
 */
export async function enrich(token: TokenRef, ports: EnrichPorts): Promise<ProviderFacts[]> {
  const began = ports.now();
  const until = began + BUDGET_MS;
  const deadline = ports.sleep(BUDGET_MS).then(() => "late" as const);
  /**
   * Work that would wait for a provider past the deadline is late at once; its event need not wait.
   */
  const within = async <T>(ask: (ports: EnrichPorts) => Promise<T>): Promise<T | "late"> => {
    const { promise: tooLong, resolve: giveUp } = Promise.withResolvers<"late">();
    const sleep: SleepFor = (ms) => {
      if (ports.now() + ms > until) giveUp("late");
      return ports.sleep(ms);
    };
    const work = ask({ ...ports, sleep });
    const first = await Promise.race([work, deadline, tooLong]);
    if (first === "late") ports.defer(work);
    return first;
  };
  const looked: TokenLookup | "late" = needsLookup(token)
    ? await within((hurried) => lookUp(token, hurried))
    : { kind: "nobody" };
  if (looked === "late") return [failed(LOOKUP, "late"), ...ports.groups.map(unasked)];
  if (looked.kind === "failed") return [failed(LOOKUP, looked.error), ...ports.groups.map(unasked)];
  const found = looked.kind === "found" ? looked.token : token;
  if (!isKnown(found)) return ports.groups.map(unasked);
  const lookedMs = ports.now() - began;

  const asked = ports.now();
  const groups = ports.groups.filter((group) =>
    group.members.some((member) => member.supports(found)),
  );
  const keys = groups.map((group) => cacheKey(group, found));
  const cached = await within(() => ports.cache.getAll(keys, read));
  const answers = groups.map(async (group, at): Promise<ProviderFacts> => {
    const old = cached === "late" ? null : (cached[at] ?? null);
    const answer = await within((hurried) =>
      askGroup(group, found, old, hurried).catch(() => failed(group.name, "fault in the adapter")),
    );
    const ms = ports.now() - asked;
    if (answer !== "late") return { ...answer, ms };
    return { ...(old === null ? failed(group.name, "late") : stale(old, "late")), ms };
  });
  const facts = await Promise.all(answers);
  return looked.kind === "found"
    ? [{ ...lookupFacts(token, found, ports.now()), ms: lookedMs }, ...facts]
    : facts;
}
