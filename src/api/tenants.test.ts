import { describe, expect, it } from "vitest";
import { ADMIN_KEY, fakePorts } from "../../test/support/api.ts";
import {
  callAtRandom,
  exampleOf,
  headersOf,
  TENANTS,
  type TenantServer,
  tenantServer,
} from "../../test/support/tenant-calls.ts";
import { apiApp, apiRoutes } from "./app.ts";
import { PUBLIC_ACCESS, type RouteTenants, requiredScope, SCOPES } from "./context.ts";
import type { ApiRoute } from "./route.ts";

/**
 * Every route, by what it gives to a key of a tenant. "operators": it answers 403. A new route has
 * to be entered here, and so thought of.
 */
const ENTRIES: Record<RouteTenants | "operators", readonly string[]> = {
  own: [
    ...["listChannels", "createChannel", "updateChannel", "deleteChannel", "previewChannel"],
    ...["testChannel", "listMutes", "muteToken", "unmuteToken", "listOutbox", "retryDelivery"],
    ...["listDeadLetters", "replayDeadLetters", "listAuditLog", "queryGraphql"],
    ...["listKeys", "createKey", "updateKey", "rotateKey", "revokeKey", "getQuota"],
    ...["ingestPosts", "getRoutes", "putRoutes", "listRoutesVersions", "rollbackRoutes"],
    ...["testRoutes"],
  ],
  shared: [
    ...["listEvents", "getEvent", "listSignals", "getSignal", "explainSignal"],
    ...["getSignalHistory", "listHistory", "listPosts", "getPost", "streamSignals"],
    ...["createStreamTicket", "callMcp", "getRules", "listRulesVersions", "getRulesVersion"],
    ...["checkRules", "evaluateRules", "backtestRules", "listSources"],
    ...["getHealth", "getReadiness", "getOpenapi"],
  ],
  operators: [
    ...["getOverview", "getAudit", "listAnalytics", "getDashboard", "getAnalytics", "auditEvents"],
    ...["pushToSource", "listProviders", "resetProvider", "triggerSource"],
    ...["rollbackRules", "getRulesCanary", "stopRulesCanary", "promoteRules", "putRules"],
    ...["putList", "encryptChannels", "answerTelegram", "listFaults", "setFault"],
    ...["clearFault", "listAlerts", "listAlertFacts", "silenceAlerts", "endAlertSilence"],
    ...["getMetrics", "listTenants", "createTenant", "removeTenant", "getTenant", "setQuota"],
    ...["listArchive", "getArchiveFile"],
  ],
};

const routes = apiRoutes(fakePorts());

describe("every route", () => {
  it("says what it gives to a tenant", () => {
    const said = routes.map(({ operationId, tenants = "operators" }) => [operationId, tenants]);
    const entered = Object.entries(ENTRIES).flatMap(([tenants, names]) =>
      names.map((name) => [name, tenants]),
    );
    expect(said.sort()).toEqual(entered.sort());
  });

  const admits = ({ access }: ApiRoute, scope: (typeof SCOPES)[number]): boolean =>
    PUBLIC_ACCESS.feed.includes(access) ||
    access === "self" ||
    scope === "admin" ||
    scope === requiredScope(access);

  it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    "answers keys of each scope and tenant as it says: %s",
    async (_, route) => {
      for (const tenant of TENANTS)
        for (const scope of SCOPES) {
          const { app } = await tenantServer();
          const { status } = await app.fetch(exampleOf(route, headersOf(tenant, scope)));
          const forTenant = tenant === "default" || route.tenants !== undefined;
          // A route that lets itself decide refuses a key without its scope.
          const decides = route.access === "self" && forTenant;
          if (decides) continue;
          expect([tenant, scope, status === 403], `${status}`).toEqual([
            tenant,
            scope,
            !(admits(route, scope) && forTenant),
          ]);
        }
    },
  );
});

describe("tenants", () => {
  it("see no row of another in 10,000 calls at random", { timeout: 120_000 }, async () => {
    const server = await tenantServer();
    const { wrong, statuses } = await callAtRandom(server, 10_000, 18);
    expect(wrong).toEqual([]);
    for (const status of [200, 201, 202, 403, 404, 422])
      expect(statuses.get(status), `calls answered ${status}`).toBeGreaterThan(50);
    expect(await misplaced(server)).toEqual([]);
  });

  /** Entries of the audit log whose key is another tenant's. */
  async function misplaced({ store }: TenantServer): Promise<unknown[]> {
    const keys = new Map((await store.apiKeys()).map(({ id, tenant }) => [id, tenant]));
    const found: unknown[] = [];
    for (const tenant of TENANTS) {
      const any = { action: null, subject: null, keyId: null, since: null, until: null };
      const page = { limit: 100_000, cursor: null };
      for (const entry of (await store.ownRows(tenant).auditLog(any, page)).items)
        if (keys.has(entry.keyId) && keys.get(entry.keyId) !== tenant) found.push(entry);
    }
    return found;
  }

  it("would be seen by the calls where a route forgot whose rows it reads", async () => {
    const server = await tenantServer();
    const careless = { ...server.ports, ownRows: () => server.store };
    const app = apiApp({
      ...careless,
      outbox: { ...careless.outbox, ownRows: () => server.store },
    });
    const { wrong } = await callAtRandom({ ...server, app }, 300, 18);
    expect(wrong.length).toBeGreaterThan(10);
  });
});

describe("a tenant", () => {
  const operator = { Authorization: `Bearer ${ADMIN_KEY}`, "Content-Type": "application/json" };

  async function server() {
    const { app, store, ports } = await tenantServer();
    const asked = async (method: string, path: string, headers: object, body?: object) => {
      const response = await app.request(path, {
        method,
        headers: { "Content-Type": "application/json", ...headers },
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? null : JSON.parse(text) };
    };
    return { asked, store, ports };
  }

  it("is made by an operator, and its first key makes its others", async () => {
    const { asked } = await server();
    expect(await asked("POST", "/tenants", operator, { name: "Acme!" })).toMatchObject({
      status: 422,
    });
    expect(await asked("POST", "/tenants", operator, { name: "new" })).toMatchObject({
      status: 201,
    });
    expect(await asked("POST", "/tenants", operator, { name: "new" })).toMatchObject({
      status: 409,
    });
    const boss = { name: "boss", scopes: ["admin"], tenant: "new" };
    const made = await asked("POST", "/keys", operator, boss);
    expect(made).toMatchObject({ status: 201, body: { tenant: "new" } });
    const own = { Authorization: `Bearer ${made.body.key}` };
    const hand = { name: "hand", scopes: ["write"] };
    expect((await asked("POST", "/keys", own, hand)).body).toMatchObject({ tenant: "new" });
    const foreign = await asked("POST", "/keys", own, { ...hand, tenant: "acme" });
    expect(foreign).toMatchObject({ status: 422, body: { errors: [{ path: "tenant" }] } });
    const keys = (await asked("GET", "/keys", own)).body.keys;
    expect(keys.map(({ name }: { name: string }) => name).sort()).toEqual(["boss", "hand"]);
    const channel = { kind: "log", name: "desk" };
    expect((await asked("POST", "/channels", own, channel)).body).toMatchObject({ tenant: "new" });
    expect((await asked("GET", "/tenants", operator)).body.tenants).toContainEqual(
      expect.objectContaining({ name: "new", channels: 1, keys: 2 }),
    );
    expect((await asked("DELETE", "/tenants/new", operator)).status).toBe(204);
    expect((await asked("GET", "/keys", own)).status).toBe(401);
    expect((await asked("DELETE", "/tenants/new", operator)).status).toBe(404);
  });

  it("gets no key before it is there, and none that brings posts", async () => {
    const { asked, store } = await server();
    await store.setQuota("acme", { postsPerDay: null });
    const key = { name: "k", scopes: ["read"] };
    expect(await asked("POST", "/keys", operator, { ...key, tenant: "none" })).toMatchObject({
      status: 422,
      body: { errors: [{ path: "tenant" }] },
    });
    const ingest = { name: "k", scopes: ["ingest"], tenant: "acme" };
    expect(await asked("POST", "/keys", operator, ingest)).toMatchObject({
      status: 422,
      body: { errors: [{ path: "scopes" }] },
    });
    const admin = headersOf("acme", "admin");
    const { body } = await asked("POST", "/keys", admin, key);
    const patch = { scopes: ["read", "ingest"] };
    expect((await asked("PATCH", `/keys/${body.id}`, admin, patch)).status).toBe(422);
    const { body: rotated } = await asked("POST", `/keys/${body.id}/rotate`, admin, {});
    expect(rotated).toMatchObject({ tenant: "acme", replaces: body.id });
  });

  it("listens to signals, not to deliveries", async () => {
    const { ports } = await server();
    const listeners: boolean[] = [];
    const app = apiApp({
      ...ports,
      stream: async (_, { operations }) => {
        listeners.push(operations);
        return new Response("stream");
      },
    });
    for (const tenant of TENANTS)
      await app.request("/stream", { headers: headersOf(tenant, "operations") });
    expect(listeners).toEqual([true, false, false]);
  });
});
