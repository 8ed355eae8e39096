import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { folderSecret, isForeign, privateFolder } from "./access.ts";
import { serveEmulators } from "./emulators/server.ts";
import { serveUpstash } from "./redis/server.ts";
import { freePorts } from "./supervisor/ports.ts";

const HOST = { host: "127.0.0.1:8787" };

it("lets programs and a typed address in", () => {
  expect(isForeign({ headers: HOST })).toBe(false);
  expect(isForeign({ headers: { host: "localhost:1" } })).toBe(false);
  expect(isForeign({ headers: { ...HOST, "sec-fetch-site": "none" } })).toBe(false);
});

it.each([
  ["a page of another site", { ...HOST, origin: "https://evil.example" }],
  ["a page that hides its origin", { ...HOST, origin: "null" }],
  ["a link or a form of another site", { ...HOST, "sec-fetch-site": "cross-site" }],
  ["a page on another port of this machine", { ...HOST, "sec-fetch-site": "same-site" }],
  ["a name that leads here", { host: "evil.example" }],
  ["no name", {}],
])("refuses %s", (_, headers) => {
  expect(isForeign({ headers })).toBe(true);
});

it("keeps a random secret a folder, for its owner alone", () => {
  const dir = mkdtempSync(join(tmpdir(), "access-"));
  try {
    privateFolder(dir);
    const secret = folderSecret(dir, "redis");
    expect(secret).toHaveLength(32);
    expect(folderSecret(dir, "redis")).toBe(secret);
    expect(folderSecret(dir, "postgres")).not.toBe(secret);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(statSync(join(dir, "redis.secret")).mode & 0o777).toBe(0o600);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

it("answers no web page, and no token in an address", async () => {
  const dir = mkdtempSync(join(tmpdir(), "access-"));
  const [redis = 0, emulators = 0] = await freePorts(2);
  const stops = [
    await serveUpstash({ port: redis, token: "secret" }),
    await serveEmulators({ port: emulators, requestsDir: dir }),
  ];
  const status = async (url: string, headers: Record<string, string> = {}) =>
    (await fetch(url, { headers })).status;
  try {
    const authorization = "Bearer secret";
    expect(await status(`http://127.0.0.1:${redis}/get/x`, { authorization })).toBe(200);
    expect(await status(`http://127.0.0.1:${redis}/get/x?_token=secret`)).toBe(401);
    const origin = "https://evil.example";
    expect(await status(`http://127.0.0.1:${redis}/get/x`, { authorization, origin })).toBe(403);
    expect(await status(`http://127.0.0.1:${emulators}/`)).toBe(200);
    expect(await status(`http://127.0.0.1:${emulators}/`, { origin })).toBe(403);
  } finally {
    for (const stop of stops) stop();
    rmSync(dir, { recursive: true });
  }
});
