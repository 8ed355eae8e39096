import { createHmac } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import * as z from "zod";
import { APP_ROLE } from "../local/migrate.ts";
import { ROOT } from "./environment.ts";
import { Refusal } from "./refusal.ts";

export const MIGRATIONS = join(ROOT, "migrations");
const OLDEST_SERVER = 15;
const TIMEOUT_MS = 15_000;

/** Who changes tables, and who the Worker is. */
export type DatabaseLogins = {
  owner: string;
  app: string;
  /** The app's login was made here and stands in no file. */
  derived: boolean;
};

/**
 * The Worker never gets the owner's login. Where the settings name only the owner, its own login is
 * a role whose password follows from the owner's: the same at each deployment, and written nowhere.
 */
export function databaseLogins(
  databaseUrl: string,
  migrationsUrl: string | undefined,
  worker: string,
): DatabaseLogins {
  if (migrationsUrl !== undefined)
    return { owner: migrationsUrl, app: databaseUrl, derived: false };
  const app = new URL(databaseUrl);
  if (app.username === APP_ROLE || app.password === "")
    return { owner: databaseUrl, app: databaseUrl, derived: false };
  const secret = createHmac("sha256", decodeURIComponent(app.password));
  app.username = appRoleOf(worker);
  app.password = secret.update(`${app.username} of ${worker}`).digest("base64url");
  return { owner: databaseUrl, app: app.href, derived: true };
}

/** The Worker's login at the database and at its replica, which has the same roles. */
export function workerLogins(
  { READ_DATABASE_URL }: Record<string, string>,
  { app, derived }: DatabaseLogins,
): Record<string, string> {
  if (READ_DATABASE_URL === undefined) return { DATABASE_URL: app };
  const replica = new URL(READ_DATABASE_URL);
  const { username, password } = new URL(app);
  if (derived) Object.assign(replica, { username, password });
  return { DATABASE_URL: app, READ_DATABASE_URL: replica.href };
}

/** Roles belong to the whole server: two environments on one server do not share a login. */
const appRoleOf = (worker: string): string => `${APP_ROLE}_${worker.replaceAll("-", "_")}`;

export type DatabaseState = {
  server: string;
  role: string;
  /** The role may make the Worker's login. */
  makesRoles: boolean;
  /** Names of the migrations that are not applied. */
  pending: string[];
  /** The Worker that this database belongs to; undefined before the first deployment. */
  holder: string | undefined;
};

const Journal = z.object({
  entries: z.array(z.object({ when: z.number(), tag: z.string() })),
});

/** Runs something with one connection. Throws a Refusal when there is none. */
export async function withDatabase<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  // What breaks the connection fails the query that waits for it.
  client.on("error", () => undefined);
  await client.connect().catch((error: Error) => {
    const { host, username } = new URL(url);
    throw new Refusal(
      `the database at ${host} does not let ${username} in: ${error.message}. Copy the ` +
        "connection string anew from Neon's page, with its password",
    );
  });
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Looks at the database as its owner, and changes nothing. */
export async function readDatabase(url: string): Promise<DatabaseState> {
  return withDatabase(url, async (client) => {
    const { rows } = await client.query<{
      version: string;
      number: number;
      role: string;
      makes: boolean;
      journal: string | null;
      holder: string | null;
    }>(
      `select current_setting('server_version') as version,
        current_setting('server_version_num')::int / 10000 as number, current_user as role,
        (select rolcreaterole or rolsuper from pg_roles where rolname = current_user) as makes,
        to_regclass('drizzle.__drizzle_migrations')::text as journal,
        obj_description(to_regnamespace('drizzle'), 'pg_namespace') as holder`,
    );
    const [seen] = rows;
    if (seen === undefined) throw new Refusal("the database answers no query");
    if (seen.number < OLDEST_SERVER)
      throw new Refusal(
        `PostgreSQL ${seen.version} is too old: ${OLDEST_SERVER} or later is needed`,
      );
    const applied =
      seen.journal === null
        ? 0
        : Number(
            (await client.query(`select coalesce(max(created_at), 0) as at from ${seen.journal}`))
              .rows[0]?.at,
          );
    return {
      server: seen.version,
      role: seen.role,
      makesRoles: seen.makes,
      pending: pendingAfter(applied),
      holder: HOLDER.exec(seen.holder ?? "")?.[1],
    };
  });
}

/** The names of the migrations that came after the time of the last one that was applied. */
export const pendingAfter = (applied: number): string[] =>
  migrationTags().flatMap(({ when, tag }) => (when > applied ? [tag] : []));

function migrationTags(): z.infer<typeof Journal>["entries"] {
  const file = join(MIGRATIONS, "meta/_journal.json");
  if (!existsSync(file)) throw new Refusal(`no migrations in ${MIGRATIONS}`);
  return Journal.parse(JSON.parse(readFileSync(file, "utf8"))).entries;
}

const HOLDER = /^event stream of (.+)$/;

/** Says whose tables these are, so that no other environment deploys onto them. */
export async function noteHolder(url: string, holder: string): Promise<void> {
  await withDatabase(url, (client) =>
    client.query(
      `comment on schema drizzle is ${client.escapeLiteral(`event stream of ${holder}`)}`,
    ),
  );
}

/** Whether the role owns a table, or may do everything: more than the Worker needs. */
export async function mayDoTooMuch(url: string): Promise<boolean> {
  return withDatabase(url, async (client) => {
    const { rows } = await client.query<{ much: boolean }>(
      `select rolsuper or rolbypassrls or exists (
        select from pg_tables where schemaname = 'public' and tableowner = current_user
      ) as much from pg_roles where rolname = current_user`,
    );
    return rows[0]?.much ?? true;
  });
}
