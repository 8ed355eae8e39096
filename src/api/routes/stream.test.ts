import { expect, it } from "vitest";
import { fakePorts } from "../../../test/support/api.ts";
import { sha256Hex } from "../../kit/hash.ts";
import type { LiveListener } from "../../observability/live.ts";
import { apiApp } from "../app.ts";

const SECRET = "a-secret-that-is-long-enough";
const EXPIRES = "2099-01-01T00:00:00Z";

function server() {
  const listeners: LiveListener[] = [];
  const ended: string[] = [];
  const empty = fakePorts();
  const key = {
    ...{ id: "desk", tenant: "default", name: "desk", hash: sha256Hex(SECRET) },
    ...{ scopes: ["read", "admin"] },
    ...{ sources: null, limitPerMinute: null, createdAt: EXPIRES, expiresAt: EXPIRES },
    ...{ revokedAt: null, lastUsedAt: null, replaces: null },
  };
  const app = apiApp({
    ...empty,
    keys: { ...empty.keys, apiKey: async () => key as never, revokeKey: async () => true },
    keyEnded: (id) => void ended.push(id),
    stream: async (_, listener) => {
      listeners.push(listener);
      return new Response("stream");
    },
  });
  const ask = (method: string, path: string, headers = {}) =>
    app.request(path, { method, headers });
  return { listeners, ended, ask };
}
const KEY = { Authorization: `Bearer ess_desk.${SECRET}` };

it("says who listens: the key and its end, and the network of an address", async () => {
  const { listeners, ask } = server();
  await ask("GET", "/stream", { ...KEY, "CF-Connecting-IP": "192.0.2.1" });
  await ask("GET", "/stream", { "CF-Connecting-IP": "2001:db8:1:2:3:4:5:6" });
  expect(listeners).toEqual([
    { operations: true, keyId: "desk", expiresAt: Date.parse(EXPIRES), address: "192.0.2.1" },
    { operations: false, keyId: null, expiresAt: null, address: "2001:db8:1:2::/64" },
  ]);
});

it("answers HEAD without opening a stream", async () => {
  const { listeners, ask } = server();
  const answer = await ask("HEAD", "/stream");
  expect(answer.status).toBe(200);
  expect(answer.headers.get("Content-Type")).toBe("text/event-stream");
  expect(listeners).toEqual([]);
});

it("ends who listens by a key when it is revoked", async () => {
  const { ended, ask } = server();
  expect((await ask("DELETE", "/keys/desk", KEY)).status).toBe(204);
  expect(ended).toEqual(["desk"]);
});
