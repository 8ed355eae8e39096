import { NeonDbError, neon, neonConfig } from "@neondatabase/serverless";
import { StoreUnavailable } from "../../src/store/index.ts";
import { isPassing } from "../../src/store/postgres/errors.ts";
import { BECOME_TENANT, type SqlClient } from "../../src/store/postgres/sql.ts";

export type NeonSettings = {
  databaseUrl: string;
  /** Where statements are posted instead of at Neon: the local front. */
  fetchEndpoint?: string | undefined;
  timeoutMs?: number;
};

/**
 * PostgreSQL over Neon's HTTP protocol: each statement is one request, and so is one of a tenant
 * with what makes it one.
 */
export function neonSql({
  databaseUrl,
  fetchEndpoint,
  timeoutMs = 10_000,
}: NeonSettings): SqlClient {
  if (fetchEndpoint !== undefined) neonConfig.fetchEndpoint = fetchEndpoint;
  const sql = neon(databaseUrl, { disableWarningInBrowsers: true });
  const within = () => ({ fetchOptions: { signal: AbortSignal.timeout(timeoutMs) } });
  return {
    query: (text, params) => answered(() => sql.query(text, params, within())),
    asTenant: (tenant) => ({
      query: (text, params) =>
        answered(async () => {
          const both = [sql.query(BECOME_TENANT, [tenant]), sql.query(text, params)];
          return (await sql.transaction(both, within()))[1] ?? [];
        }),
    }),
  };
}

async function answered<Row>(ask: () => Promise<unknown>): Promise<Row[]> {
  try {
    return (await ask()) as Row[];
  } catch (error) {
    if (mayPass(error)) throw new StoreUnavailable(String(error), { cause: error });
    throw error;
  }
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
