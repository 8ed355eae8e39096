import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { liveVersion } from "../../local/emulators/cloudflare/account.ts";
import { listen } from "../../local/listen.ts";
import { startTestStack, type TestStack } from "../e2e/stack.ts";
import { type DeployWorld, openDeployWorld } from "./account.ts";

/** The local Worker stands for the deployed one: the same code behind another address. */
let stack: TestStack;
let world: DeployWorld;
let file: string;
beforeAll(async () => {
  stack = await startTestStack();
  world = await openDeployWorld(stack.databaseUrl);
  file = world.settings({ DATABASE_URL: stack.databaseUrl });
}, 300_000);
afterAll(async () => {
  world?.stop();
  await stack?.stop();
});

const deploy = (...args: string[]) => world.deploy(["--settings", file, ...args]);

async function rows(table: string): Promise<number> {
  const client = new pg.Client({ connectionString: stack.databaseUrl });
  await client.connect();
  const { rows: counted } = await client.query(`select count(*)::int as n from ${table}`);
  await client.end();
  return counted[0].n;
}

it("follows a post to its explained signal, and leaves nothing of it behind", async () => {
  const tables = ["raw_posts", "events", "signals", "event_evidence", "api_keys", "channels"];
  const before = await Promise.all(tables.map(rows));
  const { code, printed } = await deploy("--url", stack.url);
  expect(code, printed).toBe(0);
  expect(printed).toContain(
    "✓ smoke test: a post became evidence of an explained signal; a log channel took a message",
  );
  expect(printed).toContain(`set PUBLIC_URL=${stack.url}`);
  expect(await Promise.all(tables.map(rows))).toEqual(before);
  expect(await rows("push_outbox")).toBe(0);
  const audit = await fetch(`${stack.url}/audit`, {
    headers: { authorization: `Bearer ${stack.key}` },
  });
  expect(await audit.json()).toMatchObject({ open: 0, contradictions: 0, miscounted: 0 });
});

const GUIDE = readFileSync(join(import.meta.dirname, "../../docs/deploy.md"), "utf8");

/** The commands of the guide in their order, but the one that does not end by itself. */
const guideCommands = (): string[][] =>
  [...GUIDE.matchAll(/^npm run deploy(?: --)?(.*?)(?: {2,}#.*| +#.*)?$/gm)]
    .map(([, rest = ""]) => rest.trim().split(/\s+/).filter(Boolean))
    .filter((args) => !args.includes("logs"));

it("does what each line of docs/deploy.md says, in their order", async () => {
  const commands = guideCommands();
  expect(commands.length).toBeGreaterThan(8);
  const staging = world.settings({ DATABASE_URL: await world.newDatabase("guide_staging") });
  for (const args of commands) {
    const isStaging = args.includes("staging");
    const where = ["--settings", isStaging ? staging : file];
    // The address that a Worker has under workers.dev leads nowhere here.
    const trial = isStaging ? ["--no-smoke"] : ["--url", stack.url];
    const { code, printed } = await world.deploy([...args, ...where, ...trial]);
    expect(code, `npm run deploy -- ${args.join(" ")}\n${printed}`).toBe(0);
  }
  expect([...world.account.scripts.keys()]).toEqual(["event-stream-starter"]);
});

/** A Worker that is up and answers every request but the first with an error. */
async function brokenWorker(): Promise<{ url: string; server: Server; stop(): void }> {
  const server = createServer((request, response) => {
    response.writeHead(request.url === "/readyz" ? 200 : 500).end('{"detail":"it is broken"}');
  });
  const stop = await listen(server, 0);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, stop };
}

it("goes back to the version before when the new one does not work", async () => {
  const script = () => world.account.scripts.get("event-stream-starter");
  const live = () => {
    const found = script();
    return found && liveVersion(found)?.id;
  };
  const before = live();
  const broken = await brokenWorker();
  try {
    const asked = await deploy("--url", broken.url);
    expect(asked.code).toBe(1);
    expect(asked.printed).toMatch(/✗ the trial failed: the server answered 500: it is broken/);
    expect(asked.printed).toContain("! to go back: npm run deploy -- rollback");
    expect(live()).not.toBe(before);
    const after = live();
    const undone = await deploy("--url", broken.url, "--yes");
    expect(undone.code).toBe(1);
    expect(undone.printed).toContain(`✓ all requests go to ${after} again`);
    expect(live()).toBe(after);
    expect(script()?.versions.at(-1)?.id).not.toBe(after);
  } finally {
    broken.stop();
  }
  expect(await rows("api_keys")).toBe(0);
});
