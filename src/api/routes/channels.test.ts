import { Hono } from "hono";
import { beforeEach, describe, expect, it } from "vitest";
import { fakePorts } from "../../../test/support/api.ts";
import { NOON, SECRET } from "../../../test/support/outbox.ts";
import { channelCatalogue } from "../../channels/catalogue.ts";
import { ChannelEnv } from "../../settings/settings.ts";
import { memoryStore } from "../../store/memory/index.ts";
import type { ApiEnv } from "../context.ts";
import { channelRoutes } from "./channels.ts";

const env = ChannelEnv.parse({ TELEGRAM_BOT_TOKEN: "1:t", PUBLIC_URL: "https://signals.dev.org" });
let app: Hono<ApiEnv>;
let status: number;
let resumed: number[];
let store: ReturnType<typeof memoryStore>;
let sealing: { sealed: string[]; unchanged: string[]; locked: never[] } | null;

beforeEach(() => {
  store = memoryStore();
  status = 200;
  sealing = { sealed: ["hook"], unchanged: [], locked: [] };
  resumed = [];
  const now = () => NOON;
  const catalogue = channelCatalogue({
    env,
    now,
    randomBytes: (count) => new Uint8Array(count).fill(7),
    fetch: async () => new Response("{}", { status }),
  });
  app = new Hono<ApiEnv>();
  app.use(async (c, next) => {
    c.set("caller", { kind: "nobody" });
    c.set("requestId", "request-1");
    await next();
  });
  const seal = async () => sealing;
  const ports = {
    catalogue,
    ownRows: () => store,
    seal,
    now,
    resumed: async (id: number) => void resumed.push(id),
  };
  for (const { method, path, respond } of channelRoutes(ports))
    app.on(method, path, (context) => respond(context, fakePorts()));
});

async function call(method: string, path: string, body?: unknown) {
  const response = await app.request(path, {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json" },
    }),
  });
  const text = await response.text();
  return { status: response.status, text, body: text === "" ? null : JSON.parse(text) };
}
const add = (over: object = {}) =>
  call("POST", "/channels", {
    kind: "webhook",
    name: "hook",
    settings: { url: "https://example.com/in", secrets: [SECRET] },
    ...over,
  });

describe("/channels", () => {
  it("adds a channel and never reads its secret back", async () => {
    expect(await add()).toMatchObject({
      status: 201,
      body: {
        id: 1,
        kind: "webhook",
        status: "active",
        settings: { secrets: "********", url: "https://example.com/…m/in" },
      },
    });
    expect((await call("GET", "/channels")).text).not.toContain(SECRET);
  });

  it.each([
    ["slack", "settings.url"],
    ["telegram", "settings.chat_id"],
  ])("says which setting of %s is missing", async (kind, path) => {
    const answer = await add({ kind, settings: {} });
    expect(answer).toMatchObject({
      status: 422,
      body: { errors: [{ path, message: "is required" }] },
    });
  });

  it("shows a secret that it made, once", async () => {
    const made = await add({ settings: { url: "https://example.com/in" } });
    const [secret] = made.body.shown_once.secrets;
    expect(secret).toMatch(/^whsec_/);
    expect((await call("GET", "/channels")).text).not.toContain(secret);
    const rotated = await call("PATCH", "/channels/1", { rotate_secret: true });
    expect(rotated.body.shown_once.secrets).toHaveLength(1);
    expect((await store.channels())[0]?.settings.secrets).toHaveLength(2);
  });

  it.each([
    [{ kind: "pigeon" }, "kind"],
    [{ settings: { url: "https://127.0.0.1/" } }, "settings.url"],
    [{ settings: { url: "https://signals.dev.org/ingest" } }, "settings.url"],
    [
      { filter: { quiet_hours: { from: "22:00", to: "07:00", zone: "Mars/Base" } } },
      "filter.quiet_hours.zone",
    ],
    [{ filter: { digest_minutes: 10 } }, "filter.digest_minutes"],
    [{ filter: { min_scoer: 10 } }, "filter.min_scoer"],
    [{ name: "" }, "name"],
  ])("refuses %o and names the field", async (over, path) => {
    const answer = await add(over);
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path);
  });

  it("changes what is given, and keeps the secret that the placeholder stands for", async () => {
    await add({ filter: { min_score: 5, muted_events: ["a"] } });
    const answer = await call("PATCH", "/channels/1", {
      settings: { secrets: "********", format: "cloudevents" },
      filter: { chains: ["eth"] },
    });
    expect(answer.status).toBe(200);
    expect(await store.channels()).toMatchObject([
      {
        settings: { secrets: [SECRET], format: "cloudevents" },
        filter: { minScore: 5, chains: ["eth"], mutedEvents: ["a"] },
      },
    ]);
  });

  it("says 409 for a name that is taken and 404 for a channel that is not there", async () => {
    await add();
    expect((await add()).status).toBe(409);
    for (const [method, path] of [
      ["PATCH", "/channels/9"],
      ["DELETE", "/channels/9"],
      ["DELETE", "/channels/x"],
      ["POST", "/channels/9/test"],
    ] as const)
      expect((await call(method, path, method === "PATCH" ? {} : undefined)).status, path).toBe(
        404,
      );
  });

  it("sends a test, and switches a paused channel on when the target takes it", async () => {
    await add();
    await store.setChannelStatus(1, "paused", "HTTP 401");
    status = 401;
    expect(await call("POST", "/channels/1/test")).toMatchObject({
      status: 200,
      body: { ok: false, result: "retry", http_status: 401 },
    });
    expect(resumed).toEqual([]);
    status = 200;
    expect((await call("POST", "/channels/1/test")).body).toMatchObject({ ok: true });
    expect((await store.channels())[0]).toMatchObject({ status: "active", statusReason: null });
    expect(resumed).toEqual([1]);
  });

  it("previews every state, and a digest where the kind takes one", async () => {
    const { body } = await call("POST", "/channels/preview", {
      kind: "telegram",
      settings: { chat_id: 5 },
    });
    expect(body.previews.map(({ states }: { states: string[] }) => states)).toEqual([
      ["verified"],
      ["downgraded"],
      ["candidate"],
    ]);
    expect(
      (await call("POST", "/channels/preview", { kind: "slack", digest: true })).body.previews,
    ).toHaveLength(1);
    expect(
      (await call("POST", "/channels/preview", { kind: "webhook", digest: true })).status,
    ).toBe(422);
  });

  it("encrypts what is stored in clear, and says so when there is no key", async () => {
    expect(await call("POST", "/channels/encrypt", {})).toMatchObject({
      status: 200,
      body: { sealed: ["hook"], unchanged: [], locked: [] },
    });
    sealing = null;
    expect(await call("POST", "/channels/encrypt", {})).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining("SECRETS_KEY") },
    });
  });

  it("shows why a channel is locked, lets it be renamed, and takes a new secret", async () => {
    await add();
    const [config] = await store.channels();
    if (config === undefined) throw new Error("not added");
    const locked = { ...config, settings: { url: "sealed:1:00000000:x" }, locked: "other key" };
    store.channels = async () => [locked];
    expect((await call("GET", "/channels")).body.channels).toMatchObject([
      { off: "other key", settings: { url: "********" } },
    ]);
    expect(await call("PATCH", "/channels/1", { name: "desk" })).toMatchObject({ status: 200 });
    expect(
      await call("PATCH", "/channels/1", { settings: { format: "cloudevents" } }),
    ).toMatchObject({ status: 422 });
    const given = { url: "https://example.com/new", secrets: [SECRET] };
    expect(await call("PATCH", "/channels/1", { settings: given })).toMatchObject({ status: 200 });
    expect(await call("POST", "/channels/1/test", {})).toMatchObject({
      body: { ok: false, reason: "other key" },
    });
  });
});
