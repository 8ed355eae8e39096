import { NeonDbError, neon, neonConfig } from "@neondatabase/serverless";
import { StoreUnavailable } from "../../src/store/index.ts";
import { isPassing } from "../../src/store/postgres/errors.ts";
import type { Sql } from "../../src/store/postgres/sql.ts";

export type NeonSettings = {
  databaseUrl: string;
  /** Where statements are posted instead of at Neon: the local front. */
  fetchEndpoint?: string | undefined;
  timeoutMs?: number;
};

/** PostgreSQL over Neon's HTTP protocol: each statement is one request. */
export function neonSql({ databaseUrl, fetchEndpoint, timeoutMs = 10_000 }: NeonSettings): Sql {
  if (fetchEndpoint !== undefined) neonConfig.fetchEndpoint = fetchEndpoint;
  const sql = neon(databaseUrl, { disableWarningInBrowsers: true });
  return {
    async query<Row>(text: string, params: (string | number | boolean | null)[]) {
      try {
        const rows = await sql.query(text, params, {
          fetchOptions: { signal: AbortSignal.timeout(timeoutMs) },
        });
        return rows as Row[];
      } catch (error) {
        if (mayPass(error)) throw new StoreUnavailable(String(error), { cause: error });
        throw error;
      }
    },
  };
}

/**
 * Too large a request (413) or reply (507) stays so. Everything else without an SQLSTATE is the
 * network, the proxy, or a database asleep.
 */
function mayPass(error: unknown): boolean {
  if (!(error instanceof NeonDbError)) return true;
  if (error.code) return isPassing(error.code);
  return !/HTTP status (413|507)/.test(error.message);
}
