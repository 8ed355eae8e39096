import { beforeEach, describe, expect, it } from "vitest";
import { ADMIN_KEY, fakePorts } from "../../test/support/api.ts";
import { storedPorts } from "../../test/support/stored-api.ts";
import type { AuditLogRow } from "../store/audit-log.ts";
import { type ApiPorts, apiApp, apiRoutes } from "./app.ts";
import type { ApiRoute } from "./route.ts";

/** What is no GET and changes nothing, or posts alone. A route that joins them has to be argued. */
const NO_CHANGE = new Set([
  "queryGraphql",
  "previewChannel",
  "checkRules",
  "evaluateRules",
  "backtestRules",
  "testRoutes",
  "answerTelegram",
  "callMcp",
  "createStreamTicket",
  "ingestPosts",
  "pushToSource",
]);
const routes = apiRoutes(fakePorts());
const changing = routes.filter(
  ({ method, operationId }) => method !== "GET" && !NO_CHANGE.has(operationId),
);
const AS_ADMIN = { Authorization: `Bearer ${ADMIN_KEY}`, "X-Request-Id": "request-7" };

let ports: ApiPorts;
let app: ReturnType<typeof apiApp>;
beforeEach(async () => {
  ports = await storedPorts();
  app = apiApp(ports);
});

/** The example of a route as a change: without what makes it a mere check. */
function send({ method, path, bodyType = "application/json", example = {} }: ApiRoute) {
  const { params = {}, query = {}, body } = example;
  const { dry_run: _, ...asked } = query;
  const address = path.replace(/:(\w+)/g, (_, name) => encodeURIComponent(params[name] ?? ""));
  return app.request(`${address}?${new URLSearchParams(asked)}`, {
    method,
    headers: { ...AS_ADMIN, "Content-Type": bodyType },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}

const logged = async (): Promise<AuditLogRow[]> => {
  const any = { action: null, subject: null, keyId: null, since: null, until: null };
  return (await ports.ownRows("default").auditLog(any, { limit: 200, cursor: null })).items;
};
const admin = (method: string, path: string, body?: unknown) =>
  app.request(path, {
    method,
    headers: { ...AS_ADMIN, "Content-Type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

describe("a route that changes something", () => {
  it.each(changing.map((route) => [`${route.method} ${route.path}`, route] as const))(
    "is in the audit log: %s",
    async (_, route) => {
      const before = await logged();
      const response = await send(route);
      expect(response.status, await response.clone().text()).toBeLessThan(300);
      const entries = (await logged()).slice(0, -before.length);
      expect(entries).toMatchObject([
        {
          action: route.operationId,
          keyId: "local",
          keyName: "ADMIN_KEY",
          requestId: "request-7",
          subject: expect.stringMatching(/^[a-z-]+(\/.+)?$/),
        },
      ]);
    },
  );

  it("says by `effect` when it changes nothing", () => {
    const declared = routes.filter(({ effect }) => effect !== undefined);
    expect(new Set(declared.map(({ operationId }) => operationId))).toEqual(NO_CHANGE);
  });
});

describe("the audit log", () => {
  it("shows what a channel was and what it became, without its secrets", async () => {
    await admin("PATCH", "/channels/1", { name: "renamed", rotate_secret: true });
    const answer = await admin("GET", "/audit-log?limit=1");
    const text = await answer.text();
    const [entry] = (JSON.parse(text) as { entries: Record<string, never>[] }).entries;
    expect(entry).toMatchObject({ before: { name: "first" }, after: { name: "renamed" } });
    expect(text).not.toContain("whsec_MDEyMzQ1");
    expect(text).not.toContain("example.com/first");
  });

  it("shows a new key without its secret or hash", async () => {
    const made = await admin("POST", "/keys", { name: "ci", scopes: ["read"] });
    const { key, id } = (await made.json()) as { key: string; id: string };
    const text = await (await admin("GET", `/audit-log?subject=key/${id}`)).text();
    expect(text).toContain('"name":"ci"');
    expect(text).not.toContain(key.split(".")[1]);
    expect(text).not.toContain("hash");
  });

  it("says nothing of what was refused or only tried", async () => {
    const before = (await logged()).length;
    await admin("PATCH", "/channels/99", { name: "x" });
    await admin("POST", "/dead-letters/replay", { stage: "posts", dry_run: true });
    await admin("DELETE", "/keys/none");
    await admin("POST", "/keys/none/rotate", {});
    await admin("PUT", "/lists/authors", []);
    expect(await logged()).toHaveLength(before);
  });

  it("is asked before a list is put, which fails when it cannot be written", async () => {
    const refusing = { ...ports.auditLog, recordChange: () => Promise.reject(new Error("down")) };
    const put: string[] = [];
    app = apiApp({
      ...ports,
      auditLog: refusing,
      publishList: async (name, _, record) => {
        await record("");
        put.push(name);
        return { kind: "loaded" };
      },
    });
    const response = await app.request("/lists/authors", {
      method: "PUT",
      headers: AS_ADMIN,
      body: "- { handle: ada, weight: 2 }\n",
    });
    expect([response.status, put]).toEqual([500, []]);
  });

  it("is for the scope operations", async () => {
    expect((await app.request("/audit-log")).status).toBe(401);
  });
});
