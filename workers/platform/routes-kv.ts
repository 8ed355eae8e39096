import { cached } from "../../src/concurrency/cached.ts";
import { parseJson } from "../../src/kit/parse-json.ts";
import { type Clock, iso } from "../../src/kit/time.ts";
import type { FactVocabulary } from "../../src/model/facts.ts";
import { DEFAULT_TENANT } from "../../src/model/tenant.ts";
import type { Telemetry } from "../../src/observability/telemetry.ts";
import { loadRoutes } from "../../src/routing/load.ts";
import type { Routes } from "../../src/routing/routes.ts";
import { RulesBundle } from "../../src/rules/bundle.ts";

/** Holds the text in force with the settings that it reads; nothing until one is published. */
const keyOf = (tenant: string): string =>
  tenant === DEFAULT_TENANT ? "routes:current" : `routes:current:${tenant}`;
/** The least that KV's cache at the edge takes. */
const EDGE_CACHE = { cacheTtl: 30 };

export type RoutesSettings = {
  /** The routes.yml built into the Worker: in force until something is published. */
  fallback: string;
  variables: Record<string, string>;
  vocabulary: FactVocabulary;
  /** How long an isolate keeps what it has read. */
  rereadMs: number;
  /** Whose routes they are. */
  tenant: string;
};

export type RoutesStatus = { loadedAt: string | null; rejected: string | null };

/** The routes in force. Nothing that fails to load replaces what is loaded. */
export type RoutesKv = {
  /**
   * Null where there are none. Throws when KV is out of reach and nothing was loaded before:
   * notifying other channels than those meant would be worse than waiting.
   */
  current(): Promise<Routes | null>;
  /** The caller has validated the text and written it to the audit log. */
  publish(text: string): Promise<void>;
  /** Counts a push that was refused before it reached this store. */
  refused(): void;
  status(): RoutesStatus;
};

type Kv = {
  get(key: string, options: { cacheTtl: number }): Promise<string | null>;
  put(key: string, value: string): Promise<void>;
};

export function routesFromKv(
  kv: Kv,
  { fallback, variables, vocabulary, rereadMs, tenant }: RoutesSettings,
  { now, telemetry }: { now: Clock; telemetry: Telemetry },
): RoutesKv {
  const key = keyOf(tenant);
  const status: RoutesStatus = { loadedAt: null, rejected: null };
  const count = (result: string) => telemetry.count("config_reload_total", { result });
  let last: { stored: string | null; routes: Routes | null } | undefined;

  /** A text that does not load leaves what was loaded, or the routes built into the Worker. */
  async function load(): Promise<Routes | null> {
    const stored = await kv.get(key, EDGE_CACHE);
    if (last !== undefined && last.stored === stored) {
      status.rejected = null;
      return last.routes;
    }
    const opened = open(stored);
    if (opened.kind === "rejected") {
      status.rejected = opened.problems[0]?.message ?? "cannot be read";
      count("rejected");
      if (last !== undefined) return last.routes;
      const own = open(null);
      return own.kind === "loaded" ? own.routes : null;
    }
    last = { stored, routes: opened.routes };
    Object.assign(status, { loadedAt: iso(now()), rejected: null });
    if (opened.routes !== null) count("loaded");
    return opened.routes;
  }

  function open(stored: string | null) {
    if (stored === null) return loadRoutes(fallback, variables, vocabulary);
    const parsed = parseJson(stored);
    const bundle = parsed.kind === "json" ? RulesBundle.safeParse(parsed.value).data : undefined;
    return bundle
      ? loadRoutes(bundle.text, bundle.variables, vocabulary)
      : { kind: "rejected" as const, problems: [{ message: "KV holds no routes there" }] };
  }

  const held = cached(load, { ttlMs: rereadMs, staleOnError: true, now });
  return {
    current: () => held.get(),
    async publish(text) {
      await kv.put(key, JSON.stringify({ text, variables } satisfies RulesBundle));
      held.expire();
    },
    refused: () => count("rejected"),
    status: () => ({ ...status }),
  };
}
