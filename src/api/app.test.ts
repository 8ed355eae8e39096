import { describe, expect, it } from "vitest";
import { ADMIN_KEY, fakePorts } from "../../test/support/api.ts";
import { StoreUnavailable } from "../store/index.ts";
import { apiApp } from "./app.ts";
import { sealedCursor } from "./cursor-seal.ts";

type OpenApi = { openapi: string; paths: Record<string, Record<string, unknown>> };

const asAdmin = { Authorization: `Bearer ${ADMIN_KEY}` };

it("names the channels that wait on /healthz only to those who may read the operations", async () => {
  const health = {
    ...(await fakePorts().health()),
    status: "degraded" as const,
    notes: ["channel ops is paused: 401"],
  };
  const notes = async (publicRead: "none" | "feed" | "operations", headers = {}) => {
    const response = await apiApp(
      fakePorts({ health: async () => health }, { publicRead }),
    ).request("/healthz", { headers });
    return ((await response.json()) as { status: string; notes?: string[] }).notes;
  };
  expect([await notes("none"), await notes("feed")]).toEqual([undefined, undefined]);
  expect([await notes("operations"), await notes("none", asAdmin)]).toEqual([
    health.notes,
    health.notes,
  ]);
});

describe("every route", () => {
  const routes = apiApp(fakePorts()).routes.filter(({ method }) => method !== "ALL");

  it("is described in the OpenAPI document, and nothing else is", async () => {
    const { openapi, paths } = (await (
      await apiApp(fakePorts()).request("/openapi.json")
    ).json()) as OpenApi;
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(
        (method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`,
      ),
    );
    expect(openapi).toBe("3.1.0");
    expect(described.sort()).toEqual(
      [...new Set(routes.map(({ method, path }) => `${method} ${path}`))].sort(),
    );
  });

  it("answers 401 to anyone without a key when it changes something", async () => {
    const asksOtherwise = ["/ingest/:source", "/graphql", "/mcp", "/telegram/webhook"];
    const changing = routes.filter(
      ({ method, path }) => method !== "GET" && !asksOtherwise.includes(path),
    );
    for (const { method, path } of changing) {
      const response = await apiApp(fakePorts({}, { adminKey: null })).request(
        path.replaceAll(":", ""),
        { method },
      );
      expect([path, response.status]).toEqual([path, 401]);
      expect(response.headers.get("WWW-Authenticate")).toBe("Bearer");
    }
  });
});

describe("errors", () => {
  it.each([
    ["GET", "/nowhere", 404],
    ["DELETE", "/events", 405],
    ["PUT", "/ingest", 405],
    ["GET", "/events?limit=0", 422],
    ["GET", "/events?limit=201", 422],
    ["GET", "/events?limit=1e2", 422],
    ["GET", "/events?chian=eth", 422],
    ["GET", "/events?chain=eth&chain=sol", 422],
    ["GET", "/events?since=2026-02-30T10:00:00Z", 422],
    ["GET", "/signals?since=yesterday", 422],
    ["GET", "/signals?min_score=NaN", 422],
    ["GET", "/overview?again=1", 422],
    ["GET", "/posts/x/1?again=1", 422],
    ["GET", "/events/%00", 400],
    ["GET", "/events/eth:NONE:2026-01-15T10:00:00Z", 404],
    ["GET", "/posts/x/1", 404],
    ["GET", "/stream?min_score=high", 422],
    ["GET", "/analytics/nonsense", 404],
  ])("answers %s %s with problem+json %i", async (method, path, status) => {
    const response = await apiApp(fakePorts()).request(path, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({
      type: "about:blank",
      status,
      title: expect.any(String),
      detail: expect.any(String),
    });
  });

  it("names what is possible instead of a wrong method", async () => {
    const response = await apiApp(fakePorts()).request("/events", { method: "DELETE" });
    expect(response.headers.get("Allow")).toBe("GET, HEAD");
  });

  it("answers 503 with Retry-After while the database is out", async () => {
    const ports = fakePorts();
    ports.store = {
      ...ports.store,
      eventLines: () => Promise.reject(new StoreUnavailable("connection refused at 10.0.0.1")),
    };
    const response = await apiApp(ports).request("/events");
    expect([response.status, response.headers.get("Retry-After")]).toEqual([503, "10"]);
    expect(await response.text()).not.toContain("10.0.0.1");
  });

  it("says of a database without the migrations of this version what to do", async () => {
    const cause = Object.assign(new Error("column c.tenant does not exist"), { code: "42703" });
    const ports = fakePorts();
    const eventLines = () => Promise.reject(new StoreUnavailable(String(cause), { cause }));
    ports.store = { ...ports.store, eventLines };
    const response = await apiApp(ports).request("/events");
    expect([response.status, response.headers.get("Retry-After")]).toEqual([503, "10"]);
    const { detail } = (await response.json()) as { detail: string };
    expect(detail).toMatch(/^The database is older than this version: its migrations are not/);
    expect(detail).not.toContain("tenant");
  });

  it("tells the health of a server whose database is out also to someone whose key stands there", async () => {
    const health = { ...(await fakePorts().health()), status: "unhealthy" as const };
    const keys = { ...fakePorts().keys, apiKey: () => Promise.reject(new StoreUnavailable("out")) };
    const headers = { Authorization: "Bearer ess_abc.secretsecret" };
    const ask = (path: string) =>
      apiApp(fakePorts({ health: async () => health, keys })).request(path, { headers });
    const response = await ask("/healthz");
    expect([response.status, ((await response.json()) as { status: string }).status]).toEqual([
      503,
      "unhealthy",
    ]);
    expect((await (await ask("/outbox")).json()) as object).toMatchObject({
      title: "Service Unavailable",
    });
  });

  it("logs a fault of ours and tells nothing of it", async () => {
    const ports = fakePorts({ health: () => Promise.reject(new TypeError("secret detail")) });
    const response = await apiApp(ports).request("/healthz");
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("secret detail");
    expect(ports.logged.join()).toContain("secret detail");
  });

  it("answers 400 to a cursor that the store cannot read", async () => {
    const ports = fakePorts();
    ports.store = { ...ports.store, signalLines: () => Promise.reject(new RangeError("cursor")) };
    const response = await apiApp(ports).request("/signals?cursor=forged");
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ path: "cursor" }] });
  });
});

describe("reads", () => {
  it("are cached at the edge when public, with an ETag that answers 304", async () => {
    const app = apiApp(fakePorts());
    const first = await app.request("/events");
    expect(first.headers.get("CDN-Cache-Control")).toBe(
      "public, max-age=5, stale-while-revalidate=30, stale-if-error=600",
    );
    const again = await app.request("/events", {
      headers: { "If-None-Match": first.headers.get("ETag") ?? "" },
    });
    expect([again.status, await again.text()]).toEqual([304, ""]);
  });

  it("compare tags weakly: a proxy may take the W/ away", async () => {
    const app = apiApp(fakePorts());
    const tag = (await app.request("/events")).headers.get("ETag") ?? "";
    const strong = { "If-None-Match": `"other", ${tag.replace("W/", "")}` };
    expect((await app.request("/events", { headers: strong })).status).toBe(304);
  });

  it("ask browsers to stay on https, where it is used", async () => {
    const hsts = async (origin: string) =>
      (await apiApp(fakePorts()).request(`${origin}/events`)).headers.get(
        "Strict-Transport-Security",
      );
    expect(await hsts("https://api.test")).toContain("max-age=31536000");
    expect(await hsts("http://api.test")).toBeNull();
  });

  it("are stored nowhere when a key opened them", async () => {
    const response = await apiApp(fakePorts({}, { publicRead: "none" })).request("/events", {
      headers: asAdmin,
    });
    expect([response.status, response.headers.get("Cache-Control")]).toEqual([
      200,
      "private, no-store",
    ]);
  });

  it("ask for a key when PUBLIC_READ is off", async () => {
    expect((await apiApp(fakePorts({}, { publicRead: "none" })).request("/events")).status).toBe(
      401,
    );
  });

  it("keep operations from the public unless the machine is one's own", async () => {
    expect((await apiApp(fakePorts()).request("/metrics")).status).toBe(401);
    expect(
      (await apiApp(fakePorts({}, { publicRead: "operations" })).request("/metrics")).status,
    ).toBe(200);
  });

  it("may be made by any page", async () => {
    const response = await apiApp(fakePorts()).request("/events", {
      headers: { Origin: "https://example.com" },
    });
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
    const preflight = await apiApp(fakePorts()).request("/ingest", { method: "OPTIONS" });
    expect(preflight.headers.get("Access-Control-Allow-Methods")).toBe("GET, HEAD");
  });

  it("are shown to a sender of CloudEvents that asks before it sends", async () => {
    const headers = { "WebHook-Request-Origin": "eventemitter.example.com" };
    const answer = await apiApp(fakePorts()).request("/ingest/cloudevents", {
      method: "OPTIONS",
      headers,
    });
    expect([
      answer.status,
      answer.headers.get("WebHook-Allowed-Origin"),
      answer.headers.get("Allow"),
    ]).toEqual([204, "*", "POST"]);
  });

  it("hand the filters to the store", async () => {
    const ports = fakePorts();
    const asked: unknown[] = [];
    ports.store = {
      ...ports.store,
      eventLines: async (filter, paging) => {
        asked.push(filter, paging);
        return { items: [], nextCursor: "next" };
      },
    };
    const key = ports.settings.cursorKey;
    const response = await apiApp(ports).request(
      "/events?chain=sol&min_score=-1.5&since=2026-01-15T10:00:00%2B02:00&limit=7&cursor=" +
        sealedCursor("abc", { key, list: "/events" }),
    );
    expect(await response.json()).toEqual({
      events: [],
      next_cursor: sealedCursor("next", { key, list: "/events" }),
    });
    expect(asked).toMatchObject([
      { chain: "sol", minScore: -1.5, since: "2026-01-15T08:00:00.000Z", type: null },
      { limit: 7, cursor: "abc" },
    ]);
  });
});

describe("health", () => {
  it.each([
    ["healthy", 200],
    ["degraded", 200],
    ["unhealthy", 503],
  ] as const)("answers %s with %i", async (status, code) => {
    const ports = fakePorts();
    const health = { ...(await ports.health()), status };
    const response = await apiApp({ ...ports, health: async () => health }).request("/healthz");
    expect(response.status).toBe(code);
    expect(await response.json()).toMatchObject({
      status,
      rules: { version: "abc", loaded_at: "2026-01-15T09:00:00.000Z" },
    });
  });

  it("is ready only when nothing is missing", async () => {
    expect((await apiApp(fakePorts()).request("/readyz")).status).toBe(200);
    const response = await apiApp(
      fakePorts({ unready: async () => ["migration 0002 is missing"] }),
    ).request("/readyz");
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      detail: "Not ready yet: migration 0002 is missing.",
    });
  });
});

describe("triggers", () => {
  it("start one poll for an admin", async () => {
    const ports = fakePorts({ trigger: async () => ({ kind: "started" }) });
    expect(
      (await apiApp(ports).request("/triggers/hn", { method: "POST", headers: asAdmin })).status,
    ).toBe(202);
  });

  it("name the sources there are, and why one is off", async () => {
    const unknown = await apiApp(fakePorts()).request("/triggers/nope", {
      method: "POST",
      headers: asAdmin,
    });
    expect([unknown.status, await unknown.text()]).toEqual([404, expect.stringContaining("x, hn")]);
    const off = fakePorts({
      trigger: async () => ({ kind: "off", reason: "X_BEARER_TOKEN is not set" }),
    });
    const response = await apiApp(off).request("/triggers/x", { method: "POST", headers: asAdmin });
    expect([response.status, await response.text()]).toEqual([
      409,
      expect.stringContaining("X_BEARER_TOKEN"),
    ]);
  });
});

it("empties a list only when that is asked for", async () => {
  const published: string[] = [];
  const ports = fakePorts({
    publishList: async (name) => {
      published.push(name);
      return { kind: "loaded" };
    },
  });
  const put = async (query: string, body: string) =>
    (
      await apiApp(ports).request(`/lists/authors${query}`, {
        method: "PUT",
        headers: asAdmin,
        body,
      })
    ).status;
  for (const body of ["", "# nothing\n---\n", "[]", " [ ]\n", "{}", "words: []\n"])
    expect(await put("", body)).toBe(422);
  expect(published).toEqual([]);
  expect(await put("?empty=yes", "[]")).toBe(200);
  expect(await put("", "- { handle: ada }\n")).toBe(200);
});
