import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { liveVersion } from "../../local/emulators/cloudflare/account.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { type DeployWorld, openDeployWorld } from "./account.ts";

/** Where the Worker reads and writes: its cache, a replica, Hyperdrive. */
let postgres: TestPostgres;
let world: DeployWorld;
beforeAll(async () => {
  postgres = await startPostgres();
  world = await openDeployWorld(postgres.url);
}, 180_000);
afterAll(async () => {
  world?.stop();
  await postgres?.stop();
});

const WORKER = "event-stream-starter";
const deploy = (lines: Record<string, string>, ...args: string[]) =>
  world.deploy(["--settings", world.settings(lines), "--no-smoke", ...args]);
const bindings = () => {
  const script = world.account.scripts.get(WORKER);
  return (script && liveVersion(script)?.bindings) ?? [];
};

it("puts the cache before the Worker, the Worker near the database, and logs in at a replica", async () => {
  const owner = await world.newDatabase("replicated");
  const replica = Object.assign(new URL(owner), { hostname: "localhost" }).href;
  const lines = { DATABASE_URL: owner, READ_DATABASE_URL: replica, PLACEMENT: "aws:us-east-2" };
  const { code, printed } = await deploy(lines);
  expect(code, printed).toBe(0);
  expect(printed).toContain("near aws:us-east-2");
  const secret = (name: string) =>
    new URL(String(bindings().find((each) => each.name === name)?.text));
  const [here, there] = [secret("DATABASE_URL"), secret("READ_DATABASE_URL")];
  expect([there.hostname, there.username, there.password]).toEqual([
    "localhost",
    "app_rw_event_stream_starter",
    here.password,
  ]);
  const client = new pg.Client({ connectionString: there.href });
  await client.connect();
  await client.query("select count(*) from signals");
  await client.end();
  const [script] = world.account.scripts.values();
  const version = script && liveVersion(script);
  expect(version?.cache).toEqual({ enabled: true });
  expect(version?.placement).toMatchObject({ region: "aws:us-east-2" });
});

it("goes through Hyperdrive once that keeps no answers and has the Worker's login", async () => {
  const id = "0123456789abcdef0123456789abcdef";
  const owner = await world.newDatabase("driven");
  const missing = await deploy({ DATABASE_URL: owner, HYPERDRIVE_ID: id });
  expect(missing.printed).toMatch(/✗ HYPERDRIVE_ID: there is no configuration/);

  const origin = { host: "db.example.org", user: "postgres" };
  world.account.hyperdrives.set(id, { name: "mine", origin });
  const cached = await deploy({ DATABASE_URL: owner, HYPERDRIVE_ID: id });
  expect(cached.printed).toMatch(/✗ Hyperdrive mine keeps answers for a minute/);
  expect(cached.printed).toMatch(/✗ Hyperdrive needs a login whose password stands somewhere/);

  await postgres.pool.query("create role worker login password 'of-the-worker'");
  await postgres.pool.query("grant app_rw to worker");
  const login = { username: "worker", password: "of-the-worker" };
  const lines = {
    DATABASE_URL: Object.assign(new URL(owner), login).href,
    MIGRATIONS_DATABASE_URL: owner,
    HYPERDRIVE_ID: id,
  };
  world.account.hyperdrives.set(id, { name: "mine", origin, caching: { disabled: true } });
  const other = await deploy(lines);
  expect(other.printed).toMatch(
    /✗ Hyperdrive mine logs in as postgres, and DATABASE_URL as worker/,
  );

  const right = {
    name: "mine",
    origin: { ...origin, user: "worker" },
    caching: { disabled: true },
  };
  world.account.hyperdrives.set(id, right);
  const { code, printed } = await deploy(lines);
  expect(code, printed).toBe(0);
  expect(printed).toContain(`through Hyperdrive ${id}`);
  expect(bindings().find(({ type }) => type === "hyperdrive")).toMatchObject({
    name: "HYPERDRIVE",
    id,
  });
});

it("makes the archive's bucket, binds it, and leaves it to whoever destroys the deployment", async () => {
  const owner = await world.newDatabase("archived");
  const lines = { DATABASE_URL: owner, ARCHIVE_BUCKET: "archive" };
  const planned = await deploy(lines, "--dry-run");
  expect(planned.printed).toMatch(/bucket +make event-stream-starter-archive/);
  expect(world.account.buckets.size).toBe(0);
  const { code, printed } = await deploy(lines);
  expect(code, printed).toBe(0);
  expect([...world.account.buckets]).toEqual([`${WORKER}-archive`]);
  expect(bindings().find(({ name }) => name === "ARCHIVE")).toMatchObject({
    type: "r2_bucket",
    bucket_name: `${WORKER}-archive`,
  });
  const again = await deploy(lines);
  expect([again.code, again.printed]).toEqual([0, expect.stringMatching(/archive is there/)]);
  const wrong = await deploy({ ...lines, ARCHIVE_BUCKET: "My Bucket" });
  expect(wrong.printed).toMatch(/ARCHIVE_BUCKET is no name of up to 20 small letters/);
});
