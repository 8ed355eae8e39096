import { type ApiPorts, apiApp, apiRoutes } from "../../src/api/app.ts";
import { SCOPES } from "../../src/api/context.ts";
import type { ApiRoute } from "../../src/api/route.ts";
import { sha256Hex } from "../../src/kit/hash.ts";
import { ChannelFilter } from "../../src/model/channel-config.ts";
import type { ApiKey } from "../../src/store/api-keys.ts";
import {
  at,
  attemptOf,
  DEAD_LETTER,
  draft,
  KEY,
  notify,
} from "../../src/store/contract/fixtures.ts";
import type { Store } from "../../src/store/index.ts";
import { type Dice, dice } from "../sim/random.ts";
import { storedPorts } from "./stored-api.ts";

const SECRET = "a-secret-that-is-long-enough";
export const TENANTS = ["default", "acme", "beta"] as const;
export type Tenant = (typeof TENANTS)[number];

/** A text that stands in every row of a tenant, and in nothing that a caller sends for another. */
const markOf = (tenant: Tenant): string => `mark-of-${tenant}`;

/** No id tells the tenant: `k` and a number. */
const keyId = (tenant: Tenant, scope: number): string =>
  `k${SCOPES.length * TENANTS.indexOf(tenant) + scope}`;

const keyOf = (tenant: Tenant, scope: number): ApiKey => ({
  ...{ id: keyId(tenant, scope), tenant, name: markOf(tenant), hash: sha256Hex(SECRET) },
  ...{ scopes: [SCOPES[scope] ?? ""], sources: null, limitPerMinute: null },
  ...{ createdAt: at(0), expiresAt: null, revokedAt: null },
});

const bearer = (id: string) => ({ Authorization: `Bearer ess_${id}.${SECRET}` });
export const headersOf = (tenant: Tenant, scope: (typeof SCOPES)[number]) =>
  bearer(keyId(tenant, SCOPES.indexOf(scope)));

/** A channel, a mute, a delivery that is dead, its dead letter and keys for a tenant. */
async function fill(store: Store, tenant: Tenant): Promise<void> {
  const mark = markOf(tenant);
  if (tenant !== "default") {
    await store.addTenant(tenant, at(0));
    await store.setQuota(tenant, { postsPerDay: 1_000_000, channels: 1_000 });
  }
  for (const scope of SCOPES.keys()) await store.addKey(keyOf(tenant, scope));
  const own = store.ownRows(tenant);
  const saved = await own.addChannel(
    {
      ...{ kind: "webhook", name: "desk", atMostOnce: false, filter: ChannelFilter.parse({}) },
      settings: { url: `https://example.com/${mark}` },
    },
    at(0),
  );
  if (saved.kind !== "saved") throw new Error("the channel was not saved");
  const { id } = saved.channel;
  const far = "2030-01-01T00:00:00.000Z";
  await own.muteToken(id, { token: "$M", until: far, by: mark, request: mark }, at(0));
  const more = tenant === "default" ? {} : { tenant };
  const drafts = [1, 2, 3].map((n) => {
    const { payload } = draft(id, "");
    return draft(id, `${mark}-${n}`, { payload: { ...payload, summary: mark }, ...more });
  });
  await notify(store, drafts, 10);
  const { items } = await own.outbox(
    { status: null, channelId: id, since: null },
    { limit: 3, cursor: null },
  );
  for (const { id: row } of items.reverse().slice(0, 2)) {
    const { kind } = await store.claim(row, "L", at(20), 60_000);
    if (kind !== "claimed") throw new Error(`a delivery is ${kind}`);
    await store.close(
      row,
      "L",
      { kind: "dlq", deadLetter: { ...DEAD_LETTER, subject: String(row), error: mark } },
      attemptOf({ deliveryId: row, leaseToken: "L", error: mark, result: "rejected" }),
      at(30),
    );
  }
  await own.recordChange({
    ...{ at: at(1), keyId: keyId(tenant, 4), keyName: mark, action: "act", requestId: "r" },
    ...{ subject: "something", before: null, after: null },
  });
}

export type TenantServer = {
  store: Store;
  ports: ApiPorts;
  app: ReturnType<typeof apiApp>;
  routes: ApiRoute[];
};

/** The whole HTTP interface over `empty`, with rows of three tenants and no limits. */
export async function tenantServer(empty?: Store): Promise<TenantServer> {
  const stored = await storedPorts(empty);
  const store = stored.store as Store;
  for (const tenant of TENANTS) await fill(store, tenant);
  const ports: ApiPorts = {
    ...stored,
    limiter: { take: async () => null },
    stream: async (_, { operations }) =>
      new Response(operations ? TENANTS.map(markOf).join(" ") : "signals alone"),
  };
  return { store, ports, app: apiApp(ports), routes: apiRoutes(ports) };
}

/** The example of a route, as a caller with these headers sends it. */
export function exampleOf(
  { method, path, bodyType = "application/json", example = {} }: ApiRoute,
  more: Record<string, string> = {},
): Request {
  const { params = {}, query = {}, body, headers = {} } = example;
  const address = path.replace(/:(\w+)/g, (_, name) => encodeURIComponent(params[name] ?? "x"));
  const type = bodyType === "*/*" ? "application/json" : bodyType;
  return new Request(`http://host${address}?${new URLSearchParams(query)}`, {
    method,
    headers: { "Content-Type": type, ...headers, ...more },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}

/** What a caller may send beside the examples: ids of anybody, and texts of its own. */
const CALLS: ((d: Dice, mark: string) => [method: string, path: string, body?: unknown])[] = [
  () => ["GET", "/channels"],
  (d, mark) => [
    "POST",
    "/channels",
    {
      ...{ kind: "webhook", name: d.pick(["desk", "hall", `room ${d.int(0, 9)}`]) },
      settings: { url: `https://example.com/${mark}` },
    },
  ],
  (d) => ["PATCH", `/channels/${d.int(1, 30)}`, { filter: { min_score: d.int(0, 50) } }],
  (d) => ["PATCH", `/channels/${d.int(1, 30)}`, { status: d.pick(["active", "paused"]) }],
  (d) => ["PATCH", `/channels/${d.int(1, 30)}`, { name: d.pick(["desk", "hall"]) }],
  (d) => ["DELETE", `/channels/${d.int(5, 60)}`],
  (d) => ["POST", `/channels/${d.int(1, 30)}/test`],
  () => ["POST", "/channels/encrypt"],
  () => ["GET", "/mutes"],
  (d) => ["POST", "/mutes", { token: `T${d.int(0, 9)}`, minutes: 5 }],
  (d) => ["POST", "/mutes", { token: `T${d.int(0, 9)}`, minutes: 5, channel: "desk" }],
  (d) => ["DELETE", `/mutes?token=T${d.int(0, 9)}`],
  (d) => ["GET", `/outbox?limit=${d.int(1, 20)}`],
  (d) => ["GET", `/outbox?channel=${d.int(1, 10)}&status=${d.pick(["dlq", "pending", "done"])}`],
  (d) => ["POST", `/outbox/${d.int(1, 15)}/retry`],
  (d) => ["GET", `/dead-letters?replayed=${d.pick(["true", "false"])}`],
  (d) => ["POST", "/dead-letters/replay", { ids: [d.int(1, 9), d.int(1, 9)] }],
  (d) => ["POST", "/dead-letters/replay", { stage: "deliveries", dry_run: d.chance(0.9) }],
  (d) => ["GET", `/audit-log?limit=${d.int(1, 30)}`],
  (d) => ["GET", `/audit-log?subject=channel/${d.int(1, 9)}`],
  (d) => ["GET", `/audit-log?key=k${d.int(0, 15)}`],
  () => ["GET", "/keys"],
  (d, mark) => ["POST", "/keys", { name: mark, scopes: [d.pick(SCOPES)] }],
  (d, mark) => ["POST", "/keys", { name: mark, scopes: ["read"], tenant: d.pick(TENANTS) }],
  (d) => ["PATCH", `/keys/k${d.int(0, 15)}`, { limit_per_minute: d.int(1, 999) }],
  (d) => ["POST", `/keys/k${d.int(16, 40)}/rotate`, {}],
  (d) => ["DELETE", `/keys/k${d.int(16, 40)}`],
  (d) => ["GET", `/posts/x/${d.int(1, 4)}`],
  () => ["GET", "/posts"],
  () => ["GET", "/signals"],
  () => ["GET", `/signals/${encodeURIComponent(KEY)}/explain`],
  () => ["GET", `/events/${encodeURIComponent(KEY)}`],
  () => ["GET", "/healthz"],
  () => ["GET", "/stream"],
  () => ["GET", "/overview"],
  () => ["GET", "/tenants"],
  () => ["GET", "/quota"],
  () => ["GET", "/routes"],
  () => ["GET", "/routes/versions"],
  () => ["POST", "/routes/test", { event_key: KEY }],
  (d, mark) => ["PUT", "/routes", routesFile(d.pick(["desk", "hall", mark]), mark)],
  (d) => ["GET", `/tenants/${d.pick(["acme", "beta"])}`],
  (d) => ["PATCH", `/tenants/${d.pick(["acme", "beta"])}/quota`, { channels: 0 }],
  (d) => ["POST", "/tenants", { name: `t${d.int(0, 9)}` }],
  () => ["DELETE", "/tenants/beta"],
  () => ["POST", "/graphql", { query: "{ deliveries { items { id payload channel } } }" }],
  (d) => [
    "POST",
    "/graphql",
    { query: `{ deliveries(channel_id: ${d.int(1, 9)}) { items { id attempts { error } } } }` },
  ],
  () => [
    "POST",
    "/graphql",
    { query: "{ events { items { event_key deliveries(limit: 50) { id channel payload } } } }" },
  ],
  () => [
    "POST",
    "/graphql",
    { query: '{ post(source: "x", id: "1") { steps { stage who reason } } }' },
  ],
  () => ["POST", "/mcp", mcpCall("find_post", { source: "x", id: "1" })],
  () => ["POST", "/mcp", { jsonrpc: "2.0", id: 1, method: "tools/list", params: {} }],
];

/** Its route is named by the caller; of the channels some are there. */
const routesFile = (channel: string, mark: string): string =>
  `version: "1"\nroute:\n  name: "${mark}"\n  channels: ["${channel}"]\n`;

const mcpCall = (name: string, args: object) => ({
  ...{ jsonrpc: "2.0", id: 1, method: "tools/call" },
  params: { name, arguments: args },
});

const COMMON = {
  "Content-Type": "application/json",
  Accept: "application/json, text/event-stream",
};

/**
 * `count` calls by two tenants, drawn by `seed`. Answers what went wrong, a sentence each: a text
 * of another tenant, or of the operators, in an answer; an answer that a cache may keep; a 500. And
 * how many calls were answered with each status.
 */
export async function callAtRandom(
  { app, routes }: TenantServer,
  count: number,
  seed: number,
): Promise<{ wrong: string[]; statuses: Map<number, number> }> {
  const drawn = dice(seed);
  const wrong: string[] = [];
  const statuses = new Map<number, number>();
  for (let n = 0; n < count; n++) {
    const tenant = drawn.pick(["acme", "beta"] as const);
    const scope = drawn.pick(["read", "operations", "write", "admin", "admin"] as const);
    const headers = {
      ...headersOf(tenant, scope),
      ...(drawn.chance(0.3) && { "Idempotency-Key": `same ${drawn.int(0, 20)}` }),
    };
    const request = drawn.chance(0.15)
      ? exampleOf(drawn.pick(routes.filter(isHarmless)), headers)
      : drawnCall(drawn, markOf(tenant), headers);
    const said = `call ${n}: ${request.method} ${request.url} by ${tenant} (${scope})`;
    const response = await app.fetch(request);
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    const text = await response.text();
    for (const other of TENANTS)
      if (other !== tenant && text.includes(markOf(other))) wrong.push(`${said} shows ${other}`);
    const kept = response.headers.get("Cache-Control") ?? "";
    const own = !request.url.includes("/openapi.json");
    if ((own && !kept.includes("no-store")) || response.headers.has("CDN-Cache-Control"))
      wrong.push(`${said} may be kept: ${kept}`);
    if (response.status === 500) wrong.push(`${said} is a 500: ${text}`);
  }
  return { wrong, statuses };
}

/** Some examples end what the other calls are about. */
const isHarmless = ({ operationId, answerType }: ApiRoute): boolean =>
  !["deleteChannel", "removeTenant", "getMetrics"].includes(operationId) &&
  answerType !== "text/event-stream";

function drawnCall(drawn: Dice, mark: string, headers: Record<string, string>): Request {
  const [method, path, body] = drawn.pick(CALLS)(drawn, mark);
  return new Request(`http://host${path}`, {
    method,
    headers: { ...COMMON, ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}
