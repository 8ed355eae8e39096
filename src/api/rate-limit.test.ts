import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ADMIN_KEY, fakeKeys, fakePorts, NOW } from "../../test/support/api.ts";
import { sha256Hex } from "../kit/hash.ts";
import { apiApp } from "./app.ts";
import {
  ADDRESS_PER_MINUTE,
  HEAVY_PER_MINUTE,
  KEY_PER_MINUTE,
  type RateLimitPorts,
  rateLimiter,
} from "./rate-limit.ts";

const SECRET = "a-secret-that-is-long-enough";
const LIMITED = {
  id: "slow",
  name: "slow",
  tenant: "default",
  hash: sha256Hex(SECRET),
  scopes: ["read"],
  sources: null,
  limitPerMinute: 3,
  createdAt: "2026-01-01T00:00:00.000Z",
  expiresAt: null,
  revokedAt: null,
};

function server(over: Partial<RateLimitPorts> = {}) {
  const clock = { now: NOW };
  const limiter = rateLimiter({
    now: () => clock.now,
    floors: true,
    exact: async () => null,
    platform: async () => null,
    ...over,
  });
  const keys = fakeKeys([LIMITED]);
  const app = apiApp(fakePorts({ limiter, keys }, { cacheReads: false }));
  const ask = (path: string, from: string | null, key?: string, method = "GET", body?: string) =>
    app.request(path, {
      method,
      headers: {
        "Content-Type": "application/json",
        ...(from !== null && { "CF-Connecting-IP": from }),
        ...(key !== undefined && { Authorization: `Bearer ${key}` }),
      },
      ...(body !== undefined && { body }),
    });
  const headersOf = (response: Response) => [
    response.headers.get("RateLimit-Policy"),
    response.headers.get("RateLimit"),
  ];
  return { clock, ask, headersOf };
}

describe("the limit of an address", () => {
  it("is told on every answer that no cache keeps, and holds for the whole network in any spelling", async () => {
    const { ask, headersOf, clock } = server();
    expect(headersOf(await ask("/events", "2001:db8:1:2::1"))).toEqual([
      `"address";q=${ADDRESS_PER_MINUTE};w=60`,
      `"address";r=${ADDRESS_PER_MINUTE - 1};t=60`,
    ]);
    for (let sent = 1; sent < ADDRESS_PER_MINUTE; sent++)
      await ask("/healthz", `2001:0DB8:1:2:0:0:0:${sent.toString(16)}`);
    const refused = await ask("/events", "2001:db8:1:2::ffff");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("Retry-After")).toBe("60");
    expect(headersOf(refused)[1]).toBe('"address";r=0;t=60');
    expect((await ask("/events", "2001:db8:1:3::1")).status).toBe(200);
    clock.now += 60_000;
    expect((await ask("/events", "2001:db8:1:2::1")).status).toBe(200);
  });

  it("is told on errors too", async () => {
    const { ask, headersOf } = server();
    const refused = await ask("/events?limit=0", "203.0.113.9");
    expect([refused.status, headersOf(refused)[1]]).toEqual([422, expect.stringContaining("r=")]);
  });

  it("is the platform's where that counts more than one isolate sees", async () => {
    const asked: string[] = [];
    const { ask } = server({
      platform: async ({ name, key }) => {
        asked.push(`${name} ${key}`);
        return false;
      },
    });
    expect((await ask("/events", "203.0.113.9")).status).toBe(429);
    expect(asked).toEqual(["address 203.0.113.9"]);
  });

  it("is not there without floors, nor for who has no address", async () => {
    expect(
      (await server({ floors: false }).ask("/events", "203.0.113.9")).headers.has("RateLimit"),
    ).toBe(false);
    expect((await server().ask("/events", null)).headers.has("RateLimit")).toBe(false);
  });
});

describe("the limit of a key", () => {
  const key = `ess_slow.${SECRET}`;

  it("is exact where Redis answers", async () => {
    const exact = { allowed: false, limit: 3, remaining: 0, resetSeconds: 17 };
    const { ask, headersOf } = server({ exact: async () => exact, floors: false });
    const refused = await ask("/events", null, key);
    expect([refused.status, refused.headers.get("Retry-After")]).toEqual([429, "17"]);
    expect(headersOf(refused)).toEqual(['"key";q=3;w=60', '"key";r=0;t=17']);
  });

  it("holds in each isolate where Redis is out, or there is none", async () => {
    const { ask } = server({ floors: false });
    const statuses: number[] = [];
    for (let sent = 0; sent < 5; sent++) statuses.push((await ask("/events", null, key)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  });

  it("has a floor where nobody set one", async () => {
    const { ask, headersOf } = server();
    expect(headersOf(await ask("/events", "203.0.113.9", ADMIN_KEY))).toEqual([
      `"key";q=${KEY_PER_MINUTE};w=60`,
      `"key";r=${KEY_PER_MINUTE - 1};t=60`,
    ]);
  });
});

it("limits each caller of a costly route by itself", async () => {
  const { ask, headersOf } = server();
  const query = JSON.stringify({ query: "{ __typename }" });
  const graphql = (from: string) => ask("/graphql", from, undefined, "POST", query);
  expect(headersOf(await graphql("203.0.113.9"))[0]).toBe(
    `"address";q=${ADDRESS_PER_MINUTE};w=60, "route";q=${HEAVY_PER_MINUTE};w=60`,
  );
  for (let sent = 1; sent < HEAVY_PER_MINUTE; sent++) await graphql("203.0.113.9");
  expect((await graphql("203.0.113.9")).status).toBe(429);
  expect((await graphql("203.0.113.10")).status).toBe(200);
  expect((await ask("/events", "203.0.113.9")).status).toBe(200);
});

it("has the figures of wrangler.toml", () => {
  const toml = readFileSync(join(import.meta.dirname, "../../wrangler.toml"), "utf8");
  const bound = [...toml.matchAll(/name = "(RATE_\w+)"[^[]*?limit = (\d+), period = 60/g)];
  expect(bound.map(([, name, limit]) => [name, Number(limit)])).toEqual([
    ["RATE_ADDRESS", ADDRESS_PER_MINUTE],
    ["RATE_KEY", KEY_PER_MINUTE],
    ["RATE_ROUTE", HEAVY_PER_MINUTE],
  ]);
});
