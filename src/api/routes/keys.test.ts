import { describe, expect, it } from "vitest";
import { ADMIN_KEY, fakeKeys, fakePorts, NOW } from "../../../test/support/api.ts";
import { sha256Hex } from "../../kit/hash.ts";
import type { ApiKey } from "../../store/api-keys.ts";
import { apiApp } from "../app.ts";

const SECRET = "s".repeat(32);
const stored = (over: Partial<ApiKey> = {}): ApiKey => ({
  id: "abc",
  name: "test",
  tenant: "default",
  hash: sha256Hex(SECRET),
  scopes: ["read"],
  sources: null,
  limitPerMinute: null,
  createdAt: "2026-01-01T00:00:00.000Z",
  expiresAt: null,
  revokedAt: null,
  ...over,
});
const ask = (path: string, key: ApiKey | null, token = `ess_abc.${SECRET}`, method = "GET") =>
  apiApp(fakePorts({ keys: fakeKeys(key === null ? [] : [key]) }, { publicRead: "none" })).request(
    path,
    {
      method,
      headers: { Authorization: `Bearer ${token}` },
    },
  );

describe("a key", () => {
  it("opens what its scope says", async () => {
    expect((await ask("/events", stored())).status).toBe(200);
    expect((await ask("/ingest", stored(), undefined, "POST")).status).toBe(403);
    expect((await ask("/keys", stored({ scopes: ["read", "ingest", "write"] }))).status).toBe(403);
    expect((await ask("/keys", stored({ scopes: ["admin"] }))).status).toBe(200);
  });

  it.each([
    ["is unknown", null, undefined],
    ["has another secret", stored(), `ess_abc.${"t".repeat(32)}`],
    ["has a shorter secret", stored(), "ess_abc.ssssssss"],
    ["is not of the form prefix_id.secret", stored(), "abc"],
    ["is revoked", stored({ revokedAt: "2026-01-14T00:00:00.000Z" }), undefined],
    ["is expired", stored({ expiresAt: new Date(NOW).toISOString() }), undefined],
  ])("is refused when it %s", async (_, key, token) => {
    expect((await ask("/events", key, token)).status).toBe(401);
  });

  it("is refused on a public route too, since silence would hide the mistake", async () => {
    const response = await apiApp(fakePorts()).request("/events", {
      headers: { Authorization: "Bearer ess_no.0123456789" },
    });
    expect(response.status).toBe(401);
  });

  it("learns its limit, and when to come back", async () => {
    const limited = (allowed: boolean) =>
      fakePorts({
        keys: fakeKeys([stored({ limitPerMinute: 5 })]),
        limiter: {
          take: async ({ perMinute: limit }) => ({
            allowed,
            limit,
            remaining: allowed ? 2 : 0,
            resetSeconds: 17,
          }),
        },
      });
    const headers = { Authorization: `Bearer ess_abc.${SECRET}` };
    const fine = await apiApp(limited(true)).request("/events", { headers });
    expect([fine.status, fine.headers.get("RateLimit")]).toEqual([200, '"key";r=2;t=17']);
    const over = await apiApp(limited(false)).request("/events", { headers });
    expect([
      over.status,
      over.headers.get("Retry-After"),
      over.headers.get("RateLimit-Policy"),
    ]).toEqual([429, "17", '"key";q=5;w=60']);
  });
});

describe("/keys", () => {
  const headers = { Authorization: `Bearer ${ADMIN_KEY}`, "Content-Type": "application/json" };
  const make = (ports: ReturnType<typeof fakePorts>, body: unknown) =>
    apiApp(ports).request("/keys", { method: "POST", headers, body: JSON.stringify(body) });

  it("shows a new key once, and it works", async () => {
    const ports = fakePorts();
    const made = await make(ports, {
      name: "collector",
      scopes: ["ingest"],
      limit_per_minute: 100,
    });
    expect(made.status).toBe(201);
    const { key, id } = (await made.json()) as { key: string; id: string };
    const posted = await apiApp(ports).request("/ingest", {
      method: "POST",
      headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
      body: '{"posts": []}',
    });
    expect(posted.status).toBe(202);
    const list = await (await apiApp(ports).request("/keys", { headers })).text();
    expect(list).toContain(id);
    expect(list).not.toMatch(/hash|"key":/);
    expect(JSON.stringify(await ports.keys.apiKeys())).not.toContain(key.split(".")[1]);
  });

  it.each([
    {},
    { name: "x", scopes: [] },
    { name: "x", scopes: ["root"] },
    { name: "x", scopes: ["read"], expires: "2027-01-01T00:00:00Z" },
    { name: "x", scopes: ["ingest"], sources: [] },
    { name: "x", scopes: ["ingest"], sources: ["No Name"] },
    { name: "x", scopes: ["read"], sources: ["me"] },
    { name: "x", scopes: ["ingest", "admin"], sources: ["me"] },
  ])("refuses %j", async (body) => {
    expect((await make(fakePorts(), body)).status).toBe(422);
  });

  it("binds a key to sources, and shows them", async () => {
    const ports = fakePorts();
    const made = await make(ports, { name: "c", scopes: ["ingest"], sources: ["me", "mine"] });
    expect(await made.json()).toMatchObject({ sources: ["me", "mine"] });
    const list = await apiApp(ports).request("/keys", { headers });
    expect(await list.json()).toMatchObject({ keys: [{ sources: ["me", "mine"] }] });
  });

  it("revokes a key, which then opens nothing", async () => {
    const ports = fakePorts({ keys: fakeKeys([stored({ scopes: ["admin"] })]) });
    expect((await apiApp(ports).request("/keys/abc", { method: "DELETE", headers })).status).toBe(
      204,
    );
    expect(
      (
        await apiApp(ports).request("/keys", {
          headers: { Authorization: `Bearer ess_abc.${SECRET}` },
        })
      ).status,
    ).toBe(401);
    expect((await apiApp(ports).request("/keys/none", { method: "DELETE", headers })).status).toBe(
      404,
    );
  });

  it("rotates a key that expires before the overlap ends once, and shortens its life by nothing", async () => {
    const expiresAt = new Date(NOW + 60_000).toISOString();
    const ports = fakePorts({ keys: fakeKeys([stored({ scopes: ["admin"], expiresAt })]) });
    const rotate = () =>
      apiApp(ports).request("/keys/abc/rotate", {
        method: "POST",
        headers: { ...headers, Authorization: `Bearer ess_abc.${SECRET}` },
        body: '{"overlap_seconds": 3600}',
      });
    const answers = await Promise.all([rotate(), rotate(), rotate()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const made = answers.find(({ status }) => status === 201) as Response;
    const { overlap_until: until } = (await made.json()) as { overlap_until: string };
    expect(Date.parse(expiresAt) - Date.parse(until)).toBe(1);
    expect(await ports.keys.apiKeys()).toHaveLength(2);
  });

  it("gives one key for a link that is opened twice at once", async () => {
    const expiresAt = new Date(NOW + 3_600_000).toISOString();
    const ports = fakePorts({ keys: fakeKeys([stored({ scopes: ["admin"], expiresAt })]) });
    const open = () =>
      apiApp(ports).request("/keys/abc/rotate", {
        method: "POST",
        headers: { ...headers, Authorization: `Bearer ess_abc.${SECRET}` },
        body: '{"overlap_seconds": 0}',
      });
    const answers = await Promise.all([open(), open(), open()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(await ports.keys.apiKeys()).toHaveLength(2);
  });
});
