import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ADMIN_KEY, fakeKeys, fakePorts } from "../../../test/support/api.ts";
import { storedPorts } from "../../../test/support/stored-api.ts";
import { sha256Hex } from "../../kit/hash.ts";
import { type ApiPorts, apiApp, apiRoutes } from "../app.ts";
import { EXAMPLE_EVENT, EXAMPLE_RULES } from "../routes/examples.ts";
import { mcpTools } from "./tools.ts";

const SECRET = "a-secret-that-is-long-enough";
const keyOf = (scope: string) => ({
  id: scope,
  name: scope,
  tenant: "default",
  hash: sha256Hex(SECRET),
  scopes: [scope],
  sources: null,
  limitPerMinute: null,
  createdAt: "2026-01-01T00:00:00.000Z",
  expiresAt: null,
  revokedAt: null,
});

let ports: ApiPorts;
const open: Client[] = [];
beforeEach(async () => {
  ports = { ...(await storedPorts()), keys: fakeKeys(["read", "operations", "write"].map(keyOf)) };
});
afterEach(async () => {
  for (const client of open.splice(0)) await client.close();
});

/** The SDK's own client, as an assistant uses it. */
async function assistant(key: string | null, over: Partial<ApiPorts> = {}): Promise<Client> {
  const app = apiApp({ ...ports, ...over });
  const client = new Client({ name: "test", version: "1.0.0" });
  const transport = new StreamableHTTPClientTransport(new URL("http://server.test/mcp"), {
    fetch: async (url, init) => app.fetch(new Request(url, init as RequestInit)),
    requestInit: { headers: key === null ? {} : { Authorization: `Bearer ${key}` } },
  });
  await client.connect(transport as Parameters<Client["connect"]>[0]);
  open.push(client);
  return client;
}
const namesFor = async (key: string | null) =>
  (await (await assistant(key)).listTools()).tools.map(({ name }) => name);
const asKey = (scope: string) => `ess_${scope}.${SECRET}`;

describe("the tools of an assistant", () => {
  const feed = ["search_signals", "search_events", "get_signal", "explain_signal", "find_post"];

  it("are those that its key may use", async () => {
    expect(await namesFor(null)).toEqual(feed);
    expect(await namesFor(asKey("read"))).toEqual(feed);
    const rules = ["check_rules", "evaluate_rules"];
    expect(await namesFor(asKey("operations"))).toEqual([...feed, ...rules]);
    expect(await namesFor(asKey("write"))).toEqual([...feed, "backtest_rules"]);
    expect(await namesFor(ADMIN_KEY)).toEqual([...feed, ...rules, "backtest_rules"]);
  });

  it("cannot be led to another route by their arguments", async () => {
    const client = await assistant(null);
    for (const source of ["..", ".", "", 7, undefined])
      await expect(
        client.callTool({ name: "find_post", arguments: { source, id: "healthz" } }),
        String(source),
      ).rejects.toThrow("source must be given, as a text");
  });

  it("are called at most ten times by one request", async () => {
    let asked = 0;
    const store = {
      ...ports.store,
      signal: async () => {
        asked += 1;
        return undefined;
      },
    };
    const app = apiApp({ ...ports, store });
    const batch = (size: number) =>
      app.request("/mcp", {
        method: "POST",
        headers: {
          Accept: "application/json, text/event-stream",
          "Content-Type": "application/json",
        },
        body: JSON.stringify(
          Array.from({ length: size }, (_, id) => ({
            ...{ jsonrpc: "2.0", id, method: "tools/call" },
            params: { name: "get_signal", arguments: { event_key: "eth:X:1" } },
          })),
        ),
      });
    expect([(await batch(11)).status, asked]).toEqual([400, 0]);
    expect(await (await batch(10)).json()).toHaveLength(10);
    expect(asked).toBe(10);
  });

  it("have no argument twice, and say which they need", () => {
    for (const { name, route, inputSchema } of mcpTools(apiRoutes(fakePorts()))) {
      const { params, query, body } = route;
      const parts = [params, query, body].flatMap((part) =>
        Object.keys((part as { shape?: object } | undefined)?.shape ?? {}),
      );
      expect(Object.keys(inputSchema.properties as object), name).toHaveLength(parts.length);
    }
    const [search, , signal] = mcpTools(apiRoutes(fakePorts()));
    expect(search?.inputSchema).toMatchObject({
      properties: { min_score: { type: "number" }, limit: { type: "integer" } },
      required: [],
    });
    expect(signal?.inputSchema.required).toEqual(["event_key"]);
  });
});

describe("a call", () => {
  it("searches signals by typed arguments", async () => {
    const client = await assistant(null);
    const args = { chain: "eth", min_score: -5, limit: 5 };
    const found = await client.callTool({ name: "search_signals", arguments: args });
    expect(found.isError).toBeUndefined();
    expect(found.structuredContent).toMatchObject({ signals: [{ event_key: EXAMPLE_EVENT }] });
  });

  it("explains a signal with what its key may see", async () => {
    const ask = async (key: string) => {
      const args = { event_key: EXAMPLE_EVENT };
      const client = await assistant(key);
      const { structuredContent } = await client.callTool({
        name: "explain_signal",
        arguments: args,
      });
      const { rules } = structuredContent as { rules: { condition: string | null }[] };
      return rules.map(({ condition }) => condition);
    };
    expect(await ask(asKey("read"))).toContain(null);
    expect(await ask(asKey("operations"))).not.toContain(null);
  });

  it("tells what became of a post", async () => {
    const client = await assistant(asKey("read"));
    const args = { source: "x", id: "1" };
    const { structuredContent } = await client.callTool({ name: "find_post", arguments: args });
    expect(structuredContent).toMatchObject({ outcome: "evidence" });
  });

  it("checks and backtests a rules text", async () => {
    const client = await assistant(ADMIN_KEY);
    const rules = EXAMPLE_RULES.replace("mentions", "mentoins");
    const refused = await client.callTool({ name: "check_rules", arguments: { rules } });
    expect(refused.isError).toBe(true);
    expect(JSON.stringify(refused.content)).toContain("did you mean mentions?");
    const good = await client.callTool({
      name: "check_rules",
      arguments: { rules: EXAMPLE_RULES },
    });
    expect(good.structuredContent).toMatchObject({ warnings: [] });
    const since = "2026-01-01T00:00:00Z";
    const tested = await client.callTool({
      name: "backtest_rules",
      arguments: { rules: EXAMPLE_RULES, since },
    });
    expect(tested.structuredContent).toMatchObject({ signals: 1 });
  });

  it("answers a refusal in words that the assistant can act on", async () => {
    const client = await assistant(null);
    const wrong = await client.callTool({ name: "search_signals", arguments: { chian: "eth" } });
    expect(wrong.isError).toBe(true);
    expect(JSON.stringify(wrong.content)).toContain("chian");
    const none = await client.callTool({ name: "get_signal", arguments: { event_key: "a:b:c" } });
    expect(JSON.stringify(none.content)).toContain("There is no event");
    await expect(client.callTool({ name: "check_rules", arguments: {} })).rejects.toThrow(
      "There is no tool check_rules",
    );
  });
});

describe("POST /mcp", () => {
  it("asks for a key where nothing is public", async () => {
    const settings = { ...ports.settings, publicRead: "none" as const };
    await expect(assistant(null, { settings })).rejects.toThrow(/401|scope read/);
    expect((await (await assistant(asKey("read"), { settings })).listTools()).tools).toHaveLength(
      5,
    );
  });

  it("answers what is no message of the protocol", async () => {
    const app = apiApp(ports);
    const send = (body: string, accept = "application/json, text/event-stream") =>
      app.request("/mcp", {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: accept },
        body,
      });
    expect((await send("{")).status).toBe(400);
    expect((await send('{"hello": 1}')).status).toBe(400);
    const list = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
    expect((await send(list, "text/html")).status).toBe(406);
    expect((await app.request("/mcp")).status).toBe(405);
  });
});
