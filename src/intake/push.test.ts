import { expect, it } from "vitest";
import type { PostingRights } from "../model/posting-rights.ts";
import { silentTelemetry } from "../observability/telemetry.ts";
import { SOURCES } from "../sources/registry.ts";
import { memoryStore } from "../store/memory/index.ts";
import { receivePush } from "./push.ts";

const NOW = Date.UTC(2026, 0, 15, 12);
const SECRET = "a-secret-of-the-hub";
const API = { name: "prices", url: "https://a.test", map: { text: "t" } };
const SETTINGS = {
  WEBHOOK_SECRETS: SECRET,
  WEBHOOK_SOURCES: "desk",
  HTTP_JSON_SOURCES: JSON.stringify([API]),
};
const switches = new Map(SOURCES.map((each) => [each.name, each.configure(SETTINGS)]));

const post = (id: number, source?: string) => ({
  ...{ id: `${id}`, author: "ada", text: "$DEMO", posted_at: "2026-01-15T10:00:00Z" },
  ...(source !== undefined && { source }),
});

async function signature(body: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const bytes = (text: string) => new TextEncoder().encode(text);
  const key = await crypto.subtle.importKey("raw", bytes(SECRET), algorithm, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes(body)));
  return `sha256=${[...mac].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

async function push(
  source: string,
  content: unknown,
  rights: PostingRights | null,
  headers: Record<string, string> = {},
) {
  const body = JSON.stringify(content);
  const store = memoryStore();
  const outcome = await receivePush(
    source,
    new Request("https://a.test", {
      method: "POST",
      body,
      headers: { "X-Hub-Signature-256": await signature(body), ...headers },
    }),
    rights,
    { sources: switches, now: () => NOW },
    {
      now: () => NOW,
      log: () => undefined,
      telemetry: silentTelemetry,
      store,
      posts: { sendBatch: async () => undefined },
      mentions: { sendBatch: async () => undefined },
      addMentions: async () => undefined,
      sleep: () => new Promise(() => undefined),
      judging: async () => () => {
        throw new Error("left to the queue");
      },
      broadcast: async () => undefined,
      postLines: 100,
      uuid: () => crypto.randomUUID(),
      requeueAfterSeconds: 600,
      overloadedAfterSeconds: 60,
      schedulePostSweep: async () => undefined,
    },
  );
  const stored = async (name: string, id: number) =>
    (await store.post(name, `${id}`)) !== undefined;
  const traceOf = async (name: string, id: string) => (await store.post(name, id))?.trace;
  return { outcome, stored, traceOf };
}

const bound = (...sources: string[]): PostingRights => ({ sources, admin: false });

const SENDER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const EVENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const ANYBODY: PostingRights = { sources: null, admin: true };

it("continues the trace of a webhook's sender, and ignores one that is malformed", async () => {
  const hook = await push("webhook", post(1), null, { traceparent: SENDER });
  expect(await hook.traceOf("webhook", "1")).toContain("00-0af7651916cd43dd8448eb211c80319c-");
  const bad = await push("webhook", post(1), null, { traceparent: "00-xyz" });
  expect(bad.outcome).toMatchObject({ kind: "accepted", fresh: 1 });
  expect(await bad.traceOf("webhook", "1")).not.toContain("0af7651916cd43dd8448eb211c80319c");
});

it("continues the trace that a CloudEvent names, before that of its request", async () => {
  const event = { specversion: "1.0", type: "t", source: "/s", data: { text: "$DEMO" } };
  const { outcome, traceOf } = await push(
    "cloudevents",
    [
      { ...event, id: "1", traceparent: EVENT },
      { ...event, id: "2" },
    ],
    ANYBODY,
    { "content-type": "application/cloudevents-batch+json", traceparent: SENDER },
  );
  expect(outcome).toMatchObject({ fresh: 2 });
  expect(await traceOf("cloudevents", "/s#1")).toContain("00-4bf92f3577b34da6a3ce929d0e0e4736-");
  const other = await traceOf("cloudevents", "/s#2");
  expect(other).not.toContain("0af7651916cd43dd8448eb211c80319c");
  const binary = await push("cloudevents", { text: "$DEMO" }, ANYBODY, {
    "content-type": "application/json",
    ...{ "ce-specversion": "1.0", "ce-type": "t", "ce-source": "/s", "ce-id": "3" },
    "ce-traceparent": EVENT,
  });
  expect(await binary.traceOf("cloudevents", "/s#3")).toContain(EVENT.slice(0, 36));
});

it("takes no webhook in the name of a source that is polled, signed or not", async () => {
  for (const name of ["x", "feeds", "jetstream", "prices"]) {
    const { outcome, stored } = await push("webhook", post(1, name), null);
    expect(outcome).toMatchObject({ kind: "forbidden", errors: [{ path: "source" }] });
    expect(await stored(name, 1)).toBe(false);
  }
  expect((await push("webhook", post(1), null)).outcome).toMatchObject({ fresh: 1 });
});

it("takes from a signature alone no other name than the source's own and those it is given", async () => {
  const list = [post(1), post(2, "other"), post(3, "desk")];
  const { outcome, stored } = await push("webhook", list, null);
  expect(outcome).toMatchObject({
    kind: "accepted",
    fresh: 2,
    rejected: [{ index: 1, errors: [{ path: "source" }] }],
  });
  expect(await Promise.all([stored("other", 2), stored("desk", 3)])).toEqual([false, true]);
  expect((await push("webhook", post(1, "other"), null)).outcome.kind).toBe("forbidden");
  expect((await push("webhook", post(1, "other"), bound("other"))).outcome.kind).toBe("accepted");
});

it("rejects the posts of a list that the key may not send, by their places", async () => {
  const list = [post(1, "mine"), { id: 2 }, post(3, "other"), post(4, "mine"), post(5, "x")];
  const { outcome, stored } = await push("webhook", list, bound("mine"));
  expect(outcome).toMatchObject({
    kind: "accepted",
    fresh: 2,
    rejected: [
      { index: 1 },
      { index: 2, errors: [{ path: "source", message: expect.stringContaining("mine only") }] },
      { index: 4 },
    ],
  });
  expect([await stored("mine", 4), await stored("other", 3)]).toEqual([true, false]);
});

it("accepts nothing of a list in which nothing can be read, and says why", async () => {
  const { outcome } = await push("webhook", [{ id: 1 }, { id: 2 }], bound("mine"));
  expect(outcome).toMatchObject({
    kind: "accepted",
    fresh: 0,
    rejected: [{ index: 0 }, { index: 1 }],
  });
});

it("takes CloudEvents from a key that is bound to them, or to nothing", async () => {
  const event = { specversion: "1.0", id: "1", source: "/desk", type: "post", data: post(1) };
  const type = { "Content-Type": "application/cloudevents+json" };
  const sent = async (rights: PostingRights) =>
    (await push("cloudevents", event, rights, type)).outcome.kind;
  expect(await sent(bound("mine"))).toBe("forbidden");
  expect(await sent(bound("cloudevents"))).toBe("accepted");
  expect(await sent({ sources: null, admin: false })).toBe("accepted");
});
