import { cached } from "../../src/concurrency/cached.ts";
import { type Clock, iso } from "../../src/kit/time.ts";
import type { FactVocabulary } from "../../src/model/facts.ts";
import type { Telemetry } from "../../src/observability/telemetry.ts";
import { bundleOf, openBundle } from "../../src/rules/bundle.ts";
import { isInCanary, type LiveCanary, RulesCanary } from "../../src/rules/canary.ts";
import { loadRules } from "../../src/rules/load.ts";
import type { Ruleset } from "../../src/rules/score.ts";
import type { ChangeEntry } from "../../src/store/audit-log.ts";
import type { RulesHistory } from "../../src/store/rules-versions.ts";

/** Holds the sha of the rules in force. */
const POINTER = "rules:current";
/** Holds a RulesCanary, or nothing. */
const CANARY = "rules:canary";
const bundleKey = (sha: string) => `rules:${sha}`;
/**
 * The least that KV's cache at the edge takes. With the re-read below it bounds how late a push
 * arrives: under 90 s, everywhere.
 */
const EDGE_CACHE = { cacheTtl: 30 };
/** How many earlier versions a new isolate tries when the current one cannot be opened. */
const EARLIER = 5;
const KEPT_OPEN = 8;

export type RulesSettings = {
  /** The rules.yml built into the Worker: in force until something is published. */
  fallback: string;
  variables: Record<string, string>;
  vocabulary: FactVocabulary;
  /** How long an isolate keeps what it has read. */
  rereadMs: number;
};

export type RulesStatus = {
  version: string | null;
  loadedAt: string | null;
  rejected: string | null;
};

/**
 * The rules in force: immutable bundles under their sha, and one pointer. Nothing that fails to
 * load replaces what is loaded.
 */
export type RulesKv = {
  /**
   * Throws when KV is out of reach and nothing was loaded before: scoring by other rules than those
   * in force would be worse than waiting.
   */
  current(): Promise<Ruleset>;
  /**
   * A version by its sha, in force or not; undefined when it is unknown or cannot be opened any
   * more.
   */
  version(sha: string): Promise<Ruleset | undefined>;
  /** Those in force, or the canary's for its share of the event keys. Throws as `current` does. */
  forEvent(eventKey: string): Promise<Ruleset>;
  canary(): Promise<LiveCanary | null>;
  /**
   * Writes the bundle, then the pointer, and ends a canary. The caller has validated the rules.
   */
  publish(rules: Ruleset, entry: ChangeEntry): Promise<void>;
  /** Scores a share of the event keys by these rules, in place of an earlier canary. */
  startCanary(rules: Ruleset, share: number, entry: ChangeEntry): Promise<void>;
  stopCanary(entry: ChangeEntry): Promise<void>;
  /** Counts a push that was refused before it reached this store. */
  refused(): void;
  status(): RulesStatus;
};

type Kv = {
  get(key: string, options: { cacheTtl: number }): Promise<string | null>;
  put(key: string, value: string): Promise<void>;
};
type Archive = Pick<RulesHistory, "recordRules" | "rulesDocument" | "rulesVersions">;
type Opened = { kind: "opened"; rules: Ruleset } | { kind: "unusable"; reason: string };

export function rulesFromKv(
  kv: Kv,
  archive: Archive,
  settings: RulesSettings,
  { now, telemetry }: { now: Clock; telemetry: Telemetry },
): RulesKv {
  const open = bundleOpener(kv, archive, settings);
  const status: RulesStatus = { version: null, loadedAt: null, rejected: null };

  async function load(): Promise<Loaded> {
    const [sha, trial] = await Promise.all([
      kv.get(POINTER, EDGE_CACHE),
      kv.get(CANARY, EDGE_CACHE).then(readCanary),
    ]);
    const opened = sha === null ? open.builtIn() : await open.bundle(sha);
    status.rejected = opened.kind === "unusable" ? opened.reason : null;
    if (opened.kind === "opened")
      return { current: inForce(opened.rules), canary: await openCanary(trial) };
    telemetry.count("config_reload_total", { result: "rejected" });
    if (status.version !== null) throw new Error(opened.reason);
    return { current: inForce(await open.earlier(trial?.sha)), canary: null };
  }

  /** A canary that does not open scores nothing, and is shown as rejected. */
  async function openCanary(trial: RulesCanary | null): Promise<LiveCanary | null> {
    if (!trial) return null;
    const opened = await open.bundle(trial.sha);
    if (opened.kind === "opened") return { ...trial, rules: opened.rules };
    status.rejected = opened.reason;
    telemetry.count("config_reload_total", { result: "rejected" });
    return null;
  }

  function inForce(rules: Ruleset): Ruleset {
    if (status.version !== rules.sha) {
      status.version = rules.sha;
      status.loadedAt = iso(now());
      telemetry.count("config_reload_total", { result: "loaded" });
    }
    return rules;
  }

  /**
   * The first version that is published takes the place of the built-in rules: they stay known, to
   * go back to and to explain what they scored.
   */
  async function keepBuiltIn(): Promise<void> {
    const own = open.builtIn();
    if (own.kind === "unusable" || (await archive.rulesVersions(1)).length > 0) return;
    const version = { sha: own.rules.sha, document: bundleOf(own.rules), author: "built in" };
    // Before the one that follows: the latest is what a new isolate falls back to.
    await archive.recordRules(version, iso(now() - 1));
  }

  /** Keeps the bundle where every isolate finds it, and who brought it. */
  async function record(
    rules: Ruleset,
    entry: ChangeEntry,
    author: string = entry.keyId,
  ): Promise<void> {
    const document = bundleOf(rules);
    await keepBuiltIn();
    await kv.put(bundleKey(rules.sha), document);
    await archive.recordRules({ sha: rules.sha, document, author }, iso(now()), entry);
  }

  const held = cached(load, { ttlMs: settings.rereadMs, staleOnError: true, now });
  return {
    current: async () => (await held.get()).current,
    async forEvent(eventKey) {
      const { current, canary } = await held.get();
      return canary && isInCanary(eventKey, canary.share) ? canary.rules : current;
    },
    canary: async () => (await held.get()).canary,
    async version(sha) {
      const opened = await open.bundle(sha);
      return opened.kind === "opened" ? opened.rules : undefined;
    },
    async publish(rules, entry) {
      await record(rules, entry);
      await kv.put(POINTER, rules.sha);
      await kv.put(CANARY, "");
      held.expire();
    },
    async startCanary(rules, share, entry) {
      await record(rules, entry);
      const trial: RulesCanary = {
        sha: rules.sha,
        share,
        since: iso(now()),
        author: entry.keyId,
      };
      await kv.put(CANARY, JSON.stringify(trial));
      held.expire();
    },
    async stopCanary(entry) {
      const { current } = await held.get();
      // The latest activated is what a new isolate falls back to.
      await record(current, entry, "canary ended");
      await kv.put(CANARY, "");
      held.expire();
    },
    refused: () => telemetry.count("config_reload_total", { result: "rejected" }),
    status: () => ({ ...status }),
  };
}

type Loaded = { current: Ruleset; canary: LiveCanary | null };

/** Null for no canary, and for text that holds none. */
function readCanary(text: string | null): RulesCanary | null {
  if (!text) return null;
  try {
    return RulesCanary.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Opens versions, keeping the last few compiled. Throws only when a store is out of reach. */
function bundleOpener(
  kv: Kv,
  archive: Archive,
  { fallback, variables, vocabulary }: RulesSettings,
) {
  const kept = new Map<string, Ruleset>();
  let compiled: Opened | undefined;

  function builtIn(): Opened {
    compiled ??= readBuiltIn();
    return compiled;
  }

  function readBuiltIn(): Opened {
    const loaded = loadRules(fallback, variables, vocabulary);
    return loaded.kind === "loaded"
      ? { kind: "opened", rules: loaded.rules }
      : {
          kind: "unusable",
          reason: `the rules.yml built into the Worker: ${loaded.problems[0]?.message}`,
        };
  }

  async function bundle(sha: string): Promise<Opened> {
    const known = kept.get(sha);
    if (known) return { kind: "opened", rules: known };
    // KV may answer "no such key" for a while after a write elsewhere; the database has had the
    // bundle since before the pointer moved.
    const text = (await kv.get(bundleKey(sha), EDGE_CACHE)) ?? (await archive.rulesDocument(sha));
    if (text === undefined) {
      const own = builtIn();
      return own.kind === "opened" && own.rules.sha === sha
        ? keep(own.rules)
        : { kind: "unusable", reason: `rules ${sha}: no such version` };
    }
    const loaded = openBundle(text, sha, vocabulary);
    if (loaded.kind === "rejected")
      return { kind: "unusable", reason: `rules ${sha}: ${loaded.problems[0]?.message}` };
    return keep(loaded.rules);
  }

  function keep(rules: Ruleset): Opened {
    kept.set(rules.sha, rules);
    for (const oldest of kept.keys()) if (kept.size > KEPT_OPEN) kept.delete(oldest);
    return { kind: "opened", rules };
  }

  /**
   * The version that was in force before, so that a new isolate is no worse off than one that still
   * holds it; never the canary.
   */
  async function earlier(except: string | undefined): Promise<Ruleset> {
    for (const { sha } of await archive.rulesVersions(EARLIER)) {
      if (sha === except) continue;
      const opened = await bundle(sha);
      if (opened.kind === "opened") return opened.rules;
    }
    const own = builtIn();
    if (own.kind === "unusable") throw new Error(own.reason);
    return own.rules;
  }

  return { builtIn, bundle, earlier };
}
