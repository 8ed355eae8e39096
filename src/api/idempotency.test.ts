import { beforeEach, describe, expect, it } from "vitest";
import { ADMIN_KEY, fakePorts } from "../../test/support/api.ts";
import { storedPorts } from "../../test/support/stored-api.ts";
import type { Store } from "../store/index.ts";
import { replyStore } from "../store/memory/replies.ts";
import { emptyRows } from "../store/memory/rows.ts";
import { type ApiPorts, apiApp, apiRoutes } from "./app.ts";
import type { ApiRoute } from "./route.ts";

const repeatable = apiRoutes(fakePorts()).filter(
  ({ method, effect }) => method === "POST" && effect !== "none",
);

let rows: ReturnType<typeof emptyRows>;
let ports: ApiPorts;
let app: ReturnType<typeof apiApp>;
beforeEach(async () => {
  rows = emptyRows();
  const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
  const stored = await storedPorts();
  const replies = replyStore(rows);
  const { ownRows: own } = stored.store as Store;
  const ownRows: Store["ownRows"] = (tenant) => ({ ...own(tenant), ...replies });
  ports = { ...stored, ownRows, sleep };
  app = apiApp(ports);
});

type Sent = Pick<ApiRoute, "method" | "path"> & Partial<ApiRoute>;
function send({ method, path, bodyType, example = {} }: Sent, key: string, by = ADMIN_KEY) {
  const { params = {}, query = {}, body } = example;
  const address = path.replace(/:(\w+)/g, (_, name) => encodeURIComponent(params[name] ?? ""));
  const type = bodyType === undefined || bodyType === "*/*" ? "application/json" : bodyType;
  return app.request(`${address}?${new URLSearchParams(query)}`, {
    method,
    headers: {
      ...example.headers,
      ...{ Authorization: `Bearer ${by}`, "Content-Type": type, "Idempotency-Key": key },
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}
const createKey = (name: string, key: string, by?: string) =>
  send({ method: "POST", path: "/keys", example: { body: { name, scopes: ["admin"] } } }, key, by);
const entries = async () => {
  const any = { action: null, subject: null, keyId: null, since: null, until: null };
  return (await ports.ownRows("default").auditLog(any, { limit: 200, cursor: null })).items.length;
};

describe("a POST with an Idempotency-Key", () => {
  it.each(repeatable.map((route) => [`${route.method} ${route.path}`, route] as const))(
    "acts once: %s",
    async (_, route) => {
      const first = await send(route, "once");
      const after = await entries();
      const again = await send(route, "once");
      expect(first.status, await first.clone().text()).toBe(route.status);
      expect([again.status, await again.text()]).toEqual([first.status, await first.text()]);
      expect(again.headers.get("Idempotency-Replayed")).toBe("true");
      expect(first.headers.has("Idempotency-Replayed")).toBe(false);
      expect(await entries()).toBe(after);
    },
  );

  it("gets one answer however many are sent at once", async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => createKey("ci", "many")));
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(new Set(texts).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201, 201]);
    expect(await ports.keys.apiKeys()).toHaveLength(2);
  });

  it("is refused for another body, path or query", async () => {
    await createKey("ci", "k");
    expect((await createKey("other", "k")).status).toBe(422);
    const trigger = { method: "POST", path: "/triggers/:source" } as const;
    const asked = { params: { source: "hn" } };
    expect((await send({ ...trigger, example: asked }, "k")).status).toBe(422);
    expect((await send({ ...trigger, example: asked }, "t")).status).toBe(202);
    const notifying = { ...asked, query: { notify: "true" } };
    expect((await send({ ...trigger, example: notifying }, "t")).status).toBe(422);
  });

  it("belongs to the key of the caller", async () => {
    const made = (await (await createKey("second", "k")).json()) as { key: string };
    const other = await createKey("third", "k", made.key);
    expect([other.status, other.headers.get("Idempotency-Replayed")]).toEqual([201, null]);
  });

  it("may be sent again after it was refused", async () => {
    const refused = await send(
      { method: "POST", path: "/keys/:id/rotate", example: { params: { id: "no" }, body: {} } },
      "r",
    );
    expect(refused.status).toBe(404);
    expect(rows.replies.size).toBe(0);
  });

  it("answers 409 while the first one takes too long", async () => {
    let clock = ports.now();
    const sleep = async () => {
      clock += 3_000;
    };
    const slow = { ...ports, now: () => clock, sleep };
    slow.trigger = () => new Promise(() => undefined);
    app = apiApp(slow);
    const route = { method: "POST", path: "/triggers/x" } as const;
    void send(route, "slow");
    await new Promise((done) => setTimeout(done, 20));
    const second = await send(route, "slow");
    expect([second.status, second.headers.get("Retry-After")]).toEqual([409, "1"]);
  });

  it("leaves no secret in the store", async () => {
    const made = (await (await createKey("ci", "s")).json()) as { key: string };
    const held = JSON.stringify([...rows.replies.values()]);
    expect(held).toContain("claimedUntil");
    expect(held).not.toContain(made.key.split(".")[1]);
  });
});
