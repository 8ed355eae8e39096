import type { Client, DatabaseError } from "pg";
import { StoreUnavailable } from "../../src/store/index.ts";
import { isPassing } from "../../src/store/postgres/errors.ts";
import { BECOME_TENANT, type SqlClient } from "../../src/store/postgres/sql.ts";

const TIMEOUT_MS = 10_000;

/**
 * PostgreSQL through Hyperdrive, which keeps connections to it open near it. A connection to
 * Hyperdrive belongs to the invocation that opened it, and costs no round trip to the database:
 * each statement opens its own.
 */
export const hyperdriveSql = (connectionString: string): SqlClient => ({
  query: (text, params) =>
    connected(connectionString, async (client) => (await client.query(text, params)).rows),
  asTenant: (tenant) => ({
    query: (text, params) =>
      connected(connectionString, async (client) => {
        await client.query("begin");
        await client.query(BECOME_TENANT, [tenant]);
        const { rows } = await client.query(text, params);
        await client.query("commit");
        return rows;
      }),
  }),
});

async function connected<Row>(
  connectionString: string,
  work: (client: Client) => Promise<unknown[]>,
): Promise<Row[]> {
  // Its modules are evaluated only where they are used: they would cost every start.
  const { default: pg } = await import("pg");
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  // What breaks the connection fails the query that waits for it.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return (await work(client)) as Row[];
  } catch (error) {
    if (mayPass(error)) throw new StoreUnavailable(String(error), { cause: error });
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** An error without an SQLSTATE is one of the connection. */
function mayPass(error: unknown): boolean {
  const { code, severity } = error as Partial<DatabaseError>;
  return code === undefined || severity === undefined || isPassing(code);
}
