import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { liveVersion, type WorkerScript } from "../../local/emulators/cloudflare/account.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { type DeployWorld, openDeployWorld } from "./account.ts";

/** Every command of the deploy tool, as a user types it, with the real wrangler behind it. */
let postgres: TestPostgres;
let world: DeployWorld;
let production: string;
let database: string;
beforeAll(async () => {
  postgres = await startPostgres();
  world = await openDeployWorld(postgres.url);
  database = await world.newDatabase("production");
  production = world.settings({
    DATABASE_URL: database,
    APIFY_SEARCH: "$BTC OR ${HOME}",
    TELEGRAM_BOT_TOKEN: "12345:made-up",
    ADMIN_KEY: `ess_first.${"a".repeat(32)}`,
  });
}, 180_000);
afterAll(async () => {
  world?.stop();
  await postgres?.stop();
});

const WORKER = "event-stream-starter";
const script = (name = WORKER): WorkerScript => {
  const found = world.account.scripts.get(name);
  if (!found) throw new Error(`there is no Worker ${name}`);
  return found;
};
const secretsOf = (name = WORKER): Record<string, string> =>
  Object.fromEntries(
    (liveVersion(script(name))?.bindings ?? [])
      .filter(({ type }) => type === "secret_text")
      .map(({ name: secret, text }) => [secret, String(text)]),
  );
const withSettings = (file: string, ...args: string[]) => ["--settings", file, ...args];
const deploy = (...args: string[]) => world.deploy(withSettings(production, "--no-smoke", ...args));

describe("before anything changes", () => {
  it("prints the whole plan of a dry run, and changes nothing", async () => {
    const { code, printed } = await deploy("--dry-run");
    expect(printed).toContain("Nothing was changed");
    expect(code).toBe(0);
    for (const name of ["posts", "mentions", "deliveries", "dead-letters", "rules"])
      expect(printed).toContain(`${WORKER}-${name}`);
    expect(printed).toMatch(/secrets +ADMIN_KEY, APIFY_SEARCH, DATABASE_URL, TELEGRAM_BOT_TOKEN/);
    expect(printed).toMatch(/migrations +0000_tables, /);
    expect(printed).toContain("app_rw_event_stream_starter: made, with its grants");
    expect(printed).toMatch(/cost +a month: \$\d+ for 1,000, \$\d+ for 10,000, .* posts a day/);
    expect(printed).not.toContain("made-up");
    expect(world.account.queues.size + world.account.scripts.size).toBe(0);
    const writes = world.account.calls.filter((call) => !/^GET|analytics_engine/.test(call));
    expect(writes).toEqual([]);
  });

  it("plans for an empty account on this machine when nobody is logged in", async () => {
    const { code, printed } = await world.deploy(
      withSettings(production, "--dry-run"),
      // No network: the login of wrangler is looked for in the folder of this test alone.
      { CLOUDFLARE_API_TOKEN: "", CLOUDFLARE_API_BASE_URL: "http://127.0.0.1:9" },
    );
    expect(printed).toContain("the plan is made for an empty account on this machine");
    expect(printed).toContain("Nothing was changed");
    expect(code).toBe(0);
  });

  it("plans without settings, and says what is missing", async () => {
    const none = ["--settings", "none.env", "--dry-run"];
    const empty = withSettings(world.settings({ APIFY_SEARCH: "$BTC" }), "--dry-run");
    const ran = await Promise.all([world.deploy(none), world.deploy(empty)]);
    for (const [{ code, printed }, words] of [
      [ran[0], /missing +none.env is missing: `npm run setup` writes it/],
      [ran[1], /missing +.*settings-\d+.env names no database: .*DATABASE_URL=/],
    ] as const) {
      expect(printed).toMatch(words);
      expect(printed).toMatch(/migrations +0000_tables, /);
      expect(printed).toContain(`make ${WORKER}-posts`);
      expect(printed).toContain("Nothing was changed");
      expect(code).toBe(0);
    }
    const { code, printed } = await world.deploy(["--settings", "none.env"]);
    expect(printed).toMatch(/✗ none.env is missing: `npm run setup` writes it/);
    expect(code).toBe(1);
  });

  it("names everything that has to be mended at once, and makes none of it", async () => {
    const file = world.settings({ DATABASE_URL: database, SPAM_FROM: "high", LOCAL: "1" });
    Object.assign(world.account, { plan: "free", subdomain: null, analyticsEngine: false });
    const { code, printed } = await world.deploy(withSettings(file));
    Object.assign(world.account, { plan: "paid", subdomain: "ada", analyticsEngine: true });
    expect(code).toBe(1);
    for (const words of [
      /✗ .*SPAM_FROM must be a plain number/,
      /✗ .*LOCAL is for npm start alone/,
      /✗ plan: the free plan takes no limit of CPU.*\/workers\/plans/,
      /✗ the account has no name under workers.dev.*\/workers\/onboarding/,
      /! Analytics Engine: off, or this login may not look.*\/workers\/analytics-engine/,
      /nothing was changed: 4 things have to be mended first/,
    ])
      expect(printed).toMatch(words);
    expect(world.account.queues.size).toBe(0);
  });

  it.each([
    ["a wrong token", { CLOUDFLARE_API_TOKEN: "wrong" }, /✗ the token may not do this/],
    ["another account", { CLOUDFLARE_ACCOUNT_ID: "none" }, /CLOUDFLARE_ACCOUNT_ID=none is none/],
    ["no network", { CLOUDFLARE_API_BASE_URL: "http://127.0.0.1:9" }, /no answer from 127.0.0.1:9/],
  ])("says what to do about %s", async (_, shell, words) => {
    const { code, printed } = await world.deploy(withSettings(production), shell);
    expect(printed).toMatch(words);
    expect(code).toBe(1);
  });

  it("says what to do about a database that does not let it in", async () => {
    const url = Object.assign(new URL(database), { password: "wrong" }).href;
    const { code, printed } = await world.deploy(
      withSettings(world.settings({ DATABASE_URL: url })),
    );
    expect(printed).toMatch(/✗ the database at .* does not let postgres in: .*from Neon's page/);
    expect(code).toBe(1);
  });

  it("refuses wrong usage with exit code 2", async () => {
    for (const args of [
      ["--env", ".env.production"],
      ["--percent", "0"],
      ["status", "now"],
    ])
      expect(await world.deploy(args)).toMatchObject({ code: 2 });
    expect((await world.deploy(["--help"])).code).toBe(0);
  });
});

describe("a deployment", () => {
  it("makes what is missing and uploads what it checked, character for character", async () => {
    const { code, printed } = await world.deploy(
      withSettings(production, "--no-smoke"),
      // None of the shell counts: neither as a setting, nor inside of one.
      { TELEGRAM_BOT_TOKEN: "of-the-shell", SPAM_FROM: "0.9" },
    );
    expect(printed).toContain("TELEGRAM_BOT_TOKEN of the shell is ignored");
    expect(code, printed).toBe(0);
    const { DATABASE_URL = "", ...secrets } = secretsOf();
    expect(secrets).toEqual({
      APIFY_SEARCH: "$BTC OR ${HOME}",
      TELEGRAM_BOT_TOKEN: "12345:made-up",
      ADMIN_KEY: `ess_first.${"a".repeat(32)}`,
    });
    expect(new URL(DATABASE_URL).username).toBe("app_rw_event_stream_starter");
    expect(script().crons).toEqual(["* * * * *", "7 * * * *"]);
    expect(script().subdomain.enabled).toBe(true);
    for (const [name, queue] of world.account.queues) {
      expect(name).toMatch(/^event-stream-starter-/);
      expect(queue.consumers).toMatchObject([{ script: WORKER, type: "worker" }]);
    }
    expect(world.account.queues.get(`${WORKER}-posts`)?.consumers[0]).toMatchObject({
      dead_letter_queue: `${WORKER}-dead-letters`,
      settings: { max_retries: 100, batch_size: 100 },
    });
    const bound = (type: string) =>
      liveVersion(script())?.bindings.filter((binding) => binding.type === type);
    expect(bound("kv_namespace")).toMatchObject([
      { namespace_id: [...world.account.namespaces.keys()][0] },
    ]);
    expect(bound("analytics_engine")).toMatchObject([
      { dataset: "event_stream_starter_event_stream" },
    ]);
  });

  it("gives the Worker a login that works with rows and cannot change a table", async () => {
    const client = new pg.Client({ connectionString: secretsOf().DATABASE_URL });
    await client.connect();
    try {
      await client.query(
        "insert into source_cursors (source, cursor, polled_at) values ('s', '1', now())",
      );
      expect((await client.query("select count(*)::int from raw_posts")).rows).toEqual([
        { count: 0 },
      ]);
      for (const forbidden of [
        "create table other (id int)",
        "drop table raw_posts",
        "alter table raw_posts add column more int",
        "truncate raw_posts",
        "create role other",
        "delete from drizzle.__drizzle_migrations",
      ])
        await expect(client.query(forbidden)).rejects.toThrow(/permission denied|must be owner/);
    } finally {
      await client.end();
    }
  });

  it("changes nothing but the version when it runs again, and takes left-out secrets away", async () => {
    const before = secretsOf().DATABASE_URL;
    const queues = structuredClone([...world.account.queues.keys()]);
    const file = world.settings({ DATABASE_URL: database, TELEGRAM_BOT_TOKEN: "12345:made-up" });
    const { code, printed } = await world.deploy(withSettings(file, "--no-smoke"));
    expect(code, printed).toBe(0);
    expect(printed).toContain("queues       all there");
    expect(printed).toMatch(/removed (ADMIN_KEY, APIFY_SEARCH|APIFY_SEARCH, ADMIN_KEY)/);
    expect(Object.keys(secretsOf()).sort()).toEqual(["DATABASE_URL", "TELEGRAM_BOT_TOKEN"]);
    expect(secretsOf().DATABASE_URL).toBe(before);
    expect([...world.account.queues.keys()]).toEqual(queues);
    expect(world.account.namespaces.size).toBe(1);
  });

  it("explains in our words what the upload itself refuses", async () => {
    world.account.analyticsEngine = false;
    const { code, printed } = await deploy();
    world.account.analyticsEngine = true;
    expect(code).toBe(1);
    expect(printed).toMatch(/✗ switch Analytics Engine on: https.*analytics-engine \(wrangler/);
  });
});

describe("versions", () => {
  it("shows what runs", async () => {
    const { code, printed } = await world.deploy(withSettings(production, "status"));
    expect(code, printed).toBe(0);
    expect(printed).toContain(liveVersion(script())?.id);
    expect(printed).toContain("100 %");
    expect(printed).toContain(`✓ queue ${WORKER}-mentions`);
    expect(printed).toMatch(/✓ database: PostgreSQL \d+.*all migrations applied/);
    expect(printed).not.toContain("made-up");
  });

  it("rolls out by percent, moves on, and goes back", async () => {
    const before = liveVersion(script())?.id ?? "";
    const shares = () => script().deployments.at(-1)?.versions ?? [];
    const rolled = await deploy("--percent", "10");
    expect(rolled.code, rolled.printed).toBe(0);
    const fresh = script().versions.at(-1)?.id ?? "";
    expect(fresh).not.toBe(before);
    expect(shares()).toEqual([
      { version_id: fresh, percentage: 10 },
      { version_id: before, percentage: 90 },
    ]);
    const second = await deploy("--percent", "20");
    expect(second.printed).toContain("a rollout is under way");
    expect((await deploy("rollout", "--percent", "50")).code).toBe(0);
    expect(shares()[0]).toEqual({ version_id: fresh, percentage: 50 });
    expect((await deploy("rollback")).code).toBe(0);
    expect(shares()).toEqual([{ version_id: before, percentage: 100 }]);
    expect((await deploy("rollback", fresh.slice(0, 8))).code).toBe(0);
    expect(shares()).toEqual([{ version_id: fresh, percentage: 100 }]);
    const nowhere = await deploy("rollback", "nothing");
    expect(nowhere).toMatchObject({ code: 1 });
    expect(nowhere.printed).toContain("there is no version nothing");
    expect((await deploy("rollout")).printed).toContain("no rollout is under way");
  });

  it("shows names of secrets beside those of the file, and no value", async () => {
    const file = world.settings({ DATABASE_URL: database, LANGUAGES: "en" });
    const { printed } = await world.deploy(withSettings(file, "secrets"));
    expect(printed).toMatch(/DATABASE_URL +yes +yes/);
    expect(printed).toMatch(/LANGUAGES +- +yes|LANGUAGES +yes/);
    expect(printed).not.toContain("12345");
  });
});

describe("another environment", () => {
  const STAGING = `${WORKER}-staging`;
  it("refuses the database of production", async () => {
    const file = world.settings({ DATABASE_URL: database });
    const { code, printed } = await world.deploy(withSettings(file, "--env", "staging"));
    expect(code).toBe(1);
    expect(printed).toMatch(/✗ the database belongs to the Worker event-stream-starter in /);
    expect(world.account.scripts.has(STAGING)).toBe(false);
  });

  it("has everything of its own, and its end touches nothing else", async () => {
    const snapshot = () =>
      JSON.stringify([
        script(),
        [...world.account.queues].filter(([name]) => isOfProduction(name)),
      ]);
    const isOfProduction = (name: string) => !name.startsWith(STAGING);
    const before = snapshot();
    const file = world.settings({ DATABASE_URL: await world.newDatabase("staging") });
    const args = withSettings(file, "--env", "staging");
    const made = await world.deploy([...args, "--no-smoke"]);
    expect(made.code, made.printed).toBe(0);
    expect(new URL(secretsOf(STAGING).DATABASE_URL ?? "").username).toBe(
      "app_rw_event_stream_starter_staging",
    );
    expect([...world.account.queues.keys()].filter((name) => !isOfProduction(name))).toHaveLength(
      4,
    );
    const objects = [...world.account.objects.values()].filter((each) => each.script === STAGING);
    expect(objects).toHaveLength(9);
    const asked = await world.deploy([...args, "destroy"]);
    expect(asked.code).toBe(1);
    expect(asked.printed).toContain("destroy --env staging --yes");
    const gone = await world.deploy([...args, "destroy", "--yes"]);
    expect(gone.code, gone.printed).toBe(0);
    expect(world.account.scripts.has(STAGING)).toBe(false);
    expect([...world.account.queues.keys()].every(isOfProduction)).toBe(true);
    expect(world.account.namespaces.size).toBe(1);
    expect(snapshot()).toBe(before);
  });
});

it("shows the log of the Worker until it is stopped", async () => {
  const tail = world.start(withSettings(production, "logs"));
  const until = async (holds: () => boolean) => {
    for (let left = 300; !holds(); left--) {
      if (left === 0) throw new Error(`it did not come: ${tail.printed()}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  await until(() => /Connected/.test(tail.printed()));
  world.cloud.sendLog({
    outcome: "ok",
    scriptName: WORKER,
    exceptions: [],
    logs: [{ message: ["a line of the log"], level: "log", timestamp: Date.now() }],
    eventTimestamp: Date.now(),
    event: { cron: "* * * * *", scheduledTime: Date.now() },
  });
  await until(() => tail.printed().includes("a line of the log"));
  expect((await tail.end()).code).toBe(0);
});
