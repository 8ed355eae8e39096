import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dumpDatabase } from "../../cli/backup/dump.ts";
import { restoreDatabase } from "../../cli/backup/restore.ts";
import { folderSecret } from "../../local/access.ts";
import { databaseUrl } from "../../local/services/postgres.ts";
import { readStackFile } from "../../local/state.ts";
import { startTestStack, type TestStack } from "./stack.ts";

/** The drill of docs/deploy.md: the objects live on while their database goes back in time. */
let stack: TestStack;
let hook: ReturnType<typeof createServer>;
let folder: string;
const received: string[] = [];
/** Each token is news at its first post, before any fact about it is known. */
const EVERYONE_NOTIFIED = `version: "1.0"
groups:
  - name: drill
    rules: [{ name: named, condition: mentions >= 1, score: 12, reason: It is named }]
states: { verified: score >= 12, downgraded: score < 0 }
notify: { min_score: 12, on: [verified] }
`;
/** The hook answers nothing before: what is open at the backup is no matter of luck. */
const backedUp = Promise.withResolvers<void>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "restore-test-"));
  hook = createServer((request, response) => {
    received.push(String(request.headers["webhook-id"]));
    request.resume().on("end", () => backedUp.promise.then(() => response.end("ok")));
  }).listen(0, "127.0.0.1");
  await new Promise((done) => hook.once("listening", done));
  const { port } = hook.address() as AddressInfo;
  stack = await startTestStack({ EGRESS_ALLOW: `127.0.0.1:${port}` });
  const settings = { url: `http://127.0.0.1:${port}/hook` };
  const added = await call("/channels", "POST", { kind: "webhook", name: "drill", settings });
  expect(added.status, await added.text()).toBe(201);
  const rules = await fetch(`${stack.url}/rules`, {
    method: "PUT",
    headers: { authorization: `Bearer ${stack.key}` },
    body: EVERYONE_NOTIFIED,
  });
  expect(rules.status, await rules.text()).toBe(200);
}, 300_000);
afterAll(async () => {
  await stack?.stop();
  hook?.close();
  rmSync(folder, { recursive: true, force: true });
});

const call = (path: string, method = "GET", body?: object) =>
  fetch(`${stack.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${stack.key}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });

const posts = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => {
    const at = from + n;
    return {
      id: `drill-${at}`,
      source: "drill",
      author: `author-${at}`,
      text: `$DRILL${at % 60} is listed on a big exchange today, says desk number ${at * 7919}`,
      posted_at: "2026-01-15T10:05:00Z",
    };
  });
const send = async (from: number, to: number) =>
  expect((await call("/ingest", "POST", { posts: posts(from, to) })).status).toBe(202);

type Audit = Record<
  | "accepted"
  | "evidence"
  | "dropped"
  | "duplicate"
  | "dead"
  | "open"
  | "contradictions"
  | "miscounted",
  number
> & { outbox: { pending: number; failed: number } };

async function settled(accepted: number): Promise<Audit> {
  let audit: Audit | undefined;
  await expect
    .poll(
      async () => {
        audit = (await (await call("/audit")).json()) as Audit;
        const { open, outbox } = audit;
        return [audit.accepted, open + outbox.pending + outbox.failed];
      },
      { timeout: 180_000, interval: 1_000 },
    )
    .toEqual([accepted, 0]);
  return audit as Audit;
}

const url = () => {
  const { postgres = 0 } = readStackFile(stack.dataDir)?.ports ?? {};
  return databaseUrl(postgres, folderSecret(stack.dataDir, "postgres"));
};

async function rowsOf<Row extends object>(text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url() });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

it("comes back under load, sends nothing twice, and goes on", { timeout: 600_000 }, async () => {
  await send(0, 60);
  const open = "select from push_outbox where status in ('pending', 'failed')";
  const waiting = async () => (await rowsOf(open)).length;
  await expect.poll(waiting, { timeout: 60_000 }).toBeGreaterThan(2);
  const loading = (async () => {
    for (let from = 60; from < 180; from += 10) await send(from, from + 10);
  })();
  const file = join(folder, "drill.jsonl.gz");
  const { end } = await dumpDatabase(url(), file, new Date());
  backedUp.resolve();
  await loading;
  await settled(180);
  const before = received.length;
  expect(before).toBeGreaterThan(0);
  expect(new Set(received).size).toBe(before);

  await restoreDatabase(url(), file, { replace: true, resend: false, now: new Date() });
  const kept = end.rows.raw_posts ?? 0;
  expect(kept).toBeLessThan(180);
  // What was lost is sent again by its source, and some of it is there already.
  for (let from = 0; from < 200; from += 50) await send(from, from + 50);
  const audit = await settled(200);
  expect(audit).toMatchObject({ contradictions: 0, miscounted: 0 });
  expect(audit.evidence + audit.dropped + audit.duplicate + audit.dead).toBe(200);

  // What was open when the backup was made is sent once at most, and can be replayed.
  const parked = await rowsOf<{ key: string }>(
    "select payload->>'idemKey' as key from dead_letters where reason = 'restored'",
  );
  expect(parked.length).toBeGreaterThan(0);
  const times = (key: string) => received.filter((each) => each === key).length;
  expect(parked.filter(({ key }) => times(key) > 1)).toEqual([]);
  // A change of state that was lost happens again, under the key that it had.
  const known = await rowsOf<{ key: string }>("select idem_key as key from push_outbox");
  const keys = new Set(known.map(({ key }) => key));
  expect(received.filter((key) => !keys.has(key))).toEqual([]);
});
