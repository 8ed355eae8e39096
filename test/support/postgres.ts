import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { applyMigrations } from "../../local/migrate.ts";
import { openDatabase } from "../../local/services/database.ts";
import { serveNeon } from "../../local/services/neon-proxy/proxy.ts";
import {
  databaseUrl,
  type PostgresBinaries,
  planPglite,
  planPostgres,
} from "../../local/services/postgres.ts";
import { freePorts } from "../../local/supervisor/ports.ts";
import { type ServiceSpec, startService } from "../../local/supervisor/service.ts";
import { makeWatchdog } from "../../local/supervisor/watchdog.ts";
import { StoreUnavailable } from "../../src/store/index.ts";
import { isPassing } from "../../src/store/postgres/errors.ts";
import { BECOME_TENANT, type SqlClient } from "../../src/store/postgres/sql.ts";

export type TestPostgres = {
  url: string;
  /** Where the Neon client posts its statements. */
  fetchEndpoint: string;
  /** For a look behind the store's back. */
  pool: pg.Pool;
  /** Empties every table. */
  clear(): Promise<void>;
  stop(): Promise<void>;
};

const PASSWORD = "of-a-test";
const UNSAFE = ["fsync", "full_page_writes", "synchronous_commit"].flatMap((name) => [
  "-c",
  `${name}=off`,
]);

/** A client of the store over a pool. A statement of a tenant has a connection to itself. */
export const poolSql = (pool: pg.Pool): SqlClient => ({
  query: (text, params) => answered(async () => (await pool.query(text, params)).rows),
  asTenant: (tenant) => ({
    query: (text, params) =>
      answered(async () => {
        const client = await pool.connect();
        try {
          await client.query("begin");
          await client.query(BECOME_TENANT, [tenant]);
          const { rows } = await client.query(text, params);
          await client.query("commit");
          return rows;
        } catch (error) {
          await client.query("rollback").catch(() => undefined);
          throw error;
        } finally {
          client.release();
        }
      }),
  }),
});

async function answered<Row>(ask: () => Promise<unknown[]>): Promise<Row[]> {
  try {
    return (await ask()) as Row[];
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === undefined || isPassing(code))
      throw new StoreUnavailable(String(error), { cause: error });
    throw error;
  }
}

/** The PostgreSQL 15 of Debian's package, the oldest that is supported; undefined: not installed. */
export function debianPostgres(): PostgresBinaries | undefined {
  const [postgres = "", initdb = ""] = ["postgres", "initdb"].map((name) =>
    join("/usr/lib/postgresql/15/bin", name),
  );
  return existsSync(postgres) ? { postgres, initdb } : undefined;
}

/**
 * A real PostgreSQL of its own with our tables, behind the front that speaks Neon's protocol. It
 * writes nothing through to the disk, for speed.
 */
export const startPostgres = (binaries?: PostgresBinaries): Promise<TestPostgres> =>
  startDatabase(8, PASSWORD, async (options) => {
    const { service: part } = await planPostgres({ ...options, password: PASSWORD, binaries });
    return { ...part, args: [...part.args, ...UNSAFE] };
  });

/**
 * What takes its place where its binaries do not run: one session, which its users take in turns.
 */
export const startPglite = (): Promise<TestPostgres> =>
  startDatabase(1, "", async (options) => planPglite(options));

type Plan = (options: { dir: string; port: number; logs: string }) => Promise<ServiceSpec>;

async function startDatabase(
  connections: number,
  password: string,
  plan: Plan,
): Promise<TestPostgres> {
  const dir = mkdtempSync(join(tmpdir(), "store-"));
  // The server of root is nobody's, who has to enter; else the data would lie, and stay, elsewhere.
  chmodSync(dir, 0o755);
  const [postgresPort = 0, port = 0] = await freePorts(2);
  const watchdog = makeWatchdog();
  const server = await startService(await plan({ dir, port: postgresPort, logs: dir }), {
    watchdog,
    log() {},
    changed() {},
  });
  const url = databaseUrl(postgresPort, password);
  await applyMigrations(url, join(import.meta.dirname, "../../migrations"));
  const stopFront = await serveNeon(openDatabase(url, connections), { port, postgresPort });
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    idleTimeoutMillis: connections === 1 ? 1 : 30_000,
  });
  pool.on("error", () => {});
  const tables = await pool.query<{ names: string }>(
    "select string_agg(quote_ident(tablename), ', ') as names from pg_tables where schemaname = " +
      "'public'",
  );
  return {
    url,
    fetchEndpoint: `http://127.0.0.1:${port}/sql`,
    pool,
    clear: async () =>
      void (await pool.query(`truncate ${tables.rows[0]?.names} restart identity cascade`)),
    async stop() {
      await pool.end();
      stopFront();
      await server.stop();
      watchdog.drop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
