import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestStack, type TestStack } from "./stack.ts";

/** What the HTTP interface promises, in workerd and over PostgreSQL. */
let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({ RATE_FLOORS: "on" });
}, 300_000);
afterAll(() => stack?.stop());

const call = (path: string, init: RequestInit = {}) =>
  fetch(`${stack.url}${path}`, {
    ...init,
    headers: {
      authorization: `Bearer ${stack.key}`,
      "content-type": "application/json",
      ...init.headers,
    },
  });
const create = (name: string, idempotencyKey: string) =>
  call("/keys", {
    method: "POST",
    headers: { "idempotency-key": idempotencyKey },
    body: JSON.stringify({ name, scopes: ["read"] }),
  });

it("makes one key for parallel requests with one Idempotency-Key, and logs one change", async () => {
  const answers = await Promise.all(Array.from({ length: 5 }, () => create("twin", "same")));
  const bodies = await Promise.all(answers.map((answer) => answer.text()));
  expect([answers.map(({ status }) => status), new Set(bodies).size]).toEqual([
    Array(5).fill(201),
    1,
  ]);
  expect((await create("other", "same")).status).toBe(422);
  const { id } = JSON.parse(bodies[0] ?? "") as { id: string };
  const log = (await (await call(`/audit-log?subject=key/${id}`)).json()) as { entries: object[] };
  expect(log.entries).toMatchObject([{ action: "createKey", before: null, after: { id } }]);
});

it("lets the old key work beside the next one", async () => {
  const made = (await (await create("rotated", "r1")).json()) as { id: string; key: string };
  const body = JSON.stringify({ overlap_seconds: 60 });
  const rotated = await call(`/keys/${made.id}/rotate`, { method: "POST", body });
  const next = (await rotated.json()) as { key: string };
  for (const key of [made.key, next.key])
    expect((await call("/events", { headers: { authorization: `Bearer ${key}` } })).status).toBe(
      200,
    );
  await call(`/keys/${made.id}`, { method: "DELETE" });
  const revoked = await call("/events", { headers: { authorization: `Bearer ${made.key}` } });
  expect(revoked.status).toBe(401);
});

it("tells its limits, and names each request", async () => {
  const response = await call("/events", { headers: { "x-request-id": "mine" } });
  expect(response.headers.get("ratelimit-policy")).toBe('"key";q=6000;w=60');
  expect(response.headers.get("x-request-id")).toBe("mine");
});

it("opens the stream once by a ticket", async () => {
  const made = await call("/stream/tickets", { method: "POST" });
  const { ticket } = (await made.json()) as { ticket: string };
  const first = await fetch(`${stack.url}/stream?ticket=${ticket}`);
  expect([first.status, first.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  await first.body?.cancel();
  expect((await fetch(`${stack.url}/stream?ticket=${ticket}`)).status).toBe(401);
});

it("serves its pages with their headers, and says which methods they take", async () => {
  const page = await fetch(`${stack.url}/operate`);
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(await page.text()).toContain("<title>");
  expect((await fetch(`${stack.url}/js/operate.js`)).status).toBe(200);
  for (const path of ["/", "/docs", "/events"]) {
    const refused = await fetch(`${stack.url}${path}`, { method: "DELETE" });
    expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    expect((await fetch(`${stack.url}${path}`, { method: "HEAD" })).status).toBe(200);
  }
});

it("serves an assistant by the official SDK", async () => {
  const client = new Client({ name: "e2e", version: "1.0.0" });
  const transport = new StreamableHTTPClientTransport(new URL("/mcp", stack.url), {
    requestInit: { headers: { authorization: `Bearer ${stack.key}` } },
  });
  await client.connect(transport as Parameters<Client["connect"]>[0]);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toContain("backtest_rules");
  const found = await client.callTool({ name: "search_signals", arguments: { limit: 1 } });
  expect(found.structuredContent).toMatchObject({ signals: expect.any(Array) });
  const rules = 'version: "1.0"\ngroups: {}\n';
  const checked = await client.callTool({ name: "check_rules", arguments: { rules } });
  expect(checked.isError).toBe(true);
  await client.close();
});
