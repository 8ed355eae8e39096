import { DEFAULT_TENANT } from "../model/tenant.ts";
import type { ApiCaller } from "./caller.ts";

export const SCOPES = ["read", "operations", "ingest", "write", "admin"] as const;
export type ApiScope = (typeof SCOPES)[number];

/**
 * Who may call a route. open: anyone. feed, operations: anyone where the settings say so, else the
 * scope read or operations. self: the handler decides. The rest: that scope.
 */
export type RouteAccess = "open" | "feed" | "self" | ApiScope;

/**
 * What a route gives to a key of another tenant than the default one. own: the rows of its tenant;
 * shared: what is the same for all. A route that says neither is for the operators alone.
 */
export type RouteTenants = "own" | "shared";

/**
 * `feed`: events and signals are public. `operations`: also outbox, rules, metrics (a machine of
 * one's own). `none`: every read asks for a key.
 */
export type PublicRead = "none" | "feed" | "operations";

export type ApiSettings = {
  publicRead: PublicRead;
  /** Whether the cache before the Worker may keep what is public, for seconds. */
  cacheReads: boolean;
  version: string;
  /** A key that works without the database: `prefix_id.secret`, with every scope. */
  adminKey: string | null;
  /** Mixed into the hashes of keys; null: they are plain. */
  keyPepper: string | null;
  /** Seals the cursors of pages. */
  cursorKey: string;
};

export type ApiEnv = {
  Variables: {
    caller: ApiCaller;
    requestId: string;
    /** What the answer says of the limits that the request fell under. */
    rateLimit?: Record<string, string>;
  };
};

/** What anyone may call without a key. */
export const PUBLIC_ACCESS: Record<PublicRead, readonly RouteAccess[]> = {
  none: ["open"],
  feed: ["open", "feed"],
  operations: ["open", "feed", "operations"],
};

/** The scope that a route asks for where it is not public. */
export const requiredScope = (access: RouteAccess): ApiScope => {
  if (access === "self") return "ingest";
  return access === "open" || access === "feed" ? "read" : access;
};

export const scopeAllows = (caller: ApiCaller, scope: ApiScope): boolean =>
  caller.kind === "key" && (caller.scopes.includes(scope) || caller.scopes.includes("admin"));

/** Whose rows a caller gets. Who shows no key may read what is public, which is the operators'. */
export const tenantOf = (caller: ApiCaller): string =>
  caller.kind === "key" ? caller.tenant : DEFAULT_TENANT;

/** Whether a caller may read what a route with that access shows. */
export const mayRead = (
  access: "feed" | "operations",
  caller: ApiCaller,
  publicRead: PublicRead,
): boolean =>
  PUBLIC_ACCESS[publicRead].includes(access) || scopeAllows(caller, requiredScope(access));
