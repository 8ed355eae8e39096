import { describe, expect, it } from "vitest";
import { headersOf, tenantServer } from "../../../test/support/tenant-calls.ts";
import { KEY } from "../../store/contract/fixtures.ts";

const acme = headersOf("acme", "admin");
const beta = headersOf("beta", "admin");
const operator = headersOf("default", "admin");

async function server() {
  const { app } = await tenantServer();
  return async (method: string, path: string, headers: object, body?: string | object) => {
    const response = await app.request(path, {
      method,
      headers: { "Content-Type": "application/json", ...headers },
      ...(body && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
}

const file = (name: string, channel: string) =>
  `version: "1"\nroute: { name: ${name}, channels: [${channel}] }\n`;

describe("routes of a tenant", () => {
  it("are pushed with its key, and are nobody else's", async () => {
    const call = await server();
    const before = (await call("GET", "/routes", operator)).body;
    expect((await call("GET", "/routes", acme)).body).toMatchObject({ sha: null, routes: 0 });
    const pushed = await call("PUT", "/routes", acme, file("mine", "desk"));
    expect(pushed).toMatchObject({ status: 200, body: { routes: 1 } });
    expect((await call("GET", "/routes", acme)).body).toMatchObject({
      sha: pushed.body.sha,
      document: file("mine", "desk"),
      unknown_channels: [],
    });
    expect((await call("GET", "/routes", beta)).body).toMatchObject({ sha: null });
    expect((await call("GET", "/routes", operator)).body).toEqual(before);
    const shas = async (headers: object) =>
      (await call("GET", "/routes/versions", headers)).body.versions.map(
        ({ sha }: { sha: string }) => sha,
      );
    expect(await shas(acme)).toEqual([pushed.body.sha]);
    expect(await shas(beta)).toEqual([]);
    expect(await shas(operator)).not.toContain(pushed.body.sha);
  });

  it("name its own channels alone", async () => {
    const call = await server();
    await call("POST", "/channels", beta, { kind: "log", name: "theirs" });
    await call("POST", "/channels", operator, { kind: "log", name: "ours" });
    for (const name of ["theirs", "ours"]) {
      const refused = await call("PUT", "/routes", acme, file("mine", name));
      expect(refused.status).toBe(422);
      expect(refused.body.errors[0].message).toBe(`there is no channel ${name}`);
    }
    expect((await call("PUT", "/routes", beta, file("mine", "theirs"))).status).toBe(200);
  });

  it("go back to a version of its own alone", async () => {
    const call = await server();
    const first = (await call("PUT", "/routes", acme, file("first", "desk"))).body.sha;
    await call("PUT", "/routes", acme, file("second", "desk"));
    expect((await call("POST", "/routes/rollback", beta, { sha: first })).status).toBe(404);
    expect((await call("POST", "/routes/rollback", acme, { sha: first })).status).toBe(200);
    expect((await call("GET", "/routes", acme)).body.sha).toBe(first);
  });

  it("are tried on a signal, and show its channels alone", async () => {
    const call = await server();
    await call("POST", "/channels", acme, { kind: "log", name: "hall" });
    await call("POST", "/channels", operator, { kind: "log", name: "ours" });
    await call("PUT", "/routes", acme, file("mine", "desk"));
    for (const tried of [
      { event_key: KEY },
      { facts: { symbol: "DEMO", score: 12, state: "verified" } },
    ]) {
      const { status, body } = await call("POST", "/routes/test", acme, tried);
      expect(status).toBe(200);
      expect(body.steps).toEqual([{ route: "mine", matched: true }]);
      const names = body.channels.map(({ channel }: { channel: string }) => channel);
      expect(names.sort()).toEqual(["desk", "hall"]);
    }
    const given = { facts: { symbol: "DEMO", score: 12, state: "verified" } };
    const { channels } = (await call("POST", "/routes/test", acme, given)).body;
    expect(channels).toContainEqual(
      expect.objectContaining({ channel: "desk", route: "mine", outcome: "sent" }),
    );
    expect(channels).toContainEqual(
      expect.objectContaining({ channel: "hall", outcome: "not_routed" }),
    );
  });
});
