import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, neon, neonConfig } from "@neondatabase/serverless";
import { sql as raw } from "drizzle-orm";
import { drizzle } from "drizzle-orm/neon-http";
import { bigint, boolean, jsonb, pgTable, serial, text, timestamp } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { freePorts } from "../../supervisor/ports.ts";
import { makeService, type Service } from "../../supervisor/service.ts";
import { makeWatchdog } from "../../supervisor/watchdog.ts";
import { openDatabase } from "../database.ts";
import { databaseUrl, planPostgres } from "../postgres.ts";
import { serveNeon } from "./proxy.ts";

const samples = pgTable("samples", {
  id: serial("id").primaryKey(),
  name: text("name").notNull().unique(),
  big: bigint("big", { mode: "bigint" }),
  ok: boolean("ok"),
  at: timestamp("at", { withTimezone: true }),
  bag: jsonb("bag"),
  tags: text("tags").array(),
});
const createSamples = raw`create table if not exists samples
  (id serial primary key, name text not null unique, big bigint, ok boolean, at timestamptz, bag
  jsonb, tags text[])`;
const value = {
  name: "a",
  big: 9007199254740993n,
  ok: true,
  at: new Date(1_790_000_000_123),
  bag: { k: [1] },
  tags: ["x", 'y "z'],
};

describe("the Neon front", () => {
  const dir = mkdtempSync(join(tmpdir(), "neon-"));
  const watchdog = makeWatchdog();
  let server: Service | undefined;
  let stop = () => {};
  let front = 0;
  let url = "";

  beforeAll(async () => {
    const [postgresPort = 0, port = 0] = await freePorts(2);
    const { service: part } = await planPostgres({
      dir,
      port: postgresPort,
      logs: dir,
      password: "pw",
    });
    server = makeService(part, { watchdog, log() {}, changed() {} });
    await server.start();
    url = databaseUrl(postgresPort, "pw");
    front = port;
    stop = await serveNeon(openDatabase(url, 4), { port, postgresPort, password: "pw" });
    neonConfig.fetchEndpoint = () => `http://127.0.0.1:${front}/sql`;
    await drizzle(neon(url)).execute(createSamples);
  }, 90_000);
  afterAll(async () => {
    stop();
    await server?.stop();
    watchdog.drop();
    rmSync(dir, { recursive: true, force: true });
  }, 30_000);

  it("carries every type through drizzle unchanged", async () => {
    const db = drizzle(neon(url));
    await db.insert(samples).values(value);
    const [found] = await db.select().from(samples);
    expect(found).toEqual({ id: 1, ...value });
  });

  it("reports a broken constraint with PostgreSQL's own code and names", async () => {
    const broken = neon(url)`insert into samples (name) values (${"a"})`;
    await expect(broken).rejects.toMatchObject({
      code: "23505",
      constraint: "samples_name_key",
      severity: "ERROR",
    });
  });

  it("undoes the whole batch when one statement fails", async () => {
    const db = drizzle(neon(url));
    const batch = db.batch([
      db.insert(samples).values({ name: "b" }),
      db.insert(samples).values({ name: "a" }),
    ]);
    await expect(batch).rejects.toThrow();
    expect((await db.select().from(samples)).map((row) => row.name)).toEqual(["a"]);
  });

  it("commits a batch whose statements all succeed", async () => {
    const db = drizzle(neon(url));
    await db.batch([
      db.insert(samples).values({ name: "c" }),
      db.delete(samples).where(raw`name = 'c'`),
    ]);
    const sql = neon(url);
    const [rows] = await sql.transaction([sql`select count(*)::int as n from samples`], {
      isolationLevel: "Serializable",
      readOnly: true,
    });
    expect(rows).toEqual([{ n: 1 }]);
  });

  it("refuses two statements in one text, as Neon does", async () => {
    await expect(neon(url).query("select 1; select 2", [])).rejects.toMatchObject({
      code: "42601",
    });
  });

  it("answers a body that is not JSON with 400", async () => {
    const headers = { "neon-connection-string": url };
    const response = await fetch(`http://127.0.0.1:${front}/sql`, {
      method: "POST",
      headers,
      body: "{",
    });
    expect([response.status, (await response.json()).message]).toEqual([
      400,
      "the body is not JSON",
    ]);
  });

  it("tunnels an interactive transaction over WebSocket", async () => {
    neonConfig.webSocketConstructor = WebSocket;
    neonConfig.wsProxy = () => `127.0.0.1:${front}/v2`;
    neonConfig.useSecureWebSocket = false;
    neonConfig.pipelineConnect = false;
    neonConfig.pipelineTLS = false;
    const client = new Client(url);
    // The server is stopped before the client's own farewell may have arrived.
    client.on("error", () => {});
    await client.connect();
    await client.query("begin");
    const { rows } = await client.query("select name from samples where name = $1 for update", [
      "a",
    ]);
    await client.query("rollback");
    await client.end();
    expect(rows).toEqual([{ name: "a" }]);
  });
});
