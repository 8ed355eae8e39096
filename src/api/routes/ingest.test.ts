import { describe, expect, it } from "vitest";
import { ADMIN_KEY, fakeKeys, fakePorts } from "../../../test/support/api.ts";
import { sha256Hex } from "../../kit/hash.ts";
import { MAX_POSTS } from "../../model/raw-post.ts";
import type { ApiKey } from "../../store/api-keys.ts";
import { apiApp } from "../app.ts";
import { MAX_BYTES, type PushResult } from "./ingest.ts";

const post = (over: Record<string, unknown> = {}) => ({
  id: "1",
  source: "test",
  author: "ann",
  text: "$DEMO is up",
  posted_at: "2026-01-15T10:00:00Z",
  ...over,
});
const send = (
  ports: ReturnType<typeof fakePorts>,
  body: BodyInit,
  headers: Record<string, string> = {},
) =>
  apiApp(ports).request("/ingest", {
    method: "POST",
    body,
    headers: {
      Authorization: `Bearer ${ADMIN_KEY}`,
      "Content-Type": "application/json",
      ...headers,
    },
    ...(body instanceof ReadableStream && { duplex: "half" }),
  } as RequestInit);
const posts = (...list: unknown[]) => JSON.stringify({ posts: list });

describe("POST /ingest", () => {
  it("accepts posts and says how many", async () => {
    const ports = fakePorts();
    const response = await send(
      ports,
      posts(post(), post({ id: 2, timestamp: "2026-01-15T10:00:00Z", posted_at: null })),
    );
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ accepted: 2, repeated: 0, rejected: [] });
    expect(ports.accepted.map(({ id }) => id)).toEqual(["1", "2"]);
  });

  it("hands on the headers that name the trace of the request", async () => {
    const ports = fakePorts();
    const seen: (string | null | undefined)[] = [];
    ports.ingest = async (_, headers) => {
      seen.push(headers?.get("traceparent"));
      return { kind: "accepted", fresh: 1, repeated: 0 };
    };
    await send(ports, posts(post()), { traceparent: "00-not-a-trace" });
    await send(ports, posts(post()));
    expect(seen).toEqual(["00-not-a-trace", null]);
  });

  it("marks posts as quiet for a key with the scope write alone", async () => {
    const ports = fakePorts();
    const ask = (quiet: string, key: string) =>
      apiApp(ports).request(`/ingest?quiet=${quiet}`, {
        method: "POST",
        body: posts(post()),
        headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
      });
    expect((await ask("true", ADMIN_KEY)).status).toBe(202);
    expect(ports.accepted).toMatchObject([{ quiet: true }]);
    expect((await ask("false", ADMIN_KEY)).status).toBe(202);
    expect(ports.accepted[1]).not.toHaveProperty("quiet");
    expect((await ask("perhaps", ADMIN_KEY)).status).toBe(422);
    await ports.keys.addKey({
      id: "collector",
      name: "collector",
      tenant: "default",
      hash: sha256Hex("s".repeat(24)),
      scopes: ["ingest"],
      sources: null,
      limitPerMinute: null,
      createdAt: "2026-01-01T00:00:00Z",
      expiresAt: null,
      revokedAt: null,
    });
    expect((await ask("true", `ess_collector.${"s".repeat(24)}`)).status).toBe(403);
    expect(ports.accepted).toHaveLength(2);
  });

  it("rejects a bad post alone, by index and field", async () => {
    const ports = fakePorts();
    const bad = [
      post({ id: undefined }),
      post({ text: "x".repeat(10_001) }),
      post({ posted_at: "30000-01-01T00:00:00Z" }),
      "nonsense",
    ];
    const response = await send(ports, posts(bad[0], post(), bad[1], bad[2], bad[3]));
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({
      accepted: 1,
      rejected: [
        { index: 0, errors: [{ path: "id", message: expect.stringContaining("required") }] },
        { index: 2, errors: [{ path: "text", message: expect.stringContaining("10000") }] },
        { index: 3, errors: [{ path: "posted_at" }] },
        { index: 4, errors: [{ path: "" }] },
      ],
    });
    expect(ports.accepted).toHaveLength(1);
  });

  it("rejects a time that is more than five minutes ahead, by its name", async () => {
    const ports = fakePorts();
    const response = await send(
      ports,
      posts(
        post({ id: 1, posted_at: "2026-01-15T10:05:00Z" }),
        post({ id: 2, posted_at: "2026-01-15T10:05:01Z" }),
        post({ id: 3, posted_at: "2099-01-01T00:00:00Z" }),
      ),
    );
    expect(await response.json()).toMatchObject({
      accepted: 1,
      rejected: [
        { index: 1, errors: [{ path: "posted_at", message: expect.stringContaining("ahead") }] },
        { index: 2, errors: [{ path: "posted_at" }] },
      ],
    });
  });

  it("accepts posts beside those of an overloaded source, and keeps no such reply", async () => {
    const overloaded = { sources: ["busy"], retryAfter: 10 };
    let calls = 0;
    const ports = fakePorts({
      ingest: async () => {
        calls++;
        return { kind: "accepted", fresh: 1, repeated: 0, overloaded };
      },
    });
    const body = posts(post({ source: "busy" }), "nonsense", post());
    for (const _ of [1, 2]) {
      const response = await send(ports, body, { "Idempotency-Key": "mixed" });
      expect([response.status, response.headers.get("Retry-After")]).toEqual([202, "10"]);
      expect(await response.json()).toMatchObject({
        accepted: 1,
        rejected: [{ index: 0, errors: [{ path: "source" }] }, { index: 1 }],
      });
    }
    expect(calls).toBe(2);
  });

  it.each([
    ["malformed JSON", '{"posts": [}', 400, "position 11"],
    ["no list of posts", '{"post": []}', 422, "posts"],
    ["a list on its own", "[]", 422, "posts"],
    ["invalid UTF-8", new Uint8Array([0x7b, 0xff, 0x7d]), 400, "UTF-8"],
    ["deep nesting", `{"posts": ${"[".repeat(5_000)}`, 400, "nested"],
    ["too many posts", posts(...Array.from({ length: MAX_POSTS + 1 }, () => 0)), 413, "1000"],
  ])("answers %s with the reason", async (_, body, status, reason) => {
    const ports = fakePorts();
    const response = await send(ports, body);
    expect(response.status).toBe(status);
    expect(JSON.stringify(await response.json())).toContain(reason);
    expect(ports.accepted).toEqual([]);
  });

  it("asks for JSON", async () => {
    expect((await send(fakePorts(), posts(post()), { "Content-Type": "text/csv" })).status).toBe(
      415,
    );
    expect(
      (
        await send(fakePorts(), posts(post()), {
          "Content-Type": "application/json; charset=utf-8",
        })
      ).status,
    ).toBe(202);
  });

  it("stops reading a body that is too large, whatever its length header says", async () => {
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(0x20));
      },
    });
    const response = await send(fakePorts(), endless);
    expect(response.status).toBe(413);
    // A bounded rest is read and thrown away, so that the sender hears the answer.
    expect(pulled).toBeLessThan(2 * MAX_BYTES + 4 * 65_536);
  });

  it.each([
    ["503", "the posts could not be stored", "unavailable"],
    ["429", "too many posts wait to be worked off", "overloaded"],
  ] as const)("answers %s with Retry-After when %s", async (status, _, kind) => {
    const response = await send(
      fakePorts({ ingest: async () => ({ kind, retryAfter: 30 }) }),
      posts(post()),
    );
    expect([`${response.status}`, response.headers.get("Retry-After")]).toEqual([status, "30"]);
  });
});

describe("a key", () => {
  const SECRET = "s".repeat(32);
  const sendAs = async (sources: string[] | null, scopes: string[], ...list: unknown[]) => {
    const key: ApiKey = {
      id: "abc",
      name: "collector",
      tenant: "default",
      hash: sha256Hex(SECRET),
      scopes,
      sources,
      limitPerMinute: null,
      createdAt: "2026-01-01T00:00:00.000Z",
      expiresAt: null,
      revokedAt: null,
    };
    const ports = fakePorts({ keys: fakeKeys([key]) });
    const response = await send(ports, posts(...list), {
      Authorization: `Bearer ess_abc.${SECRET}`,
    });
    const { accepted } = ports;
    return { status: response.status, body: await response.json(), accepted };
  };

  it("that is bound to sources posts in no other name", async () => {
    const refused = await sendAs(["mine", "ours"], ["ingest"], post(), post({ source: "Mine!" }));
    expect([refused.status, refused.accepted]).toEqual([403, []]);
    expect(refused.body).toMatchObject({
      detail: "this sender may post as mine, ours only, not as test",
      errors: [{ path: "posts[0].source" }],
    });
    const mixed = await sendAs(["mine"], ["ingest"], post({ source: "mine" }), post());
    expect([mixed.status, mixed.accepted.map(({ source }) => source)]).toEqual([202, ["mine"]]);
    expect(mixed.body).toMatchObject({
      accepted: 1,
      rejected: [
        { index: 1, errors: [{ path: "source", message: expect.stringContaining("mine") }] },
      ],
    });
  });

  it("posts as a polled source only when it is bound to it, or is an administrator's", async () => {
    const polled = post({ source: "x" });
    const refused = await sendAs(null, ["ingest"], polled);
    expect([refused.status, refused.accepted]).toEqual([403, []]);
    expect(refused.body).toMatchObject({ detail: expect.stringContaining("x is polled here") });
    expect((await sendAs(null, ["ingest"], post())).status).toBe(202);
    expect((await sendAs(["x"], ["ingest"], polled)).status).toBe(202);
    expect((await sendAs(null, ["admin"], polled)).status).toBe(202);
  });
});

describe("Idempotency-Key", () => {
  const key = { "Idempotency-Key": "batch-7" };

  it("gets the same reply again without doing it again", async () => {
    const ports = fakePorts();
    const first = await send(ports, posts(post(), "bad"), key);
    const again = await send(ports, posts(post(), "bad"), key);
    expect([again.status, await again.text()]).toEqual([202, await first.text()]);
    expect(again.headers.get("Idempotency-Replayed")).toBe("true");
    expect(ports.accepted).toHaveLength(1);
  });

  it("is refused with another body", async () => {
    const ports = fakePorts();
    await send(ports, posts(post()), key);
    expect((await send(ports, posts(post({ id: "2" })), key)).status).toBe(422);
  });

  it("may succeed after a 503", async () => {
    const ports = fakePorts();
    const down = {
      ...ports,
      ingest: async () => ({ kind: "unavailable" as const, retryAfter: 1 }),
    };
    expect((await send(down, posts(post()), key)).status).toBe(503);
    expect((await send(ports, posts(post()), key)).status).toBe(202);
  });
});

describe("POST /ingest/{source}", () => {
  const push = (ports: ReturnType<typeof fakePorts>, headers: Record<string, string> = {}) =>
    apiApp(ports).request("/ingest/cloudevents", { method: "POST", body: "hello", headers });

  it("hands the bounded body to the source and says whether a key was shown", async () => {
    const seen: unknown[] = [];
    const ports = fakePorts({
      receive: async (source, request, rights) => {
        seen.push(source, await request.text(), rights);
        return { kind: "accepted", fresh: 2, repeated: 1 };
      },
    });
    expect(await (await push(ports)).json()).toEqual({ accepted: 3, repeated: 1, rejected: [] });
    await push(ports, { Authorization: `Bearer ${ADMIN_KEY}` });
    const admin = { sources: null, admin: true };
    expect(seen).toEqual(["cloudevents", "hello", null, "cloudevents", "hello", admin]);
  });

  it.each([
    [{ kind: "unknown" }, 404],
    [{ kind: "unsigned", detail: "The signature does not match." }, 401],
    [{ kind: "forbidden", errors: [{ path: "source", message: "not as me" }] }, 403],
    [{ kind: "unreadable", status: 415, detail: "No CloudEvent." }, 415],
    [{ kind: "unavailable", retryAfter: 5 }, 503],
    [{ kind: "overloaded", retryAfter: 5 }, 429],
    [{ kind: "reply", response: new Response(null, { status: 204 }) }, 204],
  ] as const)("answers %j with %i", async (received, status) => {
    expect((await push(fakePorts({ receive: async () => received as PushResult }))).status).toBe(
      status,
    );
  });
});
