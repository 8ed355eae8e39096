import { describe, expect, it } from "vitest";
import { ADMIN_KEY, NOW } from "../../test/support/api.ts";
import { headersOf, tenantServer } from "../../test/support/tenant-calls.ts";
import type { RawPost } from "../model/raw-post.ts";
import { apiApp } from "./app.ts";
import { rateLimiter } from "./rate-limit.ts";
import type { IngestResult } from "./routes/ingest.ts";

const OPERATOR = { Authorization: `Bearer ${ADMIN_KEY}` };
const NEXT_DAY = "2026-01-16T00:00:00.000Z";

async function server(ingest?: (posts: RawPost[]) => IngestResult) {
  const { ports, store } = await tenantServer();
  const asked: string[] = [];
  const listeners: unknown[] = [];
  const accepted: RawPost[] = [];
  const limiter = rateLimiter({
    now: () => NOW,
    floors: false,
    exact: async () => null,
    platform: async () => null,
  });
  const app = apiApp({
    ...ports,
    limiter,
    async quotas(tenant) {
      asked.push(tenant);
      return store.quotaOf(tenant);
    },
    async ingest(posts) {
      const result = ingest?.(posts) ?? { kind: "accepted", fresh: posts.length, repeated: 0 };
      if (result.kind === "accepted") accepted.push(...posts);
      return result;
    },
    async stream(_, listener) {
      listeners.push(listener.tenant);
      return new Response("stream");
    },
  });
  async function call(method: string, path: string, headers: object, body?: object) {
    const response = await app.request(path, {
      method,
      headers: { "Content-Type": "application/json", ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = text.startsWith("{") ? JSON.parse(text) : null;
    return { status: response.status, body: json, headers: response.headers };
  }
  const set = (quota: object) => call("PATCH", "/tenants/acme/quota", OPERATOR, quota);
  return { call, set, store, asked, listeners, accepted };
}

const admin = headersOf("acme", "admin");
const post = (id: string, source = "me") => ({
  ...{ id, source, author: "ada", text: "$DEMO is listed" },
  posted_at: "2026-01-15T10:00:00Z",
});
const ingest = headersOf("acme", "ingest");

describe("quotas", () => {
  it("are set by the operators and shown to the tenant", async () => {
    const { call, set } = await server();
    const given = { channels: 3, posts_per_day: 100, requests_per_minute: 50, keys: null };
    const { status, body } = await set(given);
    expect(status).toBe(200);
    const byName = Object.fromEntries(
      body.quotas.map((each: { name: string }) => [each.name, each]),
    );
    expect(byName.channels).toEqual({ name: "channels", limit: 3, used: 1, resets_at: null });
    expect(byName.posts_per_day).toMatchObject({ limit: 100, used: 0, resets_at: NEXT_DAY });
    expect(byName.keys).toMatchObject({ limit: null, used: 5 });
    expect(byName.listeners).toMatchObject({ limit: null, used: null });
    const own = await call("GET", "/quota", headersOf("acme", "read"));
    expect(own.body).toEqual({ tenant: "acme", quotas: body.quotas });
    expect((await call("GET", "/tenants/acme", OPERATOR)).body).toMatchObject(own.body);
    const beta = await call("GET", "/quota", headersOf("beta", "read"));
    expect(beta.body.quotas).not.toEqual(body.quotas);
    const { quotas } = (await call("GET", "/quota", OPERATOR)).body;
    expect(quotas).toHaveLength(6);
    expect(quotas.every(({ limit }: { limit: null }) => limit === null)).toBe(true);
    const { entries } = (await call("GET", "/audit-log?action=setQuota", OPERATOR)).body;
    expect(entries).toEqual([
      expect.objectContaining({
        subject: "tenant/acme",
        before: { posts_per_day: 1_000_000, channels: 1000 },
        after: { posts_per_day: 100, channels: 3, requests_per_minute: 50 },
      }),
    ]);
  });

  it.each([[{}], [{ channels: -1 }], [{ channels: 1.5 }], [{ rooms: 1 }], [{ keys: "5" }]])(
    "are refused as %j",
    async (given) => {
      const { set } = await server();
      expect((await set(given)).status).toBe(422);
    },
  );

  it("are of no tenant that is not there", async () => {
    const { call } = await server();
    for (const name of ["none", "default"]) {
      const path = `/tenants/${name}/quota`;
      expect((await call("PATCH", path, OPERATOR, { keys: 1 })).status).toBe(404);
      expect((await call("GET", `/tenants/${name}`, OPERATOR)).status).toBe(404);
    }
  });

  it.each([
    ["channels", "/channels", { kind: "log", name: "more" }, 1],
    ["keys", "/keys", { name: "more", scopes: ["read"] }, 5],
  ])("of %s answer 403 with their name and limit", async (quota, path, body, limit) => {
    const { call, set, store } = await server();
    await set({ [quota]: limit });
    const refused = await call("POST", path, admin, body);
    expect(refused.status).toBe(403);
    expect(refused.body.quota).toEqual({ name: quota, limit, used: limit, resets_at: null });
    expect(refused.body.detail).toContain(`may have ${limit} ${quota}`);
    expect((await call("POST", path, headersOf("beta", "admin"), body)).status).toBe(201);
    expect((await call("POST", path, OPERATOR, body)).status).toBe(201);
    await set({ [quota]: limit + 1 });
    expect((await call("POST", path, admin, body)).status).toBe(201);
    const any = { action: null, subject: null, keyId: null, since: null, until: null };
    const page = { limit: 100, cursor: null };
    const { items } = await store.ownRows("acme").auditLog(any, page);
    expect(items.filter(({ action }) => action.startsWith("create"))).toHaveLength(1);
  });

  it("of requests are shared by all keys of the tenant", async () => {
    const { call, set } = await server();
    await set({ requests_per_minute: 2 });
    const first = await call("GET", "/signals", headersOf("acme", "read"));
    expect(first.headers.get("RateLimit-Policy")).toBe('"tenant";q=2;w=60');
    expect((await call("GET", "/signals", headersOf("acme", "write"))).status).toBe(200);
    const refused = await call("GET", "/signals", headersOf("acme", "read"));
    expect(refused.status).toBe(429);
    expect(refused.body.quota).toEqual({
      name: "requests_per_minute",
      limit: 2,
      used: null,
      resets_at: "2026-01-15T10:01:00.000Z",
    });
    expect(refused.headers.get("Retry-After")).toBe("60");
    expect((await call("GET", "/signals", headersOf("beta", "read"))).status).toBe(200);
  });

  it("cost the operators, and who shows no key, not a question", async () => {
    const { call, asked } = await server();
    for (const headers of [{}, OPERATOR, headersOf("default", "admin")])
      for (const path of ["/signals", "/stream", "/channels"]) await call("GET", path, headers);
    await call("POST", "/ingest", OPERATOR, { posts: [post("1")] });
    await call("POST", "/keys", OPERATOR, { name: "k", scopes: ["ingest"] });
    expect(asked).toEqual([]);
    await call("GET", "/signals", headersOf("acme", "read"));
    expect(asked).toEqual(["acme"]);
  });

  it("of listeners go to where they are counted", async () => {
    const { call, set, listeners } = await server();
    await call("GET", "/stream", headersOf("acme", "read"));
    await set({ listeners: 4 });
    await call("GET", "/stream", headersOf("acme", "read"));
    await call("GET", "/stream", OPERATOR);
    expect(listeners).toEqual([undefined, { name: "acme", places: 4 }, undefined]);
  });
});

describe("posts of a tenant", () => {
  it("stand under its name, whatever the operators poll", async () => {
    const { call, accepted } = await server();
    const sent = await call("POST", "/ingest", ingest, { posts: [post("1"), post("2", "x")] });
    expect(sent).toMatchObject({ status: 202, body: { accepted: 2 } });
    expect(accepted.map(({ source }) => source)).toEqual(["acme.me", "acme.x"]);
    const long = await call("POST", "/ingest", ingest, { posts: [post("3", "s".repeat(46))] });
    expect(long).toMatchObject({ status: 403, body: { errors: [{ path: "posts[0].source" }] } });
  });

  it("count by the day, and what was not new is given back", async () => {
    const { call, set, store } = await server(([first]) =>
      first?.id === "busy"
        ? { kind: "unavailable", retryAfter: 5 }
        : { kind: "accepted", fresh: 1, repeated: 1 },
    );
    await set({ posts_per_day: 3 });
    const used = async () => (await store.tenantUse("acme", "2026-01-15"))?.used.posts;
    const two = { posts: [post("1"), post("2")] };
    expect((await call("POST", "/ingest", ingest, two)).status).toBe(202);
    expect(await used()).toBe(1);
    const bad = { posts: [post("3"), { id: "4" }] };
    expect((await call("POST", "/ingest", ingest, bad)).status).toBe(202);
    expect(await used()).toBe(1);
    const out = { posts: [post("busy")] };
    expect((await call("POST", "/ingest", ingest, out)).status).toBe(503);
    expect(await used()).toBe(1);
    const three = { posts: [post("5"), post("6"), post("7")] };
    const refused = await call("POST", "/ingest", ingest, three);
    expect(refused.status).toBe(429);
    expect(refused.body.quota).toEqual({
      name: "posts_per_day",
      limit: 3,
      used: 1,
      resets_at: NEXT_DAY,
    });
    expect(refused.headers.get("Retry-After")).toBe("50400");
  });

  it("are none without a quota of them", async () => {
    const { call, set, accepted } = await server();
    await set({ posts_per_day: null });
    const refused = await call("POST", "/ingest", ingest, { posts: [post("1")] });
    expect(refused).toMatchObject({ status: 429, body: { quota: { limit: 0 } } });
    const key = { name: "k", scopes: ["ingest"] };
    expect((await call("POST", "/keys", admin, key)).status).toBe(422);
    await set({ posts_per_day: 5 });
    expect((await call("POST", "/keys", admin, key)).status).toBe(201);
    expect(accepted).toEqual([]);
  });
});
