import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  type ClickHouse,
  hasChdb,
  installChdb,
  openClickHouse,
} from "../../local/services/analytics/chdb.ts";
import { outboxWorld, type Target } from "../support/outbox.ts";

/* The channel of the kind clickhouse against ClickHouse itself, behind a small HTTP front. */

const INSTALLED = join(import.meta.dirname, "../../node_modules/.cache/chdb");
const REVISIONS = 300;
/** Parameters of the HTTP interface, which are no settings of a query. */
const OF_HTTP = ["query", "database", "wait_end_of_query"];

const dir = mkdtempSync(join(tmpdir(), "sink-"));
let clickhouse: ClickHouse;
let server: Server;
let url = "";

/** The table as the manual has it. */
const tableOfDocs = (): string => {
  const manual = readFileSync(join(import.meta.dirname, "../../docs/delivery.md"), "utf8");
  return /```sql\n(CREATE TABLE signal_stream[\s\S]*?)```/.exec(manual)?.[1] ?? "";
};

function insert(params: URLSearchParams, rows: string): string {
  const settings = [...params]
    .filter(([name]) => !OF_HTTP.includes(name))
    .map(([name, value]) => `SET ${name}=${/^\d+$/.test(value) ? value : `'${value}'`};`);
  return clickhouse.run(`${settings.join(" ")} ${params.get("query")} ${rows}`);
}

beforeAll(async () => {
  if (!hasChdb(INSTALLED)) await installChdb(INSTALLED);
  clickhouse = openClickHouse(INSTALLED, dir);
  clickhouse.run(tableOfDocs());
  server = createServer(async (request, response) => {
    let rows = "";
    for await (const chunk of request) rows += chunk;
    try {
      response.end(insert(new URL(request.url ?? "", "http://front").searchParams, rows));
    } catch (error) {
      const said = `${error}`.replace(/^Error: /, "");
      const code = /Code: (\d+)/.exec(said)?.[1] ?? "1";
      response.writeHead(500, { "x-clickhouse-exception-code": code }).end(said);
    }
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}, 600_000);
afterAll(() => {
  server?.close();
  clickhouse?.close();
  rmSync(dir, { recursive: true, force: true });
});

const overTheWire: Target = ({ url: at, headers, raw }) =>
  fetch(at, { method: "POST", headers, body: raw });
const worldTo = (settings: object, target: Target = overTheWire) =>
  outboxWorld({ kind: "clickhouse", settings: { url, ...settings } }, target, {
    EGRESS_ALLOW: new URL(url).host,
  });

const counted = () =>
  (
    JSON.parse(
      clickhouse.run(
        "SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(key)) AS keys, " +
          "any(summary) AS summary, toString(min(ts)) AS first FROM signal_stream",
      ),
    ) as { data: object[] }
  ).data[0];

it("stores each revision once, also of a batch whose answer was lost", async () => {
  const world = await worldTo({}, async (request, n) => {
    const answer = await overTheWire(request, n);
    if (n > 0) return answer;
    await answer.text();
    throw new Error("the answer was lost");
  });
  const summary = 'it says "moon" \\ and\n警';
  const ids: number[] = [];
  for (let n = 0; n < REVISIONS; n++)
    ids.push(await world.change({ transition: 1 }, { eventKey: `eth:T${n % 9}:w`, summary }));
  for (const id of ids)
    for (;;) {
      const outcome = await world.deliver(id);
      if (outcome.kind !== "later") break;
      world.clock.now = Math.max(world.clock.now, outcome.at);
    }
  const sent = world.seen.map(({ raw }) => raw.trimEnd().split("\n").length);
  expect(sent[0]).toBe(sent[1]);
  expect(sent.reduce((sum, rows) => sum + rows, 0)).toBeGreaterThan(REVISIONS);
  expect(counted()).toEqual({
    rows: REVISIONS,
    keys: REVISIONS,
    summary,
    first: "2026-01-15 12:00:00.000",
  });
});

it("waits for a person where the table is missing, with ClickHouse's own words", async () => {
  const world = await worldTo({ table: "no_such_table" });
  const id = await world.change({ transition: 1 });
  expect(await world.deliver(id)).toMatchObject({ kind: "later", result: "auth" });
  expect((await world.rows())[0]?.attempts[0]?.error).toContain("no_such_table");
});
